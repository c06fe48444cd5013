import { eventsToCsv, eventsToJson, type StoredEvent } from '@whodid/core/browser'
import type { RowFormat } from './use-export.ts'

/** Writes events in a format. Loaded when something is first copied or exported, for the CSV writer's sake. */
export function writeRows(format: RowFormat, events: readonly StoredEvent[]): string {
  return format === 'csv' ? eventsToCsv(events) : eventsToJson(events)
}
