import type { BoundedCount, EventStore, Filter, ReadScope } from '@whodid/core'

/** Totals are counted to here, and no further. */
export const BOUND = 10_000

/** Several tenants' totals as one. */
export const sumOf = (counts: readonly BoundedCount[]): BoundedCount => {
  const value = counts.reduce((total, count) => total + count.value, 0)
  return { value: Math.min(value, BOUND), exact: value <= BOUND && counts.every(({ exact }) => exact) }
}

/** How long it is remembered that a total got to its bound. */
const KEPT_MS = 60_000
const KEPT_AT_MOST = 1_000

/** Counts what a viewer reads of one tenant under a filter. */
export type Total = (scope: ReadScope, filter: Filter) => Promise<BoundedCount>

/**
 * Makes what counts, and counts nothing again for a minute that got to the bound: events are only added, and but for a purge
 * there are as many then. To count ten thousand takes as long as all else that a page does.
 */
export const createTotals = (store: Pick<EventStore, 'count'>, now: () => number): Total => {
  const reached = new Map<string, number>()
  return async (scope, filter) => {
    let isInbox = false
    const asks = (name: string, value: unknown) => {
      isInbox ||= name === 'inbox' && value !== undefined
      return value
    }
    // Whoever reads the same has the same total, unless it is about their own.
    const viewerId = scope.ownOnly ? scope.viewerId : null
    const key = JSON.stringify([{ ...scope, viewerId }, filter], asks)
    // An inbox becomes less when it is read.
    if (isInbox) return store.count(scope, filter, BOUND)
    const at = reached.get(key)
    if (at !== undefined && now() - at < KEPT_MS) return { value: BOUND, exact: false }
    const total = await store.count(scope, filter, BOUND)
    reached.delete(key)
    if (total.value >= BOUND && !total.exact) {
      const [oldest] = reached.keys()
      if (oldest !== undefined && reached.size >= KEPT_AT_MOST) reached.delete(oldest)
      reached.set(key, now())
    }
    return total
  }
}
