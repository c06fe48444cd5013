import type { AppendResult, EventWriter, NewEvent } from '@whodid/core'

/** A writer that keeps each event once, in order, in memory. */
export interface CollectingWriter extends EventWriter {
  readonly events: NewEvent[]
  readonly batches: (readonly NewEvent[])[]
  /** Failures of the next batches: an error to throw, or a promise to await before the batch is stored. */
  readonly failures: (Error | Promise<void>)[]
  /** Ids of events or resources that are rejected. */
  readonly rejectedIds: Set<string>
}

/** Creates a writer in memory. */
export function createCollectingWriter(): CollectingWriter {
  const events: NewEvent[] = []
  const ids = new Set<string>()
  const batches: (readonly NewEvent[])[] = []
  const failures: (Error | Promise<void>)[] = []
  const rejectedIds = new Set<string>()

  function store(event: NewEvent): AppendResult {
    const id = event.id ?? ''
    if (rejectedIds.has(id) || rejectedIds.has(event.resource.id ?? ''))
      return { id, outcome: 'rejected', code: 'invalid_event', reason: 'it is invalid' }
    const outcome = ids.has(id) ? 'duplicate' : 'stored'
    if (outcome === 'stored') events.push(event)
    ids.add(id)
    return { id, outcome, seq: events.length, leafHash: '' }
  }

  return {
    events,
    batches,
    failures,
    rejectedIds,
    async append(batch) {
      const failure = failures.shift()
      if (failure instanceof Error) throw failure
      await failure
      batches.push(batch)
      return batch.map(store)
    },
  }
}
