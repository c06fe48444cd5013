import { WhodidError } from '@whodid/core'
import type { Db, Queries } from '../db.ts'
import { getErrorMessage, isForbidden } from '../errors.ts'
import { raw, sql } from '../sql.ts'
import { eventsMigration } from './migrations/0001-events.ts'
import { accessMigration } from './migrations/0002-access.ts'
import { rollupsMigration } from './migrations/0003-rollups.ts'
import { administrationMigration } from './migrations/0004-administration.ts'
import { routesMigration } from './migrations/0005-routes.ts'
import { SCHEMA, SCHEMA_LOCK_KEY, tables } from './tables.ts'

interface Migration {
  readonly name: string
  readonly statements: readonly string[]
}

/** Migrations in the order they run. Never change a released one. */
const migrations: readonly Migration[] = [
  { name: '0001-events', statements: eventsMigration },
  { name: '0002-access', statements: accessMigration },
  { name: '0003-rollups', statements: rollupsMigration },
  { name: '0004-administration', statements: administrationMigration },
  { name: '0005-routes', statements: routesMigration },
]

/**
 * Applies all pending migrations, each in its own transaction. An advisory lock lets many processes start at once: one applies a
 * migration, the others find it applied.
 *
 * @throws WhodidError `store_unavailable` when the database user may not apply a migration
 */
export async function migrate(db: Db): Promise<void> {
  const applied = await readAppliedMigrations(db)
  for (const migration of migrations.filter(({ name }) => !applied.has(name))) {
    try {
      await applyMigration(db, migration)
    } catch (error) {
      throw isForbidden(error) ? createForbiddenError(migration, error) : error
    }
  }
}

function applyMigration(db: Db, { name, statements }: Migration): Promise<void> {
  return db.tx('owner', null, async (queries) => {
    await queries.query(sql`select pg_advisory_xact_lock(${SCHEMA_LOCK_KEY})`)
    if ((await queries.query(sql`select from pg_namespace where nspname = ${SCHEMA}`)).length === 0) {
      await queries.query(sql`create schema ${raw(SCHEMA)}`)
    }
    await queries.query(sql`create table if not exists ${tables.migrations} (
        name text primary key,
        applied_at timestamptz(3) not null
      )`)
    if ((await queries.query(sql`select 1 from ${tables.migrations} where name = ${name}`)).length > 0) return
    for (const statement of statements) await queries.query(raw(statement))
    await queries.query(
      sql`insert into ${tables.migrations} (name, applied_at) values (${name}, ${new Date().toISOString()})`,
    )
  })
}

/** The database's hint replaces the default remedy, because it names what an administrator must do first. */
function createForbiddenError({ name }: Migration, error: unknown): WhodidError {
  const reason = getErrorMessage(error)
  const hint = typeof error === 'object' && error !== null && 'hint' in error ? error.hint : undefined
  const remedy =
    typeof hint === 'string' ? hint : "Run migratePostgres(ownerUrl) from @whodid/postgres/pg as the schema's owner."
  return new WhodidError(
    'store_unavailable',
    `Migration ${name} is missing, and the database user may not apply it (${reason}). ${remedy}`,
    { cause: error },
  )
}

async function readAppliedMigrations(db: Db): Promise<ReadonlySet<string>> {
  const [table] = await db.query<{ readable: boolean }>(sql`
    select has_table_privilege(c.oid, 'select') as readable
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${SCHEMA} and c.relname = 'migrations'`)
  if (table === undefined) return new Set()
  const readNames = (queries: Queries) => queries.query<{ name: string }>(sql`select name from ${tables.migrations}`)
  // The owner reads the table itself, because the roles may not exist yet. Other users need the reader role.
  const rows = await (table.readable ? readNames(db) : db.tx('reader', null, readNames))
  return new Set(rows.map((row) => row.name))
}
