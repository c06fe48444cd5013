import type {
  BoundedCount,
  EventStore,
  Filter,
  Position,
  ReadScope,
  SortColumn,
  SortOrder,
  StoredEvent,
} from '@whodid/core'
import { getPosition, getSortValue } from '@whodid/core/filter'

/** The read position in one tenant. */
export interface TenantProgress {
  readonly tenantId: string
  /** The position of the last event returned. Null before the first. */
  after: Position | null
  /** True when no events remain. */
  done: boolean
}

interface Source extends TenantProgress {
  readonly scope: ReadScope
  buffer: readonly StoredEvent[]
  next: number
  hasMore: boolean
  total: BoundedCount | undefined
}

/** A page of events from several tenants. */
export interface MergedPage {
  readonly items: readonly StoredEvent[]
  /** True when only the newest events were sorted. */
  readonly windowed: boolean
}

/** Minimum events to read from a tenant at once, if the page is that large. */
const MIN_READ_AHEAD = 50

/**
 * Creates a reader that merges the lists of several tenants into one sorted list.
 * Each tenant keeps its own position, so no event is skipped or repeated.
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
    return { tenantId: scope.tenantId, scope, after, done, buffer: [], next: 0, hasMore: !done, total: undefined }
  })
  let windowed = false

  const fill = async (source: Source, limit: number) => {
    if (source.next < source.buffer.length || !source.hasMore) return
    const page = await store.list(source.scope, filter, { sort, order, limit, after: source.after })
    source.buffer = page.items
    source.next = 0
    source.hasMore = page.hasMore && page.items.length > 0
    windowed ||= page.windowed
    source.total ??= page.total
  }

  // Stores compare case-insensitively.
  const getSortKey = (event: StoredEvent) => getSortValue(event, sort)?.toLowerCase() ?? ''
  const direction = order === 'asc' ? 1 : -1
  const isBefore = (a: StoredEvent, b: StoredEvent): boolean => {
    const [left, right] = [getSortKey(a), getSortKey(b)]
    if (left !== right) return (left < right ? -1 : 1) * direction < 0
    return (a.id < b.id ? -1 : 1) * direction < 0
  }

  const findNext = (): { source: Source; event: StoredEvent } | undefined => {
    let best: { source: Source; event: StoredEvent } | undefined
    for (const source of sources) {
      const event = source.buffer[source.next]
      if (event && (!best || isBefore(event, best.event))) best = { source, event }
    }
    return best
  }

  return {
    async page(limit: number): Promise<MergedPage> {
      const items: StoredEvent[] = []
      // Each tenant reads only a part of the page, so that memory does not grow with the number of tenants.
      const readAhead = Math.min(limit, Math.max(MIN_READ_AHEAD, Math.ceil(limit / sources.length)))
      await Promise.all(sources.map((source) => fill(source, readAhead)))
      for (let head = findNext(); head; head = findNext()) {
        const { source, event } = head
        items.push(event)
        source.next += 1
        source.after = getPosition(event, sort)
        if (items.length === limit) break
        await fill(source, readAhead)
      }
      for (const source of sources) source.done = source.next >= source.buffer.length && !source.hasMore
      return { items, windowed }
    },
    get progress(): readonly TenantProgress[] {
      return sources
    },
    /** The totals that the store counted while reading the first page, per tenant. */
    get totals(): readonly (BoundedCount | undefined)[] {
      return sources.map(({ total }) => total)
    },
    get done(): boolean {
      return sources.every((source) => source.done)
    },
  }
}
