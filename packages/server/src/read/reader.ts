import {
  type BoundedCount,
  type EventStore,
  type Facets,
  type Filter,
  type InboxChange,
  type ReadScope,
  type SortColumn,
  type SortOrder,
  type Stats,
  type StatsRequest,
  type StoredEvent,
  WhodidError,
} from '@whodid/core'
import { FILTER_CONDITIONS, parseTimeRange } from '@whodid/core/filter'
import type { AccessRecord, ExportCompletion } from '../access-log.ts'
import { isStorable } from '../schemas.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { type EventExtract, type ExtractRequest, extractEvents } from './extract.ts'
import { CONDITION_PATHS, type FacetRequest, isSearchMasked, mergeFacets } from './facets.ts'
import { type EventStream, followEvents } from './follow.ts'
import { canDescriptionReveal, isMasked } from './mask.ts'
import { createTenantMerge } from './merge-tenants.ts'
import { type ParsedSearch, parseSearch } from './search.ts'
import { mergeStats } from './stats.ts'
import { type CountTotal, MAX_TOTAL, sumTotals } from './totals.ts'

/** The page of a list to read. */
interface ListPageRequest {
  readonly sort: SortColumn
  readonly order: SortOrder
  readonly limit: number
  readonly cursor?: string | undefined
}

/** A page of a list. */
export interface ListOutput {
  readonly items: readonly StoredEvent[]
  /** The `cursor` of the next page. Null on the last page. */
  readonly nextCursor: string | null
  /** Counted up to 10,000. */
  readonly total: BoundedCount
  /** True when only the newest 10,000 events were sorted, which can happen for every sort except by time. */
  readonly windowed: boolean
}

/** Reads events for one viewer, within the tenants and restrictions that the policy set. */
export interface Reader {
  list(filter: Filter, page: ListPageRequest): Promise<ListOutput>
  get(id: string): Promise<StoredEvent | null>
  count(filter: Filter): Promise<BoundedCount>
  facets(filter: Filter, request: FacetRequest): Promise<Facets>
  stats(filter: Filter, request: StatsRequest): Promise<Stats>
  /** Returns the actors that a filter names, including those in its search text. */
  getActors(filter: Filter): readonly string[]
  changeInbox(change: InboxChange): Promise<{ readonly changed: number }>
  /** Extracts all matching events, in order of time. */
  extract(filter: Filter, request: ExtractRequest): Promise<EventExtract>
  /** Follows matching events after a stream position, or from now on, until the signal aborts. */
  follow(filter: Filter, after: string | undefined, signal: AbortSignal): Promise<EventStream>
  /** Records an access in the access log, once per viewer, filter and hour. */
  recordAccess(record: AccessRecord): Promise<void>
  /** Records an export in the access log. Returns a function that records its end in each tenant. */
  recordExport(record: AccessRecord): Promise<(tenantId: string, completion: ExportCompletion) => Promise<void>>
}

/** Options for `createReader`, which the policy sets. */
export interface ReaderOptions {
  readonly store: Omit<EventStore, 'append' | 'close' | 'health'>
  readonly tenants: readonly string[]
  /** True for `tenant=*`. */
  readonly isMultiTenant: boolean
  /** Paths of the fields that the viewer must not see. */
  readonly masked: readonly string[]
  readonly now: () => number
  readonly countTotal: CountTotal
  /** Returns one scope per tenant. */
  getScopes(): Promise<readonly ReadScope[]>
  /**
   * Returns the scopes and the filter for a search. Groups become categories, and audit events are excluded unless the search names
   * them or `includeAudit` is true.
   */
  resolveSearch(
    search: ParsedSearch,
    includeAudit: boolean,
  ): Promise<{ readonly scopes: readonly ReadScope[]; readonly filter: Filter }>
  /** Adds the resource link and masks fields. */
  present(event: StoredEvent): StoredEvent
  recordAccess(record: AccessRecord): Promise<void>
  recordExport(record: AccessRecord): Promise<(tenantId: string, completion: ExportCompletion) => Promise<void>>
}

const SORT_PATHS: { readonly [C in SortColumn]: readonly string[] } = {
  occurredAt: [],
  actor: ['actor.name', 'actor.email', 'actor.id'],
  action: ['action'],
  resource: ['resource.name', 'resource.id'],
  description: ['description'],
  status: ['status'],
}

