import {
  type BoundedCount,
  type EventStore,
  type Filter,
  type Position,
  positionOf,
  type ReadScope,
  type SortColumn,
  type SortOrder,
  type StoredEvent,
  sortValue,
} from '@whodid/core'

/** How far one tenant has been read. */
export interface TenantProgress {
  readonly tenantId: string
  /** The last event that was handed out; null before the first. */
  after: Position | null
  /** Whether nothing is left. */
  done: boolean
}

interface Source extends TenantProgress {
  readonly scope: ReadScope
  ahead: readonly StoredEvent[]
  next: number
  more: boolean
  total: BoundedCount | undefined
}

/** A part of several tenants' events in one order. */
export interface MergedPage {
  readonly items: readonly StoredEvent[]
  readonly windowed: boolean
}

/** So many events of a tenant are read at once at least, if the page has as many. */
const MIN_READ_AHEAD = 50

/**
 * Reads several tenants as one list. Each tenant keeps the store's own order and its own place, so no event is
 * skipped or given twice however the tenants interleave.
 */
export function createTenantMerge(
  store: Pick<EventStore, 'list'>,
  scopes: readonly ReadScope[],
  filter: Filter,
  {
    sort,
    order,
    progress,
  }: {
    readonly sort: SortColumn
    readonly order: SortOrder
    readonly progress?: readonly TenantProgress[]
  },
) {
  const sources = scopes.map((scope): Source => {
    const { after = null, done = false } = progress?.find(({ tenantId }) => tenantId === scope.tenantId) ?? {}
    return { tenantId: scope.tenantId, scope, after, done, ahead: [], next: 0, more: !done, total: undefined }
  })
  let windowed = false

  const fill = async (source: Source, limit: number) => {
    if (source.next < source.ahead.length || !source.more) return
    const page = await store.list(source.scope, filter, { sort, order, limit, after: source.after })
    source.ahead = page.items
    source.next = 0
    source.more = page.more && page.items.length > 0
    windowed ||= page.windowed
    source.total ??= page.total
  }

  // As a store compares: without regard to case.
  const getSortKey = (event: StoredEvent) => sortValue(event, sort)?.toLowerCase() ?? ''
  const direction = order === 'asc' ? 1 : -1
  const before = (a: StoredEvent, b: StoredEvent): boolean => {
    const [left, right] = [getSortKey(a), getSortKey(b)]
    if (left !== right) return (left < right ? -1 : 1) * direction < 0
    return (a.id < b.id ? -1 : 1) * direction < 0
  }

  /** The source whose next event comes first. */
  const first = (): { source: Source; event: StoredEvent } | undefined => {
    let best: { source: Source; event: StoredEvent } | undefined
    for (const source of sources) {
      const event = source.ahead[source.next]
      if (event && (!best || before(event, best.event))) best = { source, event }
    }
    return best
  }

  return {
    async page(limit: number): Promise<MergedPage> {
      const items: StoredEvent[] = []
      // Of several tenants each gives a part of the page, so that memory does not grow with how many there are.
      const atOnce = Math.min(limit, Math.max(MIN_READ_AHEAD, Math.ceil(limit / sources.length)))
      await Promise.all(sources.map((source) => fill(source, atOnce)))
      for (let head = first(); head; head = first()) {
        const { source, event } = head
        items.push(event)
        source.next += 1
        source.after = positionOf(event, sort)
        // What comes after the page is read with the next one.
        if (items.length === limit) break
        await fill(source, atOnce)
      }
      for (const source of sources) source.done = source.next >= source.ahead.length && !source.more
      return { items, windowed }
    },
    get progress(): readonly TenantProgress[] {
      return sources
    },
    /** How many match in each tenant, as far as the first page has told. */
    get totals(): readonly (BoundedCount | undefined)[] {
      return sources.map(({ total }) => total)
    },
    get done(): boolean {
      return sources.every((source) => source.done)
    },
  }
}
