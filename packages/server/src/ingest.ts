import {
  type AppendResult,
  AUDIT_CATEGORY,
  type CatalogJson,
  type EventStore,
  type NewEvent,
  NO_TENANT,
  type PreparedEvent,
  WhodidError,
} from '@whodid/core'
import { parseEvent, prepareEvent } from '@whodid/core/seal'

/** Options for `createIngest`. */
export interface IngestOptions {
  readonly store: Pick<EventStore, 'append'>
  readonly catalog: CatalogJson
  readonly now: () => number
  /** Called for each rejected event whose id belongs to another event. */
  readonly onConflict: (tenantId: string, eventId: string, reason: string) => void
  /** How long the first event of a batch waits for more, in milliseconds. @default 5 */
  readonly lingerMs?: number
  /** Maximum events waiting to be stored, over all tenants. @default 20000 */
  readonly maxWaiting?: number
}

/** Stores events in order, each with its own result. Throws `overloaded` when too many events wait, and `closed` after `close`. */
export interface Ingest {
  /** Appends events of the host app. Each may name any tenant. */
  appendFromHost(events: readonly NewEvent[]): Promise<readonly AppendResult[]>
  /**
   * Appends events sent with an API key. `tenantId` is the tenant of the key; null when the key is for all tenants. Rejects audit
   * events, except the gaps that clients report.
   */
  appendFromKey(events: readonly NewEvent[], tenantId: string | null): Promise<readonly AppendResult[]>
  /** Records an audit event. Throws `internal` when it is rejected. */
  record(tenantId: string, event: NewEvent): Promise<void>
  /** Stops accepting events. Resolves when all waiting events are stored. */
  close(): Promise<void>
}

const MAX_BATCH = 500
const MAX_CHUNK = 2 * MAX_BATCH
const GAP_ACTION = `${AUDIT_CATEGORY}.gap`
const DEFAULT_LINGER_MS = 5
/** Events that are prepared before yielding to the event loop. */
const EVENTS_PER_TURN = 10
const DEFAULT_MAX_WAITING = 20_000
/** Maximum bytes of canonical JSON that wait to be stored, for all tenants together. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024

interface WaitingEvent {
  readonly event: PreparedEvent
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: unknown) => void
}

interface TenantQueue {
  readonly tenantId: string
  waiting: WaitingEvent[]
  running: Promise<void> | null
}

/** The sender of events, with the tenant that all of them must belong to, if any. */
interface Source {
  readonly tenantId: string | null
  readonly isKey: boolean
}

type Prepared = PreparedEvent | AppendResult

const HOST: Source = { tenantId: null, isKey: false }

// A timer would wait for at least a millisecond.
function yieldToEventLoop() {
  return new Promise<void>((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve)
  })
}

function createRejection(id: string | null, code: 'invalid_event' | 'wrong_tenant', reason: string): AppendResult {
  return {
    id,
    outcome: 'rejected',
    code,
    reason,
  }
}

function readId(input: unknown): string | null {
  return typeof input === 'object' && input !== null && 'id' in input && typeof input.id === 'string'
    ? input.id.slice(0, 64)
    : null
}

