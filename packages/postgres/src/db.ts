import { WhodidError } from '@whodid/core'
import { raw, type Sql } from './sql.ts'

/** A row as every driver gives it: bigint as number, bytea as Uint8Array, jsonb parsed, timestamptz as Date. */
export type Row = Readonly<Record<string, unknown>>

/** Runs statements. */
export interface Queries {
  query<R extends Row>(statement: Sql): Promise<R[]>
}

/** Runs the reads of one call. */
export interface Reads extends Queries {
  /** Runs reads of which some look at `app.tenant` themselves: in a transaction also where there is none so far. */
  bound<T>(work: (queries: Queries) => Promise<T>): Promise<T>
}

/**
 * In whose name a transaction runs. `owner` is the user that the connection was made with, who alone may change the schema;
 * `settings` keeps keys, revocations and retention.
 */
export type Role = 'owner' | 'ingest' | 'reader' | 'settings' | 'purger' | 'eraser'

/** A database: the one seam between the store and its drivers. */
export interface Db extends Queries {
  readonly engine: 'pglite' | 'postgresql'
  /** What a commit survives, as far as the driver knows; null to ask the server's settings. */
  readonly durability: 'fsync' | 'process-crash' | 'memory' | null
  /**
   * Runs `work` in one transaction, which commits when it resolves and rolls back when it throws. Only the queries it is
   * handed belong to the transaction. For its length it has the rights of the role and no others, and `app.tenant` is set
   * to the tenant.
   */
  tx<T>(role: Role, tenantId: string | null, work: (queries: Queries) => Promise<T>): Promise<T>
  /**
   * Runs the reads of one call in the name of `reader`, in one transaction that cannot write. Every read of a tenant's rows goes
   * through here; without it, a user of lesser rights sees nothing. PGlite, which knows no roles, needs no transaction for
   * most of it.
   */
  read<T>(tenantId: string, work: (reads: Reads) => Promise<T>): Promise<T>
  /**
   * Calls `heard` with the payload of every notification, and with null when some may have been missed. Resolves once it
   * listens; the function it gives stops it.
   */
  listen(channel: string, heard: (payload: string | null) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** Sets `app.tenant` for the transaction. A quoted literal, since Citus does not forward `set_config`. */
export function tenantIs(tenantId: string): Sql {
  return raw(`set local app.tenant = ${literal(tenantId)}`)
}

/** Text as a literal that means the same whatever `standard_conforming_strings` says. */
function literal(text: string): string {
  if (text.includes('\0')) throw new WhodidError('invalid_input', 'A tenant has no NUL in its id: correct it.')
  return `E'${text.replace(/['\\]/g, '$&$&')}'`
}
