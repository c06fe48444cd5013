import type { BoundedCount, EventStore, Filter, ReadScope } from '@whodid/core'
import { createLru } from '../lru.ts'

/** Totals are counted up to this number. */
export const MAX_TOTAL = 10_000

/** Adds the totals of several tenants, up to the maximum. */
export function sumTotals(counts: readonly BoundedCount[]): BoundedCount {
  const value = counts.reduce((total, count) => total + count.value, 0)
  return { value: Math.min(value, MAX_TOTAL), exact: value <= MAX_TOTAL && counts.every(({ exact }) => exact) }
}

/** How long a total that reached the maximum is cached. */
const MAX_AGE_MS = 60_000
const MAX_CACHED_TOTALS = 1_000

/** Counts the events of one tenant that match a filter. */
export type CountTotal = (scope: ReadScope, filter: Filter) => Promise<BoundedCount>

/**
 * Creates a counter that caches totals at the maximum for a minute. Events are only added, except by a purge or an erasure, so such
 * a total stays the same. Counting 10,000 events takes as long as the rest of a page.
 */
export function createTotalCounter(store: Pick<EventStore, 'count'>, now: () => number): CountTotal {
  const cache = createLru<number>(MAX_CACHED_TOTALS)
  return async (scope, filter) => {
    // Viewers with the same scope share a total, unless the scope is limited to their own events.
    const key = JSON.stringify([{ ...scope, viewerId: scope.ownOnly ? scope.viewerId : null }, filter])
    // The total of an inbox decreases as events are read. Quotes inside a value are escaped, so this matches the key only.
    const isInbox = key.includes('"inbox":')
    const cachedAt = isInbox ? undefined : cache.get(key)
    if (cachedAt !== undefined && now() - cachedAt < MAX_AGE_MS) return { value: MAX_TOTAL, exact: false }
    const total = await store.count(scope, filter, MAX_TOTAL)
    if (total.value >= MAX_TOTAL && !total.exact) cache.set(key, now())
    return total
  }
}
