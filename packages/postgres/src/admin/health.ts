import type { StoreHealth } from '@whodid/core'
import type { Db } from '../db.ts'
import { eventPartitions } from '../schema/partitions.ts'
import { getPrivilegeWarning } from '../schema/privileges.ts'
import { sql } from '../sql.ts'

/** The most events that PGlite is meant for. */
const MAX_PGLITE_ROWS = 1_000_000

interface SettingsRow extends Record<string, unknown> {
  readonly version: string
  readonly fsync: string
  readonly synchronous_commit: string
  readonly full_page_writes: string
  readonly ctype: string
  readonly rows: number
}

/** Reads the version and durability of the database, with a warning for each unsafe or slow setting. */
export async function readHealth(db: Db): Promise<StoreHealth> {
  const [row] = await db.query<SettingsRow>(sql`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit,
      current_setting('full_page_writes') as full_page_writes,
      (select datctype from pg_database where datname = current_database()) as ctype,
      (select coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 from ${eventPartitions}) as rows`)
  if (row === undefined) throw new Error('The database returned no row for its settings.')
  const privilege = db.engine === 'postgresql' ? await getPrivilegeWarning(db) : null
  const isDurable = row.fsync === 'on' && row.synchronous_commit !== 'off' && row.full_page_writes === 'on'
  return {
    engine: db.engine,
    version: row.version,
    durability: db.durability ?? (isDurable ? 'fsync' : 'process-crash'),
    warnings: [...listWarnings(db, row, isDurable), ...(privilege === null ? [] : [privilege])],
  }
}

function* listWarnings(db: Db, row: SettingsRow, isDurable: boolean): Iterable<string> {
  if (db.engine === 'postgresql' && !isDurable) {
    yield `A power cut may lose acknowledged events: fsync is ${row.fsync}, synchronous_commit is ${row.synchronous_commit}, full_page_writes is ${row.full_page_writes}. Turn all three on.`
  }
  if (row.ctype === 'C' || row.ctype === 'POSIX') {
    yield `Search is slow for non-ASCII letters: the database has the ctype ${row.ctype}. Create it with a UTF-8 locale.`
  }
  if (db.engine === 'pglite' && row.rows > MAX_PGLITE_ROWS) {
    yield `The embedded database holds about ${Math.round(row.rows)} events, more than the ${MAX_PGLITE_ROWS} it is meant for. Move to PostgreSQL.`
  }
}
