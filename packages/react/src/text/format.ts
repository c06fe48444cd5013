import type { BoundedCount } from '@whodid/core'

/** Formatters for dates, numbers and lists in the viewer's locale and time zone. */
export interface Formats {
  readonly locale: string
  /** "2 minutes ago", "1 day ago". Times less than a minute ahead of `now` read as now. */
  relative(time: number, now: number): string
  /** Full date and time with the zone: "Friday, November 20, 2026 at 10:00:00 AM GMT+1". */
  full(time: number): string
  /** Full date and time in UTC. */
  utc(time: number): string
  /** Hours and minutes. */
  time(time: number): string
  /** Heading of a day: "Today", "Yesterday", "Wednesday, November 18". */
  day(time: number, now: number): string
  /** Short date: "Nov 20, 2026". */
  date(time: number): string
  /** Calendar day in the viewer's time zone, as a grouping key: "2026-11-20". */
  dayKey(time: number): string
  number(value: number): string
  /** "1,234", or "10,000+" above the counting limit. */
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
 * Creates the formatters of a locale and time zone once, since `Intl` constructors are slow.
 *
 * @param locale - BCP 47 tag
 * @param timeZone - IANA time zone. Defaults to the system's.
 */
export function createFormats(locale: string, timeZone?: string): Formats {
  const zone = timeZone === undefined ? {} : { timeZone }
  // "Yesterday" is a calendar day, so only day headings use it. Relative times count hours.
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' })
  const relativeNamed = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const full = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'full', timeStyle: 'long' })
  const utc = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'long' })
  const time = new Intl.DateTimeFormat(locale, { ...zone, hour: 'numeric', minute: '2-digit' })
  const date = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium' })
  const day = new Intl.DateTimeFormat(locale, { ...zone, weekday: 'long', day: 'numeric', month: 'long' })
  const dayOfYear = new Intl.DateTimeFormat(locale, { ...zone, day: 'numeric', month: 'long', year: 'numeric' })
  const isoDay = new Intl.DateTimeFormat('en-CA', { ...zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const number = new Intl.NumberFormat(locale)
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })

  const capitalize = (text: string) => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
  const dayKey = (at: number) => isoDay.format(at)

  return {
    locale,
    relative(at, now) {
      const elapsedMs = now - at
      const absoluteMs = Math.abs(elapsedMs)
      if (absoluteMs < MINUTE)
        return elapsedMs > -MINUTE ? relativeNamed.format(0, 'second') : relative.format(1, 'minute')
      for (const [unit, length, until] of STEPS) {
        if (absoluteMs < until) return relative.format(-Math.sign(elapsedMs) * Math.floor(absoluteMs / length), unit)
      }
      return date.format(at)
    },
    full: (at) => full.format(at),
    utc: (at) => utc.format(at),
    time: (at) => time.format(at),
    date: (at) => date.format(at),
    day(at, now) {
      const key = dayKey(at)
      if (key === dayKey(now)) return capitalize(relativeNamed.format(0, 'day'))
      if (key === dayKey(now - DAY)) return capitalize(relativeNamed.format(-1, 'day'))
      return capitalize(key.slice(0, 4) === dayKey(now).slice(0, 4) ? day.format(at) : dayOfYear.format(at))
    },
    dayKey,
    number: (value) => number.format(value),
    count: (count) => (count.exact ? number.format(count.value) : `${number.format(count.value)}+`),
    list: (values) => list.format(values),
  }
}
