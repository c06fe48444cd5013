import { FILTER_CONDITIONS, filterFromParams, filterToParams, parseTimeRange } from '@whodid/core/browser'
import { type ActivityFilter, DATE_RANGES, type DateRange, omitEmpty } from './filter-state.ts'

const FILTER_PARAMETERS: readonly string[] = ['q', 'from', 'to', 'range', ...FILTER_CONDITIONS]

function isDateRange(value: string | null): value is DateRange {
  return DATE_RANGES.some((range) => range === value)
}

/** Reads the filter from a URL's query string. Other parameters are ignored. An invalid filter is treated as empty. */
export function readUrlFilter(search: string): ActivityFilter {
  const all = new URLSearchParams(search)
  const ownParams = new URLSearchParams(
    [...all].filter(([name]) => name !== 'range' && FILTER_PARAMETERS.includes(name)),
  )
  const range = all.get('range')
  try {
    const filter = filterFromParams(ownParams)
    parseTimeRange(filter)
    return omitEmpty(isDateRange(range) ? { ...filter, range, from: undefined, to: undefined } : filter)
  } catch {
    return {}
  }
}

/** Returns the query string with this filter set and other parameters unchanged. */
export function writeUrlFilter(search: string, filter: ActivityFilter): string {
  const { range, inbox: _inbox, ...rest } = filter
  const params = new URLSearchParams(
    [...new URLSearchParams(search)].filter(([name]) => !FILTER_PARAMETERS.includes(name)),
  )
  for (const [name, value] of filterToParams(omitEmpty(rest))) params.append(name, value)
  if (range !== undefined) params.set('range', range)
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
