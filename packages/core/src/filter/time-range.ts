import { WhodidError } from '../errors.ts'
import type { Filter } from './filter.ts'

const DAY = 86_400_000
const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i

/** The milliseconds of an ISO 8601 time with a zone, or of the beginning of a date in UTC; undefined when it is neither. */
export function parseTime(text: string): number | undefined {
  const date = DATE.test(text) ? text : TIME.exec(text)?.[1]
  // `Date.parse` takes the 30th of February for the 1st of March.
  if (date === undefined || !isDate(date)) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

function isDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00.000Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

function boundOf(name: 'from' | 'to', text: string): number {
  const ms = parseTime(text)
  if (ms !== undefined) return ms
  throw new WhodidError(
    'invalid_input',
    `${name} is ${JSON.stringify(text.slice(0, 64))}: give a date such as 2026-11-20, or a time with a zone such as 2026-11-20T10:00:00Z.`,
  )
}

/**
 * The bounds of a filter's time in milliseconds: `from` inclusive, `to` exclusive, each only where the filter has it. A bare
 * date is that whole day in UTC, so `to: '2026-11-20'` ends where the 21st begins.
 *
 * @throws WhodidError `invalid_input` when a bound is neither a date nor a time with a zone
 */
export function timeRange(filter: Pick<Filter, 'from' | 'to'>): { from?: number; to?: number } {
  const range: { from?: number; to?: number } = {}
  if (filter.from !== undefined) range.from = boundOf('from', filter.from)
  if (filter.to !== undefined) range.to = boundOf('to', filter.to) + (DATE.test(filter.to) ? DAY : 0)
  return range
}
