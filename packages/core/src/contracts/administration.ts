import type { Change, JsonObject, StoredEvent } from '../event/event.ts'
import type { ReadScope } from './store.ts'
import type { KeyScope } from './viewer.ts'

/** An API key as it is kept: never the key itself. */
export interface ApiKey {
  /** Stands in the key too, so that a key found somewhere can be told and revoked. */
  readonly id: string
  /** The one tenant it belongs to, or `*`. */
  readonly tenantId: string
  readonly name: string
  readonly scopes: readonly KeyScope[]
  readonly createdAt: string
  readonly createdBy: string
  readonly expiresAt: string | null
  /** To the minute. */
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
}

/** Where API keys are kept. */
export interface KeyStore {
  add(key: ApiKey & { readonly hash: Uint8Array }): Promise<void>
  /** Live ones and dead, newest first. */
  list(tenantId: string): Promise<readonly ApiKey[]>
  /** By the SHA-256 of the whole key; whether it is still good is the caller's to say. */
  find(hash: Uint8Array): Promise<ApiKey | null>
  /** Null when the tenant has no such key. One that was revoked before keeps its time. */
  revoke(tenantId: string, id: string, at: string): Promise<ApiKey | null>
  markUsed(id: string, at: string): Promise<void>
}

/** Which viewer tokens no longer hold. */
export interface RevocationStore {
  /** Revokes a token by its id, or whatever a viewer was given before a time. Kept until `expiresAt`. */
  add(revocation: {
    readonly tenantId: string
    readonly token: string | null
    readonly viewerId: string | null
    readonly at: string
    readonly expiresAt: string
  }): Promise<void>
  has(token: {
    readonly tenantId: string
    readonly id: string
    readonly viewerId: string
    readonly issuedAt: string
  }): Promise<boolean>
}

/** How long the events of a tenant are kept. */
export interface Retention {
  /** Null for ever. */
  readonly days: number | null
  /** Nothing is purged while it holds. */
  readonly legalHold: boolean
}

/** Events that a purge would remove, or has removed. */
export interface PurgeSummary {
  readonly count: number
  /** The first and the last of them, by seq and time; null when there is none. */
  readonly first: { readonly seq: number; readonly occurredAt: string } | null
  readonly last: { readonly seq: number; readonly occurredAt: string } | null
}

/** Where retention is set and done. */
export interface RetentionStore {
  /** Null when the tenant has none of its own. */
  get(tenantId: string): Promise<Retention | null>
  set(tenantId: string, retention: Retention): Promise<void>
  /** Every tenant that has events. */
  listTenants(): Promise<readonly string[]>
  /** What occurred before a time, in milliseconds. */
  findExpired(tenantId: string, before: number): Promise<PurgeSummary>
  /** Removes at most `limit` of those, oldest first, from events, inbox and rollups, never from the ledger. */
  purge(tenantId: string, before: number, limit: number): Promise<number>
  /** Runs work that only one process at a time may do; null when another is at it. */
  runExclusive<T>(work: () => Promise<T>): Promise<T | null>
}

/** A stored event with what holds its personal values. */
export interface DisclosedEvent {
  readonly event: StoredEvent
  readonly disclosures: readonly string[]
}

/** What an erasure leaves of an event: the columns that it may change, as they are to be. */
export interface ErasedEvent {
  readonly id: string
  readonly actorName: string | null
  readonly actorEmail: string | null
  readonly onBehalfOfName: string | null
  readonly impersonatedByName: string | null
  readonly resourceName: string | null
  readonly description: string
  readonly ip: string | null
  readonly userAgent: string | null
  readonly metadata: JsonObject
  readonly changes: readonly Change[]
  readonly disclosures: readonly string[]
  readonly searchText: string
}

/** Where a person's traces are found and erased. */
export interface PeopleStore {
  /**
   * Events that a person did, had done for them, did as somebody else, or that are about them as a resource of one of
   * the types given; in order of id.
   */
  findEvents(
    scope: ReadScope,
    person: { readonly id: string; readonly resourceTypes: readonly string[] },
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly DisclosedEvent[]>
  /** Overwrites personal columns and disclosures. The canonical bytes and the ledger stay. */
  erase(tenantId: string, events: readonly ErasedEvent[]): Promise<number>
}
