import {
  type AppendResult,
  AUDIT_CATEGORY,
  type CatalogJson,
  type EventStore,
  type NewEvent,
  NO_TENANT,
  type PreparedEvent,
  parseEvent,
  prepareEvent,
  WhodidError,
} from '@whodid/core'

/** How events are gathered. */
export interface IngestOptions {
  readonly store: Pick<EventStore, 'append'>
  readonly catalog: CatalogJson
  readonly now: () => number
  /** Called for each event whose id is another's. */
  readonly onConflict: (tenantId: string, eventId: string, reason: string) => void
  /** How long the first event of a batch waits for others, in milliseconds. @default 5 */
  readonly linger?: number
  /** At most this many events wait, over all tenants. @default 20000 */
  readonly capacity?: number
}

/** Where events come in. */
export interface Ingest {
  /**
   * Stores events, in order, each with its own result. `only` is the tenant that all must belong to; null leaves it to
   * each event. What comes by a key is not in the category `audit`, but for the gaps that a client alone knows of. Throws
   * `overloaded` when too many wait already, and `closed` once closed.
   */
  append(events: readonly NewEvent[], only: string | null, by?: 'key'): Promise<readonly AppendResult[]>
  /** Takes no more, and resolves when what waits is stored. */
  close(): Promise<void>
}

const BATCH = 500
const GAP = `${AUDIT_CATEGORY}.gap`
const LINGER = 5
/** So many events are made ready at a stretch: batches that are being stored, and readers, wait no longer than that. */
const SLICE = 10
const CAPACITY = 20_000
/** Canonical bytes that may wait, over all tenants. */
const CAPACITY_BYTES = 64 * 1024 * 1024

interface Waiting {
  readonly event: PreparedEvent
  readonly settle: (result: AppendResult) => void
  readonly fail: (error: unknown) => void
}

interface Queue {
  readonly tenantId: string
  waiting: Waiting[]
  running: Promise<void> | null
}

// A timer waits for a millisecond at least, in which there may be nothing else to do.
function pause() {
  return new Promise<void>((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve)
  })
}

function rejected(id: string | null, code: 'invalid_event' | 'wrong_tenant', reason: string): AppendResult {
  return {
    id,
    outcome: 'rejected',
    code,
    reason,
  }
}

function idOf(input: unknown): string | null {
  return typeof input === 'object' && input !== null && 'id' in input && typeof input.id === 'string'
    ? input.id.slice(0, 64)
    : null
}

/** Makes the way in: one queue a tenant, of which two batches at most are under way, bounded over all. */
export function createIngest(options: IngestOptions): Ingest {
  const { store, catalog, now, onConflict, linger = LINGER, capacity = CAPACITY } = options
  const queues = new Map<string, Queue>()
  let waitingEvents = 0
  let waitingBytes = 0
  let closed = false
  let line: Promise<unknown> = Promise.resolve()

  const prepare = (input: NewEvent, only: string | null, by?: 'key'): PreparedEvent | AppendResult => {
    const parsed = parseEvent(input)
    if ('reason' in parsed) return rejected(idOf(input), 'invalid_event', parsed.reason)
    const { event } = parsed
    if (only !== null && event.tenantId !== undefined && event.tenantId !== only) {
      return rejected(
        event.id ?? null,
        'wrong_tenant',
        `This key belongs to another tenant than ${JSON.stringify(event.tenantId)}: leave tenantId out, or use a key for *.`,
      )
    }
    if (by === 'key' && event.action.startsWith(`${AUDIT_CATEGORY}.`) && event.action !== GAP) {
      return rejected(
        event.id ?? null,
        'invalid_event',
        `${event.action} is what whodid itself says, so no key may send it: give the action another category.`,
      )
    }
    try {
      return prepareEvent(event, { catalog, tenantId: only ?? event.tenantId ?? NO_TENANT, receivedAt: now() })
    } catch (error) {
      if (error instanceof WhodidError && error.code === 'invalid_event') {
        return rejected(event.id ?? null, 'invalid_event', error.message)
      }
      throw error
    }
  }

  const storeBatch = async (tenantId: string, batch: readonly Waiting[]) => {
    try {
      const results = await store.append(
        tenantId,
        batch.map(({ event }) => event),
      )
      for (const [index, { event, settle, fail }] of batch.entries()) {
        const result = results[index]
        if (!result) fail(new WhodidError('internal', 'The store gave fewer results than it was given events.'))
        else settle(result)
        if (result?.outcome === 'rejected' && result.code === 'id_conflict') {
          onConflict(tenantId, event.id, result.reason)
        }
      }
    } catch (error) {
      for (const { fail } of batch) fail(error)
    } finally {
      waitingEvents -= batch.length
      for (const { event } of batch) waitingBytes -= event.canonical.length
    }
  }

  const drain = async (queue: Queue) => {
    // The rest of the call that began the queue joins it first.
    await null
    let stored = Promise.resolve()
    for (;;) {
      // A full batch is handed over while another is stored, so that the store can make it ready.
      if (queue.waiting.length < BATCH) {
        await stored
        if (queue.waiting.length === 0) break
        if (queue.waiting.length < BATCH && !closed) await new Promise((resolve) => setTimeout(resolve, linger))
      }
      const before = stored
      stored = storeBatch(queue.tenantId, queue.waiting.splice(0, BATCH))
      await before
    }
    queue.running = null
    queues.delete(queue.tenantId)
  }

  const enqueue = (event: PreparedEvent): Promise<AppendResult> =>
    new Promise((settle, fail) => {
      const { tenantId } = event
      const queue = queues.get(tenantId) ?? { tenantId, waiting: [], running: null }
      queues.set(tenantId, queue)
      queue.waiting.push({ event, settle, fail })
      waitingEvents += 1
      waitingBytes += event.canonical.length
      queue.running ??= drain(queue)
    })

  const admit = () => {
    if (closed) {
      throw new WhodidError('closed', 'The service is closing and takes no more events: send them again later.', {
        retryAfter: 5,
      })
    }
    if (waitingEvents >= capacity || waitingBytes >= CAPACITY_BYTES) {
      throw new WhodidError('overloaded', 'Too many events wait to be stored: send these again a little later.', {
        retryAfter: 1,
      })
    }
  }

  type Prepared = PreparedEvent | AppendResult

  /** One call's after another's, so that the first are stored while the next are made ready. */
  const prepareInLine = (events: readonly NewEvent[], only: string | null, by?: 'key'): Promise<Prepared[]> => {
    const turn = line.then(async () => {
      const prepared: Prepared[] = []
      for (const input of events) {
        if (prepared.length > 0 && prepared.length % SLICE === 0) await pause()
        prepared.push(prepare(input, only, by))
      }
      return prepared
    })
    line = turn.catch(() => {})
    return turn
  }

  const take = async (events: readonly NewEvent[], only: string | null, by?: 'key'): Promise<AppendResult[]> => {
    admit()
    let prepared: Prepared[]
    if (events.length <= SLICE) prepared = events.map((input) => prepare(input, only, by))
    else {
      prepared = await prepareInLine(events, only, by)
      admit()
    }
    return Promise.all(prepared.map((each) => ('outcome' in each ? each : enqueue(each))))
  }

  return {
    async append(events, only, by) {
      if (events.length <= 2 * BATCH) return take(events, only, by)
      const results: AppendResult[] = []
      for (let start = 0; start < events.length; start += 2 * BATCH) {
        results.push(...(await take(events.slice(start, start + 2 * BATCH), only, by)))
      }
      return results
    },
    async close() {
      closed = true
      await Promise.all([...queues.values()].map(({ running }) => running))
    },
  }
}
