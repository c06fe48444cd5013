import type { BoundedCount, EventStore, Filter, ReadScope } from '@whodid/core'
import { createLru } from '../lru.ts'

/** Totals are counted to here, and no further. */
export const MAX_TOTAL = 10_000

/** Several tenants' totals as one. */
export function sumTotals(counts: readonly BoundedCount[]): BoundedCount {
  const value = counts.reduce((total, count) => total + count.value, 0)
  return { value: Math.min(value, MAX_TOTAL), exact: value <= MAX_TOTAL && counts.every(({ exact }) => exact) }
}

/** How long it is remembered that a total got to its bound. */
const MAX_AGE_MS = 60_000
const MAX_CACHED_TOTALS = 1_000

/** Counts what a viewer reads of one tenant under a filter. */
export type CountTotal = (scope: ReadScope, filter: Filter) => Promise<BoundedCount>

/**
 * Makes what counts, and counts nothing again for a minute that got to the bound: events are only added, and but for a purge or
 * an erasure there are as many then. To count ten thousand takes as long as all else that a page does.
 */
export function createTotalCounter(store: Pick<EventStore, 'count'>, now: () => number): CountTotal {
  const reached = createLru<number>(MAX_CACHED_TOTALS)
  return async (scope, filter) => {
    // Whoever reads the same has the same total, unless it is about their own.
    const key = JSON.stringify([{ ...scope, viewerId: scope.ownOnly ? scope.viewerId : null }, filter])
    // An inbox becomes less when it is read. In a value the quotes would be escaped.
    const isInbox = key.includes('"inbox":')
    const at = isInbox ? undefined : reached.get(key)
    if (at !== undefined && now() - at < MAX_AGE_MS) return { value: MAX_TOTAL, exact: false }
    const total = await store.count(scope, filter, MAX_TOTAL)
    if (total.value >= MAX_TOTAL && !total.exact) reached.set(key, now())
    return total
  }
}
