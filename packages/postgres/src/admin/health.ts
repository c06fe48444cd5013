import type { StoreHealth } from '@whodid/core'
import type { Db } from '../db.ts'
import { partitionsOfEvents } from '../schema/partitions.ts'
import { privilegeWarning } from '../schema/privileges.ts'
import { sql } from '../sql.ts'

/** Above this many events an embedded database is the wrong choice. */
const PGLITE_ROWS = 1_000_000

interface SettingsRow extends Record<string, unknown> {
  readonly version: string
  readonly fsync: string
  readonly synchronous_commit: string
  readonly full_page_writes: string
  readonly ctype: string
  readonly rows: number
}

/** What the database says of itself, with a warning for each setting that an audit trail should not run with. */
export async function healthOf(db: Db): Promise<StoreHealth> {
  const [row] = await db.query<SettingsRow>(sql`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit,
      current_setting('full_page_writes') as full_page_writes,
      (select datctype from pg_database where datname = current_database()) as ctype,
      (select coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 from ${partitionsOfEvents}) as rows`)
  if (row === undefined) throw new Error('The database says nothing of its settings.')
  const privilege = db.engine === 'postgresql' ? await privilegeWarning(db) : null
  const onDisk = row.fsync === 'on' && row.synchronous_commit !== 'off' && row.full_page_writes === 'on'
  return {
    engine: db.engine,
    version: row.version,
    durability: db.durability ?? (onDisk ? 'fsync' : 'process-crash'),
    warnings: [...warningsOf(db, row, onDisk), ...(privilege === null ? [] : [privilege])],
  }
}

function* warningsOf(db: Db, row: SettingsRow, onDisk: boolean): Iterable<string> {
  if (db.engine === 'postgresql' && !onDisk) {
    yield `A power cut may lose acknowledged events, because fsync is ${row.fsync}, synchronous_commit ${row.synchronous_commit} and full_page_writes ${row.full_page_writes}: turn them on.`
  }
  if (row.ctype === 'C' || row.ctype === 'POSIX') {
    yield `Search is slow for letters beyond ASCII, because the database's ctype is ${row.ctype}: create it with a UTF-8 locale.`
  }
  if (db.engine === 'pglite' && row.rows > PGLITE_ROWS) {
    yield `The embedded database holds about ${Math.round(row.rows)} events, more than it is meant for: move to PostgreSQL.`
  }
}
