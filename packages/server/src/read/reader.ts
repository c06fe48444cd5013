import {
  type BoundedCount,
  type EventStore,
  type FacetDimension,
  type Facets,
  FILTER_CONDITIONS,
  type Filter,
  type InboxChange,
  type ReadScope,
  type SortColumn,
  type SortOrder,
  type Stats,
  type StatsRequest,
  type StoredEvent,
  timeRange,
  WhodidError,
} from '@whodid/core'
import type { ExportCompletion, AccessRecord } from '../access-log.ts'
import { isStorable } from '../schemas.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { type EventExtract, type ExtractRequest, extractEvents } from './extract.ts'
import { isSearchMasked, mergeFacets, CONDITION_PATHS } from './facets.ts'
import { type EventStream, followEvents } from './follow.ts'
import { isMasked, canDescriptionReveal } from './mask.ts'
import { createTenantMerge } from './merge-tenants.ts'
import { type ParsedSearch, parseSearch } from './search.ts'
import { mergeStats } from './stats.ts'
import { MAX_TOTAL, sumTotals, type CountTotal } from './totals.ts'

/** Which part of a list a reader asks for. */
export interface ListPageRequest {
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
  list(filter: Filter, page: ListPageRequest): Promise<ListOutput>
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
  stats(filter: Filter, request: StatsRequest): Promise<Stats>
  /** Whom a filter asks for, in its search text too. */
  getActors(filter: Filter): readonly string[]
  changeInbox(change: InboxChange): Promise<{ readonly changed: number }>
  /** Every matching event by time, in pages of a thousand. */
  extract(filter: Filter, request: ExtractRequest): Promise<EventExtract>
  /** Events after the one with an id of the stream, or from now on, until the signal aborts. */
  follow(filter: Filter, after: string | undefined, signal: AbortSignal): Promise<EventStream>
  /** Makes looking at somebody else's activity, or exporting, an event itself: one a viewer, filter and hour. */
  recordAccess(what: AccessRecord): Promise<void>
  /** The same for a file, whose end is told for each tenant. */
  recordExport(what: AccessRecord): Promise<(tenantId: string, end: ExportCompletion) => Promise<void>>
}

/** What the policy binds a reader to. */
export interface ReaderOptions {
  readonly store: Omit<EventStore, 'append' | 'close' | 'health'>
  readonly tenants: readonly string[]
  /** Whether all tenants were asked for at once. */
  readonly isMultiTenant: boolean
  readonly masked: readonly string[]
  readonly now: () => number
  readonly countTotal: CountTotal
  /** One right to read a tenant each. */
  getScopes(): Promise<readonly ReadScope[]>
  /** The same for a list: groups stand as categories, and audit is left out unless it is asked for. */
  resolveSearch(
    asked: ParsedSearch,
    audit: boolean,
  ): Promise<{ readonly scopes: readonly ReadScope[]; readonly filter: Filter }>
  /** An event as this viewer gets it: with its link, without its masked fields. */
  present(event: StoredEvent): StoredEvent
  recordAccess(what: AccessRecord): Promise<void>
  recordExport(what: AccessRecord): Promise<(tenantId: string, end: ExportCompletion) => Promise<void>>
}

const SORT_PATHS: { readonly [C in SortColumn]: readonly string[] } = {
  occurredAt: [],
  actor: ['actor.name', 'actor.email', 'actor.id'],
  action: ['action'],
  resource: ['resource.name', 'resource.id'],
  description: ['description'],
  status: ['status'],
}

