import { raw, type Sql } from './sql.ts'

/** A row as every driver gives it: bigint as number, bytea as Uint8Array, jsonb parsed, timestamptz as Date. */
export type Row = Readonly<Record<string, unknown>>

/** Runs statements. */
export interface Queries {
  query<R extends Row>(statement: Sql): Promise<R[]>
}

/** A database: the one seam between the store and its drivers. */
export interface Db extends Queries {
  readonly engine: 'pglite' | 'postgresql'
  /** What a commit survives, as far as the driver knows; null to ask the server's settings. */
  readonly durability: 'fsync' | 'process-crash' | 'memory' | null
  /**
   * Runs `work` in one transaction, which commits when it resolves and rolls back when it throws. Only the queries it is
   * handed belong to the transaction. `app.tenant` is set to the tenant for its length.
   */
  tx<T>(tenantId: string | null, work: (queries: Queries) => Promise<T>): Promise<T>
  /**
   * Calls `heard` with the payload of every notification, and with null when some may have been missed. Resolves once it
   * listens; the function it gives stops it.
   */
  listen(channel: string, heard: (payload: string | null) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** Sets `app.tenant` for the transaction. A quoted literal, since Citus does not forward `set_config`. */
export const tenantIs = (tenantId: string): Sql => raw(`set local app.tenant = '${tenantId.replaceAll("'", "''")}'`)

/** The SQLSTATE of a driver's error, or of the system call that failed beneath it. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined

/** Whether the data was at fault: bad values, constraints, limits of the program. */
export const isDataError = (error: unknown): boolean => /^(22|23|54)/.test(codeOf(error) ?? '')

/** Whether the same transaction may succeed when it is run again. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01', '55P03'].includes(codeOf(error) ?? '')

/** Whether the database could not be reached or went away. */
export const isUnavailable = (error: unknown): boolean =>
  /^(08|57P|53)|^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|store_unavailable$)/.test(codeOf(error) ?? '') ||
  (error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/i.test(error.message))
