import { WhodidError } from '@whodid/core'
import type { Db, Queries } from '../db.ts'
import { isForbidden } from '../errors.ts'
import { raw, sql } from '../sql.ts'
import { events } from './migrations/0001-events.ts'
import { access } from './migrations/0002-access.ts'
import { rollups } from './migrations/0003-rollups.ts'
import { settings } from './migrations/0004-settings.ts'
import { SCHEMA, SCHEMA_LOCK, tables } from './tables.ts'

interface Migration {
  readonly name: string
  readonly statements: readonly string[]
}

/** In the order they run. A migration that has been released is never changed. */
const migrations: readonly Migration[] = [
  { name: '0001-events', statements: events },
  { name: '0002-access', statements: access },
  { name: '0003-rollups', statements: rollups },
  { name: '0004-settings', statements: settings },
]

/**
 * Brings the schema up to date, each migration in a transaction. Many processes may start at once: an advisory lock lets
 * one of them work and the others find it done.
 *
 * @throws WhodidError `store_unavailable` when the database user may not do what is to be done
 */
export async function migrate(db: Db): Promise<void> {
  const applied = await appliedMigrations(db)
  for (const migration of migrations.filter(({ name }) => !applied.has(name))) {
    try {
      await apply(db, migration)
    } catch (error) {
      throw isForbidden(error) ? forbidden(migration, error) : error
    }
  }
}

function apply(db: Db, { name, statements }: Migration): Promise<void> {
  return db.tx('owner', null, async (queries) => {
    await queries.query(sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`)
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

/** An administrator who must do something else first is told so by the hint. */
function forbidden({ name }: Migration, error: unknown): WhodidError {
  const reason = error instanceof Error ? error.message : String(error)
  const hint = typeof error === 'object' && error !== null && 'hint' in error ? error.hint : undefined
  const remedy = typeof hint === 'string' ? hint : 'run migratePostgres of @whodid/postgres/pg as the user who owns it.'
  return new WhodidError(
    'store_unavailable',
    `The schema lacks ${name}, which the database user may not add (${reason}): ${remedy}`,
    { cause: error },
  )
}

async function appliedMigrations(db: Db): Promise<ReadonlySet<string>> {
  const [found] = await db.query<{ readable: boolean }>(sql`
    select has_table_privilege(c.oid, 'select') as readable
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${SCHEMA} and c.relname = 'migrations'`)
  if (found === undefined) return new Set()
  const names = (queries: Queries) => queries.query<{ name: string }>(sql`select name from ${tables.migrations}`)
  // The owner may not have made the roles yet; anybody else sees it as the reader only.
  const rows = await (found.readable ? names(db) : db.tx('reader', null, names))
  return new Set(rows.map((row) => row.name))
}
