import type { AppendResult, EventWriter, NewEvent } from '@whodid/core'

/** A destination that keeps what it gets in memory, whole, in order, and once. */
export interface CollectingWriter extends EventWriter {
  readonly events: NewEvent[]
  readonly batches: (readonly NewEvent[])[]
  /** What happens to the next batches, before anything is stored: an error thrown, or a promise awaited. */
  readonly troubles: (Error | Promise<void>)[]
  /** Ids of events, or of resources, that are refused. */
  readonly refuses: Set<string>
}

export function collectingWriter(): CollectingWriter {
  const events: NewEvent[] = []
  const known = new Set<string>()
  const batches: (readonly NewEvent[])[] = []
  const troubles: (Error | Promise<void>)[] = []
  const refuses = new Set<string>()

  function store(event: NewEvent): AppendResult {
    const id = event.id ?? ''
    if (refuses.has(id) || refuses.has(event.resource.id ?? ''))
      return { id, outcome: 'rejected', code: 'invalid_event', reason: 'it is poison' }
    const outcome = known.has(id) ? 'duplicate' : 'stored'
    if (outcome === 'stored') events.push(event)
    known.add(id)
    return { id, outcome, seq: events.length, leafHash: '' }
  }

  return {
    events,
    batches,
    troubles,
    refuses,
    async append(batch) {
      const trouble = troubles.shift()
      if (trouble instanceof Error) throw trouble
      await trouble
      batches.push(batch)
      return batch.map(store)
    },
  }
}
