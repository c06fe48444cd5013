import { WhodidError } from '../errors.ts'
import { isDate, parseTime } from '../event/id.ts'
import type { Filter } from './filter.ts'

const DAY_MS = 86_400_000

function parseBound(name: 'from' | 'to', text: string): number {
  const ms = parseTime(text)
  if (ms !== undefined) return ms
  throw new WhodidError(
    'invalid_input',
    `${name} must be a date such as 2026-11-20 or a time with a zone such as 2026-11-20T10:00:00Z, not ${JSON.stringify(text.slice(0, 64))}.`,
  )
}

/**
 * Parses the time range of a filter to milliseconds: `from` is inclusive, `to` is exclusive, and absent bounds stay absent. A
 * date is a whole day in UTC, so `to: '2026-11-20'` ends at 00:00 of the 21st.
 *
 * @throws WhodidError `invalid_input` when a bound is neither a date nor a time with a zone
 */
export function parseTimeRange(filter: Pick<Filter, 'from' | 'to'>): { from?: number; to?: number } {
  const range: { from?: number; to?: number } = {}
  if (filter.from !== undefined) range.from = parseBound('from', filter.from)
  if (filter.to !== undefined) range.to = parseBound('to', filter.to) + (isDate(filter.to) ? DAY_MS : 0)
  return range
}
