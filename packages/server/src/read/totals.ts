import type { BoundedCount, EventStore, Filter, ReadScope } from '@whodid/core'
import { createLru } from '../lru.ts'

/** Totals are counted to here, and no further. */
export const BOUND = 10_000

/** Several tenants' totals as one. */
export function sumOf(counts: readonly BoundedCount[]): BoundedCount {
  const value = counts.reduce((total, count) => total + count.value, 0)
  return { value: Math.min(value, BOUND), exact: value <= BOUND && counts.every(({ exact }) => exact) }
}

/** How long it is remembered that a total got to its bound. */
const KEPT_MS = 60_000
const KEPT_AT_MOST = 1_000

/** Counts what a viewer reads of one tenant under a filter. */
export type Total = (scope: ReadScope, filter: Filter) => Promise<BoundedCount>

/**
 * Makes what counts, and counts nothing again for a minute that got to the bound: events are only added, and but for a purge or
 * an erasure there are as many then. To count ten thousand takes as long as all else that a page does.
 */
export function createTotals(store: Pick<EventStore, 'count'>, now: () => number): Total {
  const reached = createLru<number>(KEPT_AT_MOST)
  return async (scope, filter) => {
    // Whoever reads the same has the same total, unless it is about their own.
    const key = JSON.stringify([{ ...scope, viewerId: scope.ownOnly ? scope.viewerId : null }, filter])
    // An inbox becomes less when it is read. In a value the quotes would be escaped.
    const isInbox = key.includes('"inbox":')
    const at = isInbox ? undefined : reached.get(key)
    if (at !== undefined && now() - at < KEPT_MS) return { value: BOUND, exact: false }
    const total = await store.count(scope, filter, BOUND)
    if (total.value >= BOUND && !total.exact) reached.set(key, now())
    return total
  }
}
