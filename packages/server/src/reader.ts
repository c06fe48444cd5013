import type {
  BoundedCount,
  FacetDimension,
  Facets,
  Filter,
  InboxChange,
  SortColumn,
  SortOrder,
  StoredEvent,
} from '@whodid/core'

/** Which part of a list a reader asks for. */
export interface ListPage {
  readonly sort: SortColumn
  readonly order: SortOrder
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A part of a list, with where the next begins and how many there are. */
export interface ListOutput {
  readonly items: readonly StoredEvent[]
  /** Give it back as `cursor` for the next page; null at the end. */
  readonly nextCursor: string | null
  /** Counted to 10,000 and no further. */
  readonly total: BoundedCount
  /** Whether only the newest 10,000 events were put in order, as in every sort but by time. */
  readonly windowed: boolean
}

/** Reads for one viewer, in the tenants and under the restrictions that the policy bound it to. */
export interface Reader {
  readonly tenants: readonly string[]
  list(filter: Filter, page: ListPage): Promise<ListOutput>
  get(id: string): Promise<StoredEvent | null>
  count(filter: Filter): Promise<BoundedCount>
  facets(
    filter: Filter,
    request: {
      readonly dimensions: readonly FacetDimension[]
      readonly search?: string | undefined
      readonly limit: number
    },
  ): Promise<Facets>
  changeInbox(change: InboxChange): Promise<{ readonly changed: number }>
  /** Every matching event by time, in pages of a thousand, each read when it is asked for. */
  pages(filter: Filter, order: SortOrder): AsyncIterable<readonly StoredEvent[]>
  /** Events after a seq, then each new one, until the signal aborts. One tenant only. */
  follow(filter: Filter, after: number | 'now', signal: AbortSignal): AsyncIterable<StoredEvent>
  /** Makes looking at somebody else's activity, or exporting, an event itself: one a viewer, filter and hour. */
  witness(what: Witnessed): Promise<void>
}

/** What is worth an event when it is read. */
export type Witnessed =
  | { readonly read: 'viewed'; readonly subject: string; readonly filter: Filter }
  | { readonly read: 'exported'; readonly format: string; readonly filter: Filter }