/** Creates a reader. It holds the store, so only the policy may call this. */
export function createReader(options: ReaderOptions): Reader {
  const { store, masked } = options

  const reject = (field: string): never => {
    throw new WhodidError('forbidden', `${field} is hidden from this viewer: remove it from the filter and the sort.`)
  }
  const rejectMasked = (field: string, paths: readonly string[]) => {
    if (paths.some((path) => isMasked(masked, path))) reject(field)
  }

  const resolveFilter = async (requested: Filter, includeAudit = false) => {
    parseTimeRange(requested)
    if (!isStorable(requested)) {
      throw new WhodidError('invalid_input', 'The filter contains U+0000 or a lone surrogate, which no event contains.')
    }
    const search = parseSearch(requested, options.now())
    for (const filter of [search.filter, ...search.additionalFilters]) {
      for (const name of FILTER_CONDITIONS) {
        if (filter[name] ?? filter.not?.[name]) rejectMasked(name, CONDITION_PATHS[name])
      }
      if ([...(filter.actor ?? []), ...(filter.not?.actor ?? [])].some((actor) => actor.includes('@'))) {
        rejectMasked('actor.email', ['actor.email'])
      }
    }
    return options.resolveSearch(search, includeAudit)
  }

  return {
    async list(requested, { sort, order, limit, cursor }) {
      if (sort === 'description' && canDescriptionReveal(masked)) reject(sort)
      rejectMasked(sort, SORT_PATHS[sort])
      const { scopes, filter } = await resolveFilter(requested)
      const previous =
        cursor === undefined ? undefined : decodeCursor(cursor, { sort, order, tenants: options.tenants })
      const merge = createTenantMerge(store, scopes, filter, { sort, order, progress: previous?.progress ?? [] })
      const pagePromise = merge.page(limit)
      // The store counts text matches while it reads the first page, so a separate count may be unnecessary.
      if (filter.q || filter.actorName) await pagePromise
      const countTotals = () =>
        Promise.all(scopes.map((scope, i) => merge.totals[i] ?? options.countTotal(scope, filter))).then(sumTotals)
      const [page, total] = await Promise.all([pagePromise, previous?.total ?? countTotals()])
      return {
        items: page.items.map(options.present),
        nextCursor: merge.done ? null : encodeCursor({ sort, order, total, progress: merge.progress }),
        total,
        windowed: page.windowed,
      }
    },

    async get(id) {
      for (const scope of await options.getScopes()) {
        const event = await store.get(scope, id)
        if (event) return options.present(event)
      }
      return null
    },

    async count(requested) {
      const { scopes, filter } = await resolveFilter(requested)
      return sumTotals(await Promise.all(scopes.map((scope) => options.countTotal(scope, filter))))
    },

    async facets(requested, request) {
      const { scopes, filter } = await resolveFilter(requested)
      const storeRequest = isSearchMasked(request, masked)
        ? { ...request, search: undefined, limit: MAX_TOTAL }
        : request
      const parts = await Promise.all(scopes.map((scope) => store.facets(scope, filter, storeRequest)))
      return mergeFacets(parts, request, masked)
    },

    async stats(requested, request) {
      const { scopes, filter } = await resolveFilter(requested)
      const parts = await Promise.all(scopes.map((scope) => store.stats(scope, filter, request)))
      return mergeStats(parts, request.limit, masked)
    },

    getActors(requested) {
      const { filter, additionalFilters } = parseSearch(requested, options.now())
      return [filter, ...additionalFilters].flatMap(({ actor = [], actorName = [] }) => [...actor, ...actorName])
    },

    async changeInbox({ to, which }) {
      const hasIds = 'ids' in which
      const { scopes, filter } = hasIds
        ? { scopes: await options.getScopes(), filter: {} }
        : await resolveFilter(which.filter)
      const changes = await Promise.all(
        scopes.map((scope) => store.changeInbox(scope, { to, which: hasIds ? which : { all: true, filter } })),
      )
      return { changed: changes.reduce((total, { changed }) => total + changed, 0) }
    },

    async extract(requested, request) {
      const { scopes, filter } = await resolveFilter(requested, request.includeAudit)
      const { isMultiTenant, present } = options
      return extractEvents({ store, scopes, isMultiTenant, filter, present }, request)
    },

    async follow(requested, after, signal) {
      const { scopes, filter } = await resolveFilter(requested)
      const { isMultiTenant, present } = options
      return followEvents({ store, scopes, isMultiTenant, filter, after, signal, present })
    },

    recordAccess: options.recordAccess,
    recordExport: options.recordExport,
  }
}
