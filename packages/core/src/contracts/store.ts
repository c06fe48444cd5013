import type { NewEvent, PreparedEvent, StoredEvent } from '../event/event.ts'
import type { Filter, FilterCondition, SortColumn, SortOrder } from '../filter/filter.ts'
import type { SearchedField } from '../filter/search-text.ts'
import type { KeyStore, PeopleStore, RetentionStore, RevocationStore } from './administration.ts'
import type { AppRoute, RouteStore } from './routes.ts'
import type { Stats, StatsRequest } from './stats.ts'

/** The result of one event of a batch. */
export type AppendResult =
  | { readonly id: string; readonly outcome: 'stored' | 'duplicate'; readonly seq: number; readonly leafHash: string }
  | { readonly id: string | null; readonly outcome: 'rejected'; readonly code: RejectionCode; readonly reason: string }

/** The reason of a rejection: the event is invalid, another event has its id, or its tenant is not the key's. */
export type RejectionCode = 'invalid_event' | 'id_conflict' | 'wrong_tenant'

/** A target for events: an embedded service, or an HTTP client of a remote one. */
export interface EventWriter {
  /** Resolves when every event is stored, found to be a duplicate, or rejected. Returns one result per event, in order. */
  append(events: readonly NewEvent[]): Promise<readonly AppendResult[]>
  /**
   * Reports the routes of the host app, and the action of each. Reporting a route again is safe. Nothing depends on it, so a caller
   * may ignore a failure.
   */
  reportRoutes?(routes: readonly AppRoute[]): Promise<void>
  /** Milliseconds that a trail waits for a batch to fill up, for a writer with a cost per batch. @default 0 */
  readonly lingerMs?: number | undefined
}

/** The mount path of a service, and what the host knows about a request. */
export interface MountContext {
  readonly basePath?: string
  /** The request object of the framework. */
  readonly native?: unknown
  /** The trusted IP address of the client. */
  readonly ip?: string | undefined
}

/** A service that answers HTTP requests under a mount path. Returns null for other paths. */
export interface FetchService {
  fetch(request: Request, mounted?: MountContext): Promise<Response | null>
}

/** The permission of one viewer to read one tenant. Only the policy creates it, and every read of a store needs one. */
export interface ReadScope {
  readonly tenantId: string
  /** The owner of the inbox. */
  readonly viewerId: string
  /** Filters that apply to every read, in addition to the caller's filter. */
  readonly restrict: readonly Filter[]
  /** True to match the viewer by actor id only, and not by email address. @default false */
  readonly ownOnly?: boolean | undefined
  /** Fields that the caller's search text and actor names must not match. @default none */
  readonly hidden?: readonly SearchedField[] | undefined
}

/** The event before a page: its id and its value in the sorted column. */
export interface Position {
  readonly id: string
  /** The value of the sorted column. Null when sorted by `occurredAt`, because the id holds the time. */
  readonly value: string | null
}

/** A request for one page of a list. */
export interface PageRequest {
  readonly sort: SortColumn
  readonly order: SortOrder
  readonly limit: number
  readonly after: Position | null
}

/** One page of a list. `windowed` is true when only the newest 10,000 events were sorted. */
export interface StorePage {
  readonly items: readonly StoredEvent[]
  readonly hasMore: boolean
  readonly windowed: boolean
  /** The number of matching events, if the store knows it after reading the first page. */
  readonly total?: BoundedCount | undefined
}

/** A count that is exact, or a lower bound such as "10,000+". */
export interface BoundedCount {
  readonly value: number
  readonly exact: boolean
}

/** The filter conditions that have facets. */
export type FacetDimension = Exclude<FilterCondition, 'resource' | 'resourceId' | 'actorName' | 'group'>

/** A value of a dimension, and its number of events. */
export interface FacetValue {
  readonly value: string
  /** The display name of the value, such as the name of an actor or a project. Else the value itself. */
  readonly label: string
  /** The email address of an actor. */
  readonly detail?: string | undefined
  readonly count: number
}

/** The values of dimensions under a filter, counted over the newest 10,000 matching events. */
export interface Facets {
  readonly counted: BoundedCount
  readonly values: { readonly [dimension in FacetDimension]?: readonly FacetValue[] }
}

/** A change of a viewer's inbox, for events by id or for all that match a filter. */
export interface InboxChange {
  readonly to: 'seen' | 'unseen' | 'archived' | 'unarchived'
  readonly which: { readonly ids: readonly string[] } | { readonly all: true; readonly filter: Filter }
}

/** The health of a store. */
export interface StoreHealth {
  readonly engine: 'pglite' | 'postgresql'
  readonly version: string
  /** Durability of acknowledged events: `fsync` survives a power failure, `process-crash` a killed process, `memory` neither. */
  readonly durability: 'fsync' | 'process-crash' | 'memory'
  readonly warnings: readonly string[]
}

/** A store of events. `testStore` of `@whodid/testkit/store` is its specification. */
export interface EventStore {
  /**
   * Stores and seals a batch of one tenant in one transaction. Resolves after the commit, with one result per event, in order.
   * Concurrent batches of a tenant are stored in the order of the calls.
   */
  append(tenantId: string, events: readonly PreparedEvent[]): Promise<readonly AppendResult[]>
  list(scope: ReadScope, filter: Filter, page: PageRequest): Promise<StorePage>
  get(scope: ReadScope, id: string): Promise<StoredEvent | null>
  /**
   * Counts matching events up to `bound`. Text matches are counted to 100, and conditions without an index stop after a few
   * thousand rows. `exact` is then false.
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
  /** Yields the events after a seq, in order of seq, then each new event after its commit, until the signal aborts. */
  follow(scope: ReadScope, filter: Filter, after: number | 'now', signal: AbortSignal): AsyncIterable<StoredEvent>
  changeInbox(scope: ReadScope, change: InboxChange): Promise<{ readonly changed: number }>
  /** Computes dashboard statistics. Covers 30 days when the filter has no `from`. */
  stats(scope: ReadScope, filter: Filter, request: StatsRequest): Promise<Stats>
  /** Returns the seq of the tenant's newest event, or 0 when there is none. */
  head(scope: ReadScope): Promise<number>
  readonly keys: KeyStore
  readonly revocations: RevocationStore
  readonly retention: RetentionStore
  readonly people: PeopleStore
  readonly routes: RouteStore
  health(): Promise<StoreHealth>
  close(): Promise<void>
}
