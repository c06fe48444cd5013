import { FILTER_CONDITIONS, filterFromParams, filterToParams, timeRange } from '@whodid/core/browser'
import { type ActivityFilter, DATE_RANGES, type DateRange, withoutEmpty } from './filter-state.ts'

const OWN: readonly string[] = ['q', 'from', 'to', 'range', ...FILTER_CONDITIONS]

function isRange(value: string | null): value is DateRange {
  return DATE_RANGES.some((range) => range === value)
}

/** The filter in the query part of an address. What is not a filter's is ignored; a broken one counts as none. */
export function filterFromSearch(search: string): ActivityFilter {
  const all = new URLSearchParams(search)
  const own = new URLSearchParams([...all].filter(([name]) => name !== 'range' && OWN.includes(name)))
  const range = all.get('range')
  try {
    const filter = filterFromParams(own)
    timeRange(filter)
    return withoutEmpty(isRange(range) ? { ...filter, range, from: undefined, to: undefined } : filter)
  } catch {
    return {}
  }
}

/** The query part of an address with this filter in it and the parameters of others left as they were. */
export function searchWithFilter(search: string, filter: ActivityFilter): string {
  const { range, inbox: _inbox, ...rest } = filter
  const params = new URLSearchParams([...new URLSearchParams(search)].filter(([name]) => !OWN.includes(name)))
  for (const [name, value] of filterToParams(withoutEmpty(rest))) params.append(name, value)
  if (range !== undefined) params.set('range', range)
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
