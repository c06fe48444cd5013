import type { StoredEvent } from '@whodid/core'
import { eventsToCsv, eventsToJson } from '@whodid/core/browser'
import type { RowFormat } from './use-export.ts'

/** Serializes events. Loaded on the first copy or export, to keep the CSV writer out of the initial bundle. */
export function serializeEvents(format: RowFormat, events: readonly StoredEvent[]): string {
  return format === 'csv' ? eventsToCsv(events) : eventsToJson(events)
}
