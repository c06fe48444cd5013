import type { Change, JsonObject, Kind, NewEvent, PreparedEvent, Status, StoredEvent } from './event.ts'
import type { Filter, FilterTerm, SortColumn, SortOrder } from './filter.ts'
import type { SearchedField } from './search-text.ts'
import type { KeyScope } from './viewer.ts'

/** What became of one event of a batch. */
export type AppendResult =
  | { readonly id: string; readonly outcome: 'stored' | 'duplicate'; readonly seq: number; readonly leafHash: string }
  | { readonly id: string | null; readonly outcome: 'rejected'; readonly code: RejectionCode; readonly reason: string }

/** Why an event was rejected: it is not valid, its id is taken, or its tenant is not the key's. */
export type RejectionCode = 'invalid_event' | 'id_conflict' | 'wrong_tenant'

/** Takes events. The service and the HTTP client both are one, so embedded and remote are a line apart. */
export interface EventWriter {
  /** Resolves when every event is stored, known already, or rejected; one result an event, in order. */
  append(events: readonly NewEvent[]): Promise<readonly AppendResult[]>
}

/** How a service is mounted, and what its host knows of a request beside the request itself. */
export interface Mounted {
  readonly basePath?: string
  /** The framework's own request. */
  readonly native?: unknown
  /** The client's address, as the host trusts it. */
  readonly ip?: string | undefined
}

/** Answers HTTP under a mount path; null for a path that is not its own. */
export interface FetchService {
  fetch(request: Request, mounted?: Mounted): Promise<Response | null>
}

/** One viewer's right to read in one tenant, made by the policy alone. Every read of a store takes one. */
export interface ReadScope {
  readonly tenantId: string
  /** Whose inbox it is. */
  readonly viewerId: string
  /** Filters that hold for every read, beside the reader's own. */
  readonly restrict: readonly Filter[]
  /** What the reader's own words and names must not be looked for in. @default nothing */
  readonly hidden?: readonly SearchedField[] | undefined
}

/** Where a page begins: after the event with this id and this value in the sorted column. */
export interface Position {
  readonly id: string
  /** The value of the sorted column; null when sorted by `occurredAt`, which the id holds. */
  readonly value: string | null
}

/** Which part of a list. */
export interface PageRequest {
  readonly sort: SortColumn
  readonly order: SortOrder
  readonly limit: number
  readonly after: Position | null
}

/** A part of a list. `windowed` when only the newest 10,000 events were put in order. */
export interface StorePage {
  readonly items: readonly StoredEvent[]
  readonly more: boolean
  readonly windowed: boolean
}

/** A number that is exact, or the bound it is known to have passed: "10,000+". */
export interface BoundedCount {
  readonly value: number
  readonly exact: boolean
}

/** The dimensions that facets count by: the list-valued conditions of a filter that have few values, or names to go by. */
export type FacetDimension = Exclude<FilterTerm, 'resource' | 'resourceId' | 'actorName' | 'group'>

/** A value of a dimension, and how many of the counted events have it. */
export interface FacetValue {
  readonly value: string
  /** What people call it: an actor's name, a project's name; else the value. */
  readonly label: string
  /** An actor's e-mail address. */
  readonly detail?: string | undefined
  readonly count: number
}

/** Values with counts under a filter, over the newest 10,000 matching events. */
export interface Facets {
  readonly counted: BoundedCount
  readonly values: { readonly [dimension in FacetDimension]?: readonly FacetValue[] }
}

/** A change of a viewer's inbox, for the events named or all that match. */
export interface InboxChange {
  readonly to: 'seen' | 'unseen' | 'archived' | 'unarchived'
  readonly which: { readonly ids: readonly string[] } | { readonly all: true; readonly filter: Filter }
}

/** What to count for a dashboard. */
export interface StatsRequest {
  /** The time zone of `hours`, as IANA names it. */
  readonly timeZone: string
  /** How many actions, actors and resources are named each. */
  readonly limit: number
}

/** How often a value occurred. */
export interface Tally<T extends string = string> {
  readonly value: T
  readonly count: number
}

/** One day of a time line. */
export interface DayTally {
  /** Such as `2026-11-20`, in UTC. */
  readonly day: string
  readonly kinds: { readonly [kind in Kind]: number }
  readonly failures: number
}

/** A resource, and how many events were about it. */
export interface ResourceTally {
  readonly type: string
  readonly id: string
  /** The newest name. */
  readonly name: string | null
  readonly count: number
}

