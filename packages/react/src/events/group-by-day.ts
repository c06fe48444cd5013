import type { StoredEvent } from '@whodid/core'
import type { Formats } from '../text/format.ts'

/** A row of a list grouped by day. */
export interface DayRow<E = StoredEvent> {
  readonly event: E
  /** Heading, on the first row of each day: "Today", "Wednesday, November 18". */
  readonly day: string | null
}

/** Adds a heading to the first event of each day in the viewer's time zone. */
export function groupByDay<E extends Pick<StoredEvent, 'occurredAt'>>(
  events: readonly E[],
  formats: Formats,
  now: number,
): readonly DayRow<E>[] {
  let current = ''
  return events.map((event) => {
    const at = Date.parse(event.occurredAt)
    const key = formats.dayKey(at)
    if (key === current) return { event, day: null }
    current = key
    return { event, day: formats.day(at, now) }
  })
}
