import type { BoundedCount } from '@whodid/core/browser'

/** Dates, numbers and lists in the viewer's language and time zone. */
export interface Formats {
  readonly locale: string
  /** "2 minutes ago", "1 day ago". Times ahead of `now` by less than a minute read as now. */
  relative(time: number, now: number): string
  /** Full date and time with the zone: "Friday, 20 November 2026 at 10:00:00 CET". */
  full(time: number): string
  /** Full date and time in UTC. */
  utc(time: number): string
  /** Hours and minutes. */
  time(time: number): string
  /** A day's heading: "Today", "Yesterday", "Wednesday, 18 November". */
  day(time: number, now: number): string
  /** A short date: "20 Nov 2026". */
  date(time: number): string
  /** The calendar day in the viewer's zone, as a key to group by: "2026-11-20". */
  dayKey(time: number): string
  number(value: number): string
  /** "1,234", or "10,000+" for a bound that was passed. */
  count(count: BoundedCount): string
  list(values: readonly string[]): string
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number, number])[] = [
  ['minute', MINUTE, HOUR],
  ['hour', HOUR, DAY],
  ['day', DAY, 7 * DAY],
  ['week', 7 * DAY, 30 * DAY],
  ['month', 30 * DAY, 365 * DAY],
  ['year', 365 * DAY, Number.POSITIVE_INFINITY],
]

/**
 * Makes the formats of one locale and time zone. Formatters are made once and kept, since making one is slow.
 *
 * @param locale a BCP 47 tag
 * @param timeZone an IANA zone, the machine's own by default
 */
export function createFormats(locale: string, timeZone?: string): Formats {
  const zone = timeZone === undefined ? {} : { timeZone }
  // "Yesterday" is a calendar's word: the day headings use it, times that count hours do not.
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' })
  const named = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const full = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'full', timeStyle: 'long' })
  const utc = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'long' })
  const time = new Intl.DateTimeFormat(locale, { ...zone, hour: 'numeric', minute: '2-digit' })
  const date = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium' })
  const day = new Intl.DateTimeFormat(locale, { ...zone, weekday: 'long', day: 'numeric', month: 'long' })
  const dayOfYear = new Intl.DateTimeFormat(locale, { ...zone, day: 'numeric', month: 'long', year: 'numeric' })
  const key = new Intl.DateTimeFormat('en-CA', { ...zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const number = new Intl.NumberFormat(locale)
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })

  const capital = (text: string) => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
  const dayKey = (at: number) => key.format(at)

  return {
    locale,
    relative(at, now) {
      const passed = now - at
      const size = Math.abs(passed)
      if (size < MINUTE) return passed > -MINUTE ? named.format(0, 'second') : relative.format(1, 'minute')
      for (const [unit, length, until] of STEPS) {
        if (size < until) return relative.format(-Math.sign(passed) * Math.floor(size / length), unit)
      }
      return date.format(at)
    },
    full: (at) => full.format(at),
    utc: (at) => utc.format(at),
    time: (at) => time.format(at),
    date: (at) => date.format(at),
    day(at, now) {
      const own = dayKey(at)
      if (own === dayKey(now)) return capital(named.format(0, 'day'))
      if (own === dayKey(now - DAY)) return capital(named.format(-1, 'day'))
      return capital(own.slice(0, 4) === dayKey(now).slice(0, 4) ? day.format(at) : dayOfYear.format(at))
    },
    dayKey,
    number: (value) => number.format(value),
    count: (count) => (count.exact ? number.format(count.value) : `${number.format(count.value)}+`),
    list: (values) => list.format(values),
  }
}
