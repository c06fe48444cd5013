import type { Filter, FilterCondition, FilterConditions, NotConditions } from '@whodid/core/browser'
import { FILTER_CONDITIONS, timeRange } from '@whodid/core/browser'

export const DATE_RANGES = ['today', '24h', '7d', '30d'] as const
/** A span of time that ends now. `today` begins at midnight where the viewer is. */
export type DateRange = (typeof DATE_RANGES)[number]

/** A filter as the viewer sets it: the service's own, whose beginning may also be said as a span that ends now. */
export interface ActivityFilter extends Filter {
  readonly range?: DateRange | undefined
}

const HOUR = 3_600_000
const SPANS: { readonly [range in Exclude<DateRange, 'today'>]: number } = {
  '24h': 24 * HOUR,
  '7d': 7 * 24 * HOUR,
  '30d': 30 * 24 * HOUR,
}

/** When a span begins, in whole minutes so that asking twice within one asks the same. */
export function beginningOf(range: DateRange, now: number): string {
  if (range !== 'today') return new Date(Math.floor((now - SPANS[range]) / 60_000) * 60_000).toISOString()
  const midnight = new Date(now)
  midnight.setHours(0, 0, 0, 0)
  return midnight.toISOString()
}

/** The filter to send: `range` becomes `from`, and empty conditions are left out. */
export function resolveFilter(filter: ActivityFilter, now: number): Filter {
  const { range, ...rest } = filter
  return withoutEmpty(range === undefined ? rest : { ...rest, from: beginningOf(range, now), to: undefined })
}

/** The same filter without conditions that say nothing. */
export function withoutEmpty<F extends ActivityFilter>(filter: F): F {
  const kept = Object.entries(filter).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  )
  return Object.fromEntries(kept) as F
}

function eitherExcluded(a: NotConditions, b: NotConditions): NotConditions {
  const terms = FILTER_CONDITIONS.map((term) => [term, [...valuesOf(a, term), ...valuesOf(b, term)]] as const)
  return { ...withoutEmpty(Object.fromEntries(terms)), ...((a.q || b.q) && { q: `${a.q ?? ''} ${b.q ?? ''}`.trim() }) }
}

/** A filter under which an event must satisfy both. Where both name values of one condition, only common ones remain. */
export function bothFilters(fixed: Filter, chosen: Filter): Filter {
  const both: Record<string, unknown> = { ...chosen, ...fixed }
  for (const term of FILTER_CONDITIONS) {
    const [a, b]: readonly (readonly string[] | undefined)[] = [fixed[term], chosen[term]]
    if (a?.length && b?.length) both[term] = a.filter((value) => b.includes(value))
  }
  if (fixed.q && chosen.q) both.q = `${fixed.q} ${chosen.q}`
  if (fixed.not && chosen.not) both.not = eitherExcluded(fixed.not, chosen.not)
  const a = timeRange(fixed)
  const b = timeRange(chosen)
  if (a.from !== undefined && b.from !== undefined && b.from > a.from) both.from = chosen.from
  if (a.to !== undefined && b.to !== undefined && b.to < a.to) both.to = chosen.to
  return both
}

/** Whether two filters have nothing in common, so that no event can satisfy both and none need be asked for. */
export function excludeEachOther(fixed: Filter, chosen: Filter): boolean {
  return FILTER_CONDITIONS.some((term) => {
    const [a, b]: readonly (readonly string[] | undefined)[] = [fixed[term], chosen[term]]
    return Boolean(a?.length && b?.length && !a.some((value) => b.includes(value)))
  })
}

/** The values of one condition. */
export function valuesOf(filter: FilterConditions, term: FilterCondition): readonly string[] {
  return filter[term] ?? []
}

/** The same filter with one condition changed; an empty list takes it away. */
export function withValues(filter: ActivityFilter, term: FilterCondition, values: readonly string[]): ActivityFilter {
  return withoutEmpty({ ...filter, [term]: values })
}

/** The same filter over another time: a span that ends now, two ends of one's own, or all of time. */
export function withTime(
  filter: ActivityFilter,
  time: DateRange | { readonly from?: string | undefined; readonly to?: string | undefined } | null,
): ActivityFilter {
  const { range: _range, from: _from, to: _to, ...rest } = filter
  if (time === null) return rest
  return withoutEmpty(typeof time === 'string' ? { ...rest, range: time } : { ...rest, ...time })
}

/** How many conditions are set, free text aside. A time counts as one. */
export function conditionCount(filter: ActivityFilter): number {
  const terms = FILTER_CONDITIONS.reduce((sum, term) => sum + valuesOf(filter, term).length, 0)
  return terms + (filter.range || filter.from || filter.to ? 1 : 0)
}

/** Whether a filter lets everything through. */
export function isUnfiltered(filter: ActivityFilter): boolean {
  return !filter.q && conditionCount(filter) === 0
}
