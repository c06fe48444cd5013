import { WhodidError } from '@whodid/core'
import { toStoreError } from './errors.ts'
import type { Sql } from './sql.ts'

/** A row, the same from every driver: bigint as number, bytea as Uint8Array, jsonb parsed, timestamptz as Date. */
export type Row = Readonly<Record<string, unknown>>

/** Runs statements. */
export interface Queries {
  query<R extends Row>(statement: Sql): Promise<R[]>
}

/** Runs the reads of one call. */
export interface Reads extends Queries {
  /** Runs reads that use `app.tenant` themselves. It opens a transaction if there is none yet. */
  inTransaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>
}

/**
 * The role that a transaction runs as. `owner` is the connection's own user, the only one that may change the schema. `settings`
 * manages keys, revocations and retention.
 */
export type Role = 'owner' | 'ingest' | 'reader' | 'settings' | 'purger' | 'eraser'

/** A database connection, as each driver implements it. */
export interface Db extends Queries {
  readonly engine: 'pglite' | 'postgresql'
  /** The failure that a committed transaction survives: a power cut, a crash, or none. Null when the server's settings decide. */
  readonly durability: 'fsync' | 'process-crash' | 'memory' | null
  /**
   * Runs `work` in a transaction. It commits when `work` resolves and rolls back when it throws. Only the queries that `work`
   * receives belong to the transaction. Meanwhile it has the rights of the role, and `app.tenant` is the tenant.
   */
  tx<T>(role: Role, tenantId: string | null, work: (queries: Queries) => Promise<T>): Promise<T>
  /**
   * Runs the reads of one call as `reader`, in one read-only transaction. Every read of a tenant's rows uses it: without the role,
   * a restricted user sees no rows. PGlite has no roles and opens a transaction only for `inTransaction`.
   */
  read<T>(tenantId: string, work: (reads: Reads) => Promise<T>): Promise<T>
  /**
   * Calls `onNotify` with the payload of each notification, or with null when some may have been missed. Resolves once it
   * listens, with a function that stops it.
   */
  listen(channel: string, onNotify: (payload: string | null) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** Wraps a driver: errors become `WhodidError`s, and calls after `signal` aborts are rejected with `closed`. */
export function guardDb(db: Db, signal: AbortSignal): Db {
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (signal.aborted) throw new WhodidError('closed', 'The store is closed. Open it again to use it.')
    try {
      return await work()
    } catch (error) {
      throw toStoreError(error)
    }
  }
  return {
    ...db,
    query: (statement) => guard(() => db.query(statement)),
    tx: (role, tenantId, work) => guard(() => db.tx(role, tenantId, work)),
    read: (tenantId, work) => guard(() => db.read(tenantId, work)),
    listen: (channel, onNotify) => guard(() => db.listen(channel, onNotify)),
  }
}
