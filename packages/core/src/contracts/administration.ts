import type { Change, JsonObject, StoredEvent } from '../event/event.ts'
import type { ReadScope } from './store.ts'
import type { KeyScope } from './viewer.ts'

/** A stored API key, without the key itself. */
export interface ApiKey {
  /** Part of the key itself, so that a leaked key can be identified and revoked. */
  readonly id: string
  /** The tenant of the key, or `*` for all tenants. */
  readonly tenantId: string
  readonly name: string
  readonly scopes: readonly KeyScope[]
  readonly createdAt: string
  readonly createdBy: string
  readonly expiresAt: string | null
  /** Rounded to the minute. */
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
}

/** Stores API keys. */
export interface KeyStore {
  add(key: ApiKey & { readonly hash: Uint8Array }): Promise<void>
  /** Lists active, expired and revoked keys, newest first. */
  list(tenantId: string): Promise<readonly ApiKey[]>
  /** Finds a key by the SHA-256 of the whole key. The caller checks if it has expired or is revoked. */
  find(hash: Uint8Array): Promise<ApiKey | null>
  /** Revokes a key. Returns null when the tenant has no such key. An already revoked key keeps its time. */
  revoke(tenantId: string, id: string, at: string): Promise<ApiKey | null>
  /** Sets `lastUsedAt`. */
  markUsed(id: string, at: string): Promise<void>
}

/** Stores revoked viewer tokens. */
export interface RevocationStore {
  /** Revokes one token by its id, or all tokens issued to a viewer before `at`. Kept until `expiresAt`. */
  add(revocation: {
    readonly tenantId: string
    readonly token: string | null
    readonly viewerId: string | null
    readonly at: string
    readonly expiresAt: string
  }): Promise<void>
  /** Checks if a token is revoked. */
  has(token: {
    readonly tenantId: string
    readonly id: string
    readonly viewerId: string
    readonly issuedAt: string
  }): Promise<boolean>
}

/** The retention settings of a tenant. */
export interface Retention {
  /** Days to keep events. Null keeps them forever. */
  readonly days: number | null
  /** Prevents purges while true. */
  readonly legalHold: boolean
}

/** The events that a purge would delete, or has deleted. */
export interface PurgeSummary {
  readonly count: number
  /** The first and the last event; null when there are none. */
  readonly first: { readonly seq: number; readonly occurredAt: string } | null
  readonly last: { readonly seq: number; readonly occurredAt: string } | null
}

/** Stores retention settings and deletes expired events. */
export interface RetentionStore {
  /** Returns null when the tenant has no settings. */
  get(tenantId: string): Promise<Retention | null>
  set(tenantId: string, retention: Retention): Promise<void>
  /** Lists the tenants that have events. */
  listTenants(): Promise<readonly string[]>
  /** Finds the events that occurred before a time in milliseconds. */
  findExpired(tenantId: string, before: number): Promise<PurgeSummary>
  /** Deletes up to `limit` of these events, oldest first, from events, inbox and rollups. The ledger keeps its entries. */
  purge(tenantId: string, before: number, limit: number): Promise<number>
  /** Runs `work` in one process at a time. Returns null when another process is running it. */
  runExclusive<T>(work: () => Promise<T>): Promise<T | null>
}

/** A stored event with the disclosures of its personal values. */
export interface DisclosedEvent {
  readonly event: StoredEvent
  readonly disclosures: readonly string[]
}

/** The new values of the columns that an erasure may change. */
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

/** Finds and erases the personal data of a person. */
export interface PeopleStore {
  /**
   * Finds the events of a person, in order of id: as actor, as impersonator, as the one acted for, or as a resource of
   * one of `resourceTypes`.
   */
  findEvents(
    scope: ReadScope,
    person: { readonly id: string; readonly resourceTypes: readonly string[] },
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly DisclosedEvent[]>
  /** Overwrites personal columns and disclosures. Canonical bytes and ledger stay as they are. */
  erase(tenantId: string, events: readonly ErasedEvent[]): Promise<number>
}
