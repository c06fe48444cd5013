import type { Filter, FilterCondition, FilterConditions, NotConditions } from '@whodid/core'
import { FILTER_CONDITIONS, parseTimeRange } from '@whodid/core/browser'

export const DATE_RANGES = ['today', '24h', '7d', '30d'] as const
/** A time range that ends now. `today` begins at midnight in the viewer's time zone. */
export type DateRange = (typeof DATE_RANGES)[number]

/** The viewer's filter: the service's filter, plus a relative time range. */
export interface ActivityFilter extends Filter {
  readonly range?: DateRange | undefined
}

const HOUR_MS = 3_600_000
const RANGE_MS: { readonly [range in Exclude<DateRange, 'today'>]: number } = {
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '30d': 30 * 24 * HOUR_MS,
}

/** Returns the start of a range, rounded down to the minute so that equal queries share a cache entry. */
export function getRangeStart(range: DateRange, now: number): string {
  if (range !== 'today') return new Date(Math.floor((now - RANGE_MS[range]) / 60_000) * 60_000).toISOString()
  const midnight = new Date(now)
  midnight.setHours(0, 0, 0, 0)
  return midnight.toISOString()
}

/** Converts a filter for the service: `range` becomes `from`, and empty conditions are omitted. */
export function resolveFilter(filter: ActivityFilter, now: number): Filter {
  const { range, ...rest } = filter
  return omitEmpty(range === undefined ? rest : { ...rest, from: getRangeStart(range, now), to: undefined })
}

/** Returns the filter without empty conditions. */
export function omitEmpty<F extends ActivityFilter>(filter: F): F {
  const entries = Object.entries(filter).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  )
  return Object.fromEntries(entries) as F
}

function mergeNot(a: NotConditions, b: NotConditions): NotConditions {
  const conditions = FILTER_CONDITIONS.map(
    (condition) => [condition, [...getValues(a, condition), ...getValues(b, condition)]] as const,
  )
  return {
    ...omitEmpty(Object.fromEntries(conditions)),
    ...((a.q || b.q) && { q: `${a.q ?? ''} ${b.q ?? ''}`.trim() }),
  }
}

/** Combines two filters so that both apply. If both set a condition, only the common values remain. */
export function intersectFilters(hostFilter: Filter, viewerFilter: Filter): Filter {
  const combined: Record<string, unknown> = { ...viewerFilter, ...hostFilter }
  for (const condition of FILTER_CONDITIONS) {
    const [a, b]: readonly (readonly string[] | undefined)[] = [hostFilter[condition], viewerFilter[condition]]
    if (a?.length && b?.length) combined[condition] = a.filter((value) => b.includes(value))
  }
  if (hostFilter.q && viewerFilter.q) combined.q = `${hostFilter.q} ${viewerFilter.q}`
  if (hostFilter.not && viewerFilter.not) combined.not = mergeNot(hostFilter.not, viewerFilter.not)
  const a = parseTimeRange(hostFilter)
  const b = parseTimeRange(viewerFilter)
  if (a.from !== undefined && b.from !== undefined && b.from > a.from) combined.from = viewerFilter.from
  if (a.to !== undefined && b.to !== undefined && b.to < a.to) combined.to = viewerFilter.to
  return combined
}

/** Checks if no event can match both filters, so that no request is needed. */
export function areDisjoint(hostFilter: Filter, viewerFilter: Filter): boolean {
  return FILTER_CONDITIONS.some((condition) => {
    const [a, b]: readonly (readonly string[] | undefined)[] = [hostFilter[condition], viewerFilter[condition]]
    return Boolean(a?.length && b?.length && !a.some((value) => b.includes(value)))
  })
}

/** Returns the values of a condition. */
export function getValues(filter: FilterConditions, condition: FilterCondition): readonly string[] {
  return filter[condition] ?? []
}

/** Returns the filter with a condition replaced. An empty list removes the condition. */
export function replaceValues(
  filter: ActivityFilter,
  condition: FilterCondition,
  values: readonly string[],
): ActivityFilter {
  return omitEmpty({ ...filter, [condition]: values })
}

/** Returns the filter with its time replaced by a relative range, a custom range or no range. */
export function replaceTime(
  filter: ActivityFilter,
  time: DateRange | { readonly from?: string | undefined; readonly to?: string | undefined } | null,
): ActivityFilter {
  const { range: _range, from: _from, to: _to, ...rest } = filter
  if (time === null) return rest
  return omitEmpty(typeof time === 'string' ? { ...rest, range: time } : { ...rest, ...time })
}

/** Counts the values set, without the search text. A time range counts as one. */
export function countConditions(filter: ActivityFilter): number {
  const count = FILTER_CONDITIONS.reduce((sum, condition) => sum + getValues(filter, condition).length, 0)
  return count + (filter.range || filter.from || filter.to ? 1 : 0)
}

/** Checks if a filter has no conditions. */
export function isUnfiltered(filter: ActivityFilter): boolean {
  return !filter.q && countConditions(filter) === 0
}