/** The numbers behind a dashboard, under a filter. */
export interface Stats {
  /** The period in ISO 8601, `from` inclusive and `to` exclusive. */
  readonly from: string
  readonly to: string
  /** Exact when it comes from the rollups; under a filter that they do not know, counted to a bound. */
  readonly total: BoundedCount
  /** Days with events, oldest first. */
  readonly days: readonly DayTally[]
  /**
   * Events by hour of the week in the time zone: 168 numbers, Monday 00:00 first. An event counts where its hour in UTC began.
   * All of them when nothing but time and the category audit is left out; else the `ranked` ones.
   */
  readonly hours: readonly number[]
  readonly actions: readonly Tally[]
  readonly categories: readonly Tally[]
  readonly kinds: readonly Tally<Kind>[]
  readonly statuses: readonly Tally<Status>[]
  /** Over how many of the newest events of the period actors and resources were counted. */
  readonly ranked: BoundedCount
  readonly activeActors: BoundedCount
  readonly actors: readonly FacetValue[]
  /** Actors of the period before, as long as this one, who did nothing in this one; `count` is what they did then. */
  readonly inactiveActors: readonly FacetValue[]
  readonly resources: readonly ResourceTally[]
}

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
  used(id: string, at: string): Promise<void>
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
export interface Purgeable {
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
  tenants(): Promise<readonly string[]>
  /** What occurred before a time, in milliseconds. */
  expired(tenantId: string, before: number): Promise<Purgeable>
  /** Removes at most `limit` of those, oldest first, from events, inbox and rollups, never from the ledger. */
  purge(tenantId: string, before: number, limit: number): Promise<number>
  /** Runs work that only one process at a time may do; null when another is at it. */
  exclusively<T>(work: () => Promise<T>): Promise<T | null>
}

/** A stored event with what holds its personal values. */
export interface DisclosedEvent {
  readonly event: StoredEvent
  readonly disclosures: readonly string[]
}

/** What an erasure leaves of an event: the columns that it may change, as they are to be. */
export interface Erased {
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
  eventsOf(
    scope: ReadScope,
    person: { readonly id: string; readonly resourceTypes: readonly string[] },
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly DisclosedEvent[]>
  /** Overwrites personal columns and disclosures. The canonical bytes and the ledger stay. */
  erase(tenantId: string, events: readonly Erased[]): Promise<number>
}

/** What a store can say of itself. */
export interface StoreHealth {
  readonly engine: 'pglite' | 'postgresql'
  readonly version: string
  /** What an acknowledged event survives: `fsync` a power cut, `process-crash` a kill, `memory` nothing. */
  readonly durability: 'fsync' | 'process-crash' | 'memory'
  readonly warnings: readonly string[]
}

/** Keeps events and answers questions about them. `testStore` of the testkit is its specification. */
export interface EventStore {
  /** Stores and seals a batch of one tenant in one transaction. Resolves after commit, a result an event, in order. */
  append(tenantId: string, events: readonly PreparedEvent[]): Promise<readonly AppendResult[]>
  list(scope: ReadScope, filter: Filter, page: PageRequest): Promise<StorePage>
  get(scope: ReadScope, id: string): Promise<StoredEvent | null>
  /** Counts to `bound` and no further. */
  count(scope: ReadScope, filter: Filter, bound: number): Promise<BoundedCount>
  facets(
    scope: ReadScope,
    filter: Filter,
    request: {
      readonly dimensions: readonly FacetDimension[]
      readonly search?: string | undefined
      readonly limit: number
    },
  ): Promise<Facets>
  /** Events after a seq in the order of seq, then each new one as it is committed, until the signal aborts. */
  follow(scope: ReadScope, filter: Filter, after: number | 'now', signal: AbortSignal): AsyncIterable<StoredEvent>
  changeInbox(scope: ReadScope, change: InboxChange): Promise<{ readonly changed: number }>
  /** Numbers for a dashboard: of 30 days when the filter has no `from`. */
  stats(scope: ReadScope, filter: Filter, request: StatsRequest): Promise<Stats>
  /** The seq of a tenant's newest event; 0 before the first. */
  head(scope: ReadScope): Promise<number>
  readonly keys: KeyStore
  readonly revocations: RevocationStore
  readonly retention: RetentionStore
  readonly people: PeopleStore
  health(): Promise<StoreHealth>
  close(): Promise<void>
}
