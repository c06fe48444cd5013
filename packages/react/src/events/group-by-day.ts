import type { StoredEvent } from '@whodid/core/browser'
import type { Formats } from '../text/format.ts'

/** A row of a list, which begins a day or goes on with one. */
export interface DayRow<E = StoredEvent> {
  readonly event: E
  /** The heading, on the first row of each day: "Today", "Wednesday, 18 November". */
  readonly day: string | null
}

/** Says which rows begin a day, where the viewer is. */
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