/** Creates the ingest: one queue per tenant, with at most two batches in progress each. */
export function createIngest(options: IngestOptions): Ingest {
  const { store, catalog, now, onConflict, lingerMs = DEFAULT_LINGER_MS, maxWaiting = DEFAULT_MAX_WAITING } = options
  const queues = new Map<string, TenantQueue>()
  let waitingEvents = 0
  let waitingBytes = 0
  let isClosed = false
  let lastPreparation: Promise<unknown> = Promise.resolve()

  const prepare = (input: NewEvent, { tenantId, isKey }: Source): Prepared => {
    const parsed = parseEvent(input)
    if ('reason' in parsed) return createRejection(readId(input), 'invalid_event', parsed.reason)
    const { event } = parsed
    if (tenantId !== null && event.tenantId !== undefined && event.tenantId !== tenantId) {
      return createRejection(
        event.id ?? null,
        'wrong_tenant',
        `This key cannot write to the tenant ${JSON.stringify(event.tenantId)}: omit \`tenantId\`, or use a key for all tenants (\`*\`).`,
      )
    }
    if (isKey && event.action.startsWith(`${AUDIT_CATEGORY}.`) && event.action !== GAP_ACTION) {
      return createRejection(
        event.id ?? null,
        'invalid_event',
        `${event.action} is reserved: only whodid records \`${AUDIT_CATEGORY}.*\` actions. Use another category.`,
      )
    }
    try {
      return prepareEvent(event, { catalog, tenantId: tenantId ?? event.tenantId ?? NO_TENANT, receivedAt: now() })
    } catch (error) {
      if (error instanceof WhodidError && error.code === 'invalid_event') {
        return createRejection(event.id ?? null, 'invalid_event', error.message)
      }
      throw error
    }
  }

  const storeBatch = async (tenantId: string, batch: readonly WaitingEvent[]) => {
    try {
      const results = await store.append(
        tenantId,
        batch.map(({ event }) => event),
      )
      for (const [index, { event, resolve, reject }] of batch.entries()) {
        const result = results[index]
        if (!result) reject(new WhodidError('internal', 'The store returned fewer results than events.'))
        else resolve(result)
        if (result?.outcome === 'rejected' && result.code === 'id_conflict') {
          onConflict(tenantId, event.id, result.reason)
        }
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      waitingEvents -= batch.length
      for (const { event } of batch) waitingBytes -= event.canonical.length
    }
  }

  const drain = async (queue: TenantQueue) => {
    // Let the current call enqueue the rest of its events first.
    await null
    let lastBatch = Promise.resolve()
    for (;;) {
      // A full batch does not wait for the batch in progress, so that the store can prepare it meanwhile.
      if (queue.waiting.length < MAX_BATCH) {
        await lastBatch
        if (queue.waiting.length === 0) break
        if (queue.waiting.length < MAX_BATCH && !isClosed) await new Promise((resolve) => setTimeout(resolve, lingerMs))
      }
      const previousBatch = lastBatch
      lastBatch = storeBatch(queue.tenantId, queue.waiting.splice(0, MAX_BATCH))
      await previousBatch
    }
    queue.running = null
    queues.delete(queue.tenantId)
  }

  const enqueue = (event: PreparedEvent): Promise<AppendResult> =>
    new Promise((resolve, reject) => {
      const { tenantId } = event
      const queue = queues.get(tenantId) ?? { tenantId, waiting: [], running: null }
      queues.set(tenantId, queue)
      queue.waiting.push({ event, resolve, reject })
      waitingEvents += 1
      waitingBytes += event.canonical.length
      queue.running ??= drain(queue)
    })

  const assertCapacity = () => {
    if (isClosed) {
      throw new WhodidError('closed', 'The service is closing and accepts no more events. Retry in 5 s.', {
        retryAfter: 5,
      })
    }
    if (waitingEvents >= maxWaiting || waitingBytes >= MAX_WAITING_BYTES) {
      throw new WhodidError('overloaded', 'Too many events are waiting to be stored. Retry in 1 s.', { retryAfter: 1 })
    }
  }

  /** Prepares the events of one call after another, so that the first are stored while the next are prepared. */
  const prepareInOrder = (events: readonly NewEvent[], source: Source): Promise<Prepared[]> => {
    const preparation = lastPreparation.then(async () => {
      const prepared: Prepared[] = []
      for (const input of events) {
        if (prepared.length > 0 && prepared.length % EVENTS_PER_TURN === 0) await yieldToEventLoop()
        prepared.push(prepare(input, source))
      }
      return prepared
    })
    lastPreparation = preparation.catch(() => {})
    return preparation
  }

  const appendChunk = async (events: readonly NewEvent[], source: Source): Promise<AppendResult[]> => {
    assertCapacity()
    let prepared: Prepared[]
    if (events.length <= EVENTS_PER_TURN) prepared = events.map((input) => prepare(input, source))
    else {
      prepared = await prepareInOrder(events, source)
      assertCapacity()
    }
    return Promise.all(prepared.map((each) => ('outcome' in each ? each : enqueue(each))))
  }

  const append = async (events: readonly NewEvent[], source: Source): Promise<AppendResult[]> => {
    if (events.length <= MAX_CHUNK) return appendChunk(events, source)
    const results: AppendResult[] = []
    for (let start = 0; start < events.length; start += MAX_CHUNK) {
      results.push(...(await appendChunk(events.slice(start, start + MAX_CHUNK), source)))
    }
    return results
  }

  return {
    appendFromHost: (events) => append(events, HOST),
    appendFromKey: (events, tenantId) => append(events, { tenantId, isKey: true }),
    async record(tenantId, event) {
      const [result] = await append([event], { tenantId, isKey: false })
      if (result?.outcome === 'rejected') {
        throw new WhodidError('internal', `An audit event was rejected: ${result.reason}`)
      }
    },
    async close() {
      isClosed = true
      await Promise.all([...queues.values()].map(({ running }) => running))
    },
  }
}