/** Makes a reader of what the policy allows. It holds the store, so the policy alone calls it. */
export function createReader(options: ReaderOptions): Reader {
  const { store, masked } = options

  const reject = (what: string): never => {
    throw new WhodidError(
      'forbidden',
      `${what} is hidden from this viewer, so events cannot be chosen or sorted by it.`,
    )
  }
  const rejectMasked = (what: string, paths: readonly string[]) => {
    if (paths.some((path) => isMasked(masked, path))) reject(what)
  }

  const resolveFilter = async (asked: Filter, audit = false) => {
    timeRange(asked)
    if (!isStorable(asked)) {
      throw new WhodidError(
        'invalid_input',
        'The filter holds U+0000 or half of a surrogate pair, which no event does.',
      )
    }
    const understood = parseSearch(asked, options.now())
    for (const filter of [understood.filter, ...understood.additionalFilters]) {
      for (const term of FILTER_CONDITIONS) {
        if (filter[term] ?? filter.not?.[term]) rejectMasked(term, CONDITION_PATHS[term])
      }
      if ([...(filter.actor ?? []), ...(filter.not?.actor ?? [])].some((actor) => actor.includes('@'))) {
        rejectMasked('actor.email', ['actor.email'])
      }
    }
    return options.resolveSearch(understood, audit)
  }

  return {
    async list(asked, { sort, order, limit, cursor }) {
      if (sort === 'description' && canDescriptionReveal(masked)) reject(sort)
      rejectMasked(sort, SORT_PATHS[sort])
      const { scopes, filter } = await resolveFilter(asked)
      const bookmark = cursor === undefined ? undefined : decodeCursor(cursor, { sort, order, tenants: options.tenants })
      const merge = createTenantMerge(store, scopes, filter, { sort, order, progress: bookmark?.progress ?? [] })
      const reading = merge.page(limit)
      // A text is counted on the way to the first page, so only then is it known what is left to count.
      if (filter.q || filter.actorName) await reading
      const counted = () =>
        Promise.all(scopes.map((scope, at) => merge.totals[at] ?? options.countTotal(scope, filter))).then(sumTotals)
      const [page, total] = await Promise.all([reading, bookmark?.total ?? counted()])
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

    async count(asked) {
      const { scopes, filter } = await resolveFilter(asked)
      return sumTotals(await Promise.all(scopes.map((scope) => options.countTotal(scope, filter))))
    },

    async facets(asked, request) {
      const { scopes, filter } = await resolveFilter(asked)
      const wanted = isSearchMasked(request, masked) ? { ...request, search: undefined, limit: MAX_TOTAL } : request
      const parts = await Promise.all(scopes.map((scope) => store.facets(scope, filter, wanted)))
      return mergeFacets(parts, request, masked)
    },

    async stats(asked, request) {
      const { scopes, filter } = await resolveFilter(asked)
      const parts = await Promise.all(scopes.map((scope) => store.stats(scope, filter, request)))
      return mergeStats(parts, request.limit, masked)
    },

    getActors(asked) {
      const { filter, additionalFilters: also } = parseSearch(asked, options.now())
      return [filter, ...also].flatMap(({ actor = [], actorName = [] }) => [...actor, ...actorName])
    },

    async changeInbox({ to, which }) {
      const named = 'ids' in which
      const { scopes, filter } = named ? { scopes: await options.getScopes(), filter: {} } : await resolveFilter(which.filter)
      const changes = await Promise.all(
        scopes.map((scope) => store.changeInbox(scope, { to, which: named ? which : { all: true, filter } })),
      )
      return { changed: changes.reduce((total, { changed }) => total + changed, 0) }
    },

    async extract(asked, request) {
      const { scopes, filter } = await resolveFilter(asked, request.includeAudit)
      return extractEvents({ store, scopes, isMultiTenant: options.isMultiTenant, filter, present: options.present }, request)
    },

    async follow(asked, after, signal) {
      const { scopes, filter } = await resolveFilter(asked)
      const following = await followEvents({ store, scopes, isMultiTenant: options.isMultiTenant, filter, after, signal })
      return {
        start: following.start,
        async *[Symbol.asyncIterator]() {
          for await (const { id, event } of following) yield { id, event: options.present(event) }
        },
      }
    },

    recordAccess: options.recordAccess,
    recordExport: options.recordExport,
  }
}
