import type { Db } from './db.ts'
import { events } from './migrations/0001-events.ts'
import { access } from './migrations/0002-access.ts'
import { rollups } from './migrations/0003-rollups.ts'
import { settings } from './migrations/0004-settings.ts'
import { raw, sql } from './sql.ts'
import { SCHEMA, SCHEMA_LOCK, tables } from './tables.ts'

/** In the order they run. A migration that has been released is never changed. */
const migrations: readonly { readonly name: string; readonly statements: readonly string[] }[] = [
  { name: '0001-events', statements: events },
  { name: '0002-access', statements: access },
  { name: '0003-rollups', statements: rollups },
  { name: '0004-settings', statements: settings },
]

/**
 * Brings the schema up to date, each migration in a transaction. Many processes may start at once: an advisory lock lets
 * one of them work and the others find it done.
 */
export const migrate = async (db: Db): Promise<void> => {
  const applied = await appliedMigrations(db)
  for (const { name, statements } of migrations.filter((migration) => !applied.has(migration.name))) {
    await db.tx('owner', null, async (queries) => {
      await queries.query(sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`)
      await queries.query(sql`create schema if not exists ${raw(SCHEMA)}`)
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
}

const appliedMigrations = async (db: Db): Promise<ReadonlySet<string>> => {
  const [found] = await db.query<{ present: boolean }>(
    sql`select to_regclass(${`${SCHEMA}.migrations`}) is not null as present`,
  )
  if (!found?.present) return new Set()
  const rows = await db.query<{ name: string }>(sql`select name from ${tables.migrations}`)
  return new Set(rows.map((row) => row.name))
}
