import {
  type AppendResult,
  type CatalogJson,
  type CompleteEvent,
  type EventWriter,
  type NewEvent,
  NO_TENANT,
} from '@whodid/core'
import { parseEvent, prepareEvent } from '@whodid/core/seal'

/** A writer that keeps events in memory, as the service would store them. */
export interface Recorder extends EventWriter {
  readonly events: CompleteEvent[]
}

/** Creates a recorder. It calls `onRecorded` after each batch. */
export function createRecorder(catalog: CatalogJson, now: () => number, onRecorded: () => void): Recorder {
  const events: CompleteEvent[] = []

  function store(input: NewEvent): AppendResult {
    const parsed = parseEvent(input)
    if ('reason' in parsed) return reject(input, parsed.reason)
    const { event } = parsed
    try {
      const options = { catalog, tenantId: event.tenantId ?? NO_TENANT, receivedAt: now() }
      const { digest: _, canonical, leafHash, disclosures, searchText, ...complete } = prepareEvent(event, options)
      events.push(complete)
      return { id: complete.id, outcome: 'stored', seq: events.length, leafHash: '' }
    } catch (error) {
      return reject(input, error instanceof Error ? error.message : String(error))
    }
  }

  return {
    events,
    async append(batch) {
      const results = batch.map(store)
      onRecorded()
      return results
    },
  }
}

function reject(event: NewEvent, reason: string): AppendResult {
  return { id: event.id ?? null, outcome: 'rejected', code: 'invalid_event', reason }
}
