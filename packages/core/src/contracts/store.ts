import type { NewEvent, PreparedEvent, StoredEvent } from '../event/event.ts'
import type { Filter, FilterCondition, SortColumn, SortOrder } from '../filter/filter.ts'
import type { SearchedField } from '../filter/search-text.ts'
import type { KeyStore, PeopleStore, RetentionStore, RevocationStore } from './administration.ts'
import type { Stats, StatsRequest } from './stats.ts'

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
  /** Milliseconds that a trail waits for a batch to fill up, for a writer with a cost per batch. @default 0 */
  readonly lingerMs?: number | undefined
}

/** How a service is mounted, and what its host knows of a request beside the request itself. */
export interface MountContext {
  readonly basePath?: string
  /** The framework's own request. */
  readonly native?: unknown
  /** The client's address, as the host trusts it. */
  readonly ip?: string | undefined
}

/** Answers HTTP under a mount path; null for a path that is not its own. */
export interface FetchService {
  fetch(request: Request, mounted?: MountContext): Promise<Response | null>
}

/** One viewer's right to read in one tenant, made by the policy alone. Every read of a store takes one. */
export interface ReadScope {
  readonly tenantId: string
  /** Whose inbox it is. */
  readonly viewerId: string
  /** Filters that hold for every read, beside the reader's own. */
  readonly restrict: readonly Filter[]
  /** Whether only events whose actor has the viewer's id are theirs, whoever has it as an e-mail address. @default false */
  readonly ownOnly?: boolean | undefined
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
  readonly hasMore: boolean
  readonly windowed: boolean
  /** How many match in all, where the store has learned that on its way to the first page. */
  readonly total?: BoundedCount | undefined
}

/** A number that is exact, or one that it is at least: "10,000+". */
export interface BoundedCount {
  readonly value: number
  readonly exact: boolean
}

/** The dimensions that facets count by: the list-valued conditions of a filter that have few values, or names to go by. */
export type FacetDimension = Exclude<FilterCondition, 'resource' | 'resourceId' | 'actorName' | 'group'>

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
  /**
   * Stores and seals a batch of one tenant in one transaction. Resolves after commit, a result an event, in order. Batches of a
   * tenant that are handed over while others are stored go in as they came.
   */
  append(tenantId: string, events: readonly PreparedEvent[]): Promise<readonly AppendResult[]>
  list(scope: ReadScope, filter: Filter, page: PageRequest): Promise<StorePage>
  get(scope: ReadScope, id: string): Promise<StoredEvent | null>
  /**
   * Counts to `bound` and no further. Of a text it may stop at a hundred, and of conditions that only looking at each event
   * can tell at some thousand events it has looked at: the value is then what it found, and not exact.
   */
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
