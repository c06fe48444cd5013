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
import type { Ending, Witnessed } from '../access-log.ts'
import { isStorable } from '../schemas.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { type Extract, type ExtractRequest, extract } from './extract.ts'
import { isSearchMasked, joinFacets, TERM_PATHS } from './facets.ts'
import { type Following, follow } from './follow.ts'
import { isMasked, mayDescriptionTell } from './mask.ts'
import { createMerge } from './merge-tenants.ts'
import { type Understood, understand } from './search.ts'
import { joinStats } from './stats.ts'
import { BOUND, sumOf, type Total } from './totals.ts'

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
  stats(filter: Filter, request: StatsRequest): Promise<Stats>
  /** Whom a filter asks for, in its search text too. */
  actorsOf(filter: Filter): readonly string[]
  changeInbox(change: InboxChange): Promise<{ readonly changed: number }>
  /** Every matching event by time, in pages of a thousand. */
  extract(filter: Filter, request: ExtractRequest): Promise<Extract>
  /** Events after the one with an id of the stream, or from now on, until the signal aborts. */
  follow(filter: Filter, after: string | undefined, signal: AbortSignal): Promise<Following>
  /** Makes looking at somebody else's activity, or exporting, an event itself: one a viewer, filter and hour. */
  witness(what: Witnessed): Promise<void>
  /** The same for a file, whose end is told for each tenant. */
  witnessFile(what: Witnessed): Promise<(tenantId: string, end: Ending) => Promise<void>>
}

/** What the policy binds a reader to. */
export interface Binding {
  readonly store: Omit<EventStore, 'append' | 'close' | 'health'>
  readonly tenants: readonly string[]
  /** Whether all tenants were asked for at once. */
  readonly several: boolean
  readonly masked: readonly string[]
  readonly now: () => number
  readonly total: Total
  /** One right to read a tenant each. */
  scopes(): Promise<readonly ReadScope[]>
  /** The same for a list: groups stand as categories, and audit is left out unless it is asked for. */
  scopesUnder(
    asked: Understood,
    audit: boolean,
  ): Promise<{ readonly scopes: readonly ReadScope[]; readonly filter: Filter }>
  /** An event as this viewer gets it: with its link, without its masked fields. */
  show(event: StoredEvent): StoredEvent
  witness(what: Witnessed): Promise<void>
  witnessFile(what: Witnessed): Promise<(tenantId: string, end: Ending) => Promise<void>>
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
export function createReader(binding: Binding): Reader {
  const { store, masked } = binding

  const refuse = (what: string): never => {
    throw new WhodidError(
      'forbidden',
      `${what} is hidden from this viewer, so events cannot be chosen or sorted by it.`,
    )
  }
  const refuseMasked = (what: string, paths: readonly string[]) => {
    if (paths.some((path) => isMasked(masked, path))) refuse(what)
  }

  const under = async (asked: Filter, audit = false) => {
    timeRange(asked)
    if (!isStorable(asked)) {
      throw new WhodidError(
        'invalid_input',
        'The filter holds U+0000 or half of a surrogate pair, which no event does.',
      )
    }
    const understood = understand(asked, binding.now())
    for (const filter of [understood.filter, ...understood.also]) {
      for (const term of FILTER_CONDITIONS) {
        if (filter[term] ?? filter.not?.[term]) refuseMasked(term, TERM_PATHS[term])
      }
      if ([...(filter.actor ?? []), ...(filter.not?.actor ?? [])].some((actor) => actor.includes('@'))) {
        refuseMasked('actor.email', ['actor.email'])
      }
    }
    return binding.scopesUnder(understood, audit)
  }

  return {
    async list(asked, { sort, order, limit, cursor }) {
      if (sort === 'description' && mayDescriptionTell(masked)) refuse(sort)
      refuseMasked(sort, SORT_PATHS[sort])
      const { scopes, filter } = await under(asked)
      const bookmark = cursor === undefined ? undefined : readCursor(cursor, { sort, order, tenants: binding.tenants })
      const merge = createMerge(store, scopes, filter, { sort, order, progress: bookmark?.progress ?? [] })
      const reading = merge.page(limit)
      // A text is counted on the way to the first page, so only then is it known what is left to count.
      if (filter.q || filter.actorName) await reading
      const counted = () =>
        Promise.all(scopes.map((scope, at) => merge.totals[at] ?? binding.total(scope, filter))).then(sumOf)
      const [page, total] = await Promise.all([reading, bookmark?.total ?? counted()])
      return {
        items: page.items.map(binding.show),
        nextCursor: merge.done ? null : writeCursor({ sort, order, total, progress: merge.progress }),
        total,
        windowed: page.windowed,
      }
    },

    async get(id) {
      for (const scope of await binding.scopes()) {
        const event = await store.get(scope, id)
        if (event) return binding.show(event)
      }
      return null
    },

    async count(asked) {
      const { scopes, filter } = await under(asked)
      return sumOf(await Promise.all(scopes.map((scope) => binding.total(scope, filter))))
    },

    async facets(asked, request) {
      const { scopes, filter } = await under(asked)
      const wanted = isSearchMasked(request, masked) ? { ...request, search: undefined, limit: BOUND } : request
      const parts = await Promise.all(scopes.map((scope) => store.facets(scope, filter, wanted)))
      return joinFacets(parts, request, masked)
    },

    async stats(asked, request) {
      const { scopes, filter } = await under(asked)
      const parts = await Promise.all(scopes.map((scope) => store.stats(scope, filter, request)))
      return joinStats(parts, request.limit, masked)
    },

    actorsOf(asked) {
      const { filter, also } = understand(asked, binding.now())
      return [filter, ...also].flatMap(({ actor = [], actorName = [] }) => [...actor, ...actorName])
    },

    async changeInbox({ to, which }) {
      const named = 'ids' in which
      const { scopes, filter } = named ? { scopes: await binding.scopes(), filter: {} } : await under(which.filter)
      const changes = await Promise.all(
        scopes.map((scope) => store.changeInbox(scope, { to, which: named ? which : { all: true, filter } })),
      )
      return { changed: changes.reduce((total, { changed }) => total + changed, 0) }
    },

    async extract(asked, request) {
      const { scopes, filter } = await under(asked, request.audit)
      return extract({ store, scopes, several: binding.several, filter, show: binding.show }, request)
    },

    async follow(asked, after, signal) {
      const { scopes, filter } = await under(asked)
      const following = await follow({ store, scopes, several: binding.several, filter, after, signal })
      return {
        start: following.start,
        async *[Symbol.asyncIterator]() {
          for await (const { id, event } of following) yield { id, event: binding.show(event) }
        },
      }
    },

    witness: binding.witness,
    witnessFile: binding.witnessFile,
  }
}
