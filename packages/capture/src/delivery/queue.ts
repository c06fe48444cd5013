import { AsyncLocalStorage } from 'node:async_hooks'
import { type AppendResult, getIdTime, type NewEvent, WhodidError } from '@whodid/core'
import { estimateSize } from '../event/compose.ts'
import { createTimers } from './clock.ts'
import { createLosses } from './losses.ts'
import type { AckMode, Delivery, DeliveryOptions, TrailStats } from './options.ts'
import {
  createAckError,
  decideRetry,
  formatProblem,
  formatReason,
  getBackoff,
  MIN_BACKOFF_MS,
  mayBeOneEvent,
} from './retry.ts'

interface Entry {
  readonly event: NewEvent
  readonly bytes: number
  readonly ackMode: AckMode
  readonly isGap: boolean
  settle: ((error?: WhodidError) => void) | undefined
}

/** A request that waits until its events are delivered. */
interface Waiter {
  /** The number of events that must be done. */
  readonly until: number
  readonly deadline: number
  readonly resolve: () => void
}

/** Creates a queue that delivers batches to a writer, one at a time, and retries them. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { to, limits, clock, warn } = options
  const losses = createLosses(options.instance)
  const timers = createTimers(clock)
  // Deliveries must not run in the context of a request, nor keep one in memory.
  const runOutside = AsyncLocalStorage.snapshot()
  const queue: Entry[] = []
  const flushes = new Set<() => void>()
  let bytes = 0
  let inFlight = 0
  let delivered = 0
  let rejected = 0
  let lost = 0
  let hasUnreportedLosses = false
  let state: TrailStats['state'] = 'open'
  let draining: Promise<void> | undefined
  let closing: Promise<void> | undefined
  let cancelLinger: (() => void) | undefined
  let isAbandoned = false
  let done = 0
  const waiters: Waiter[] = []
  let cancelWaiting: (() => void) | undefined

  const countPending = () => queue.length + inFlight

  function add(event: NewEvent, ackMode: AckMode): Promise<void> | undefined {
    if (closing !== undefined) {
      lose(event)
      const error = new WhodidError('closed', 'The trail is closed: record before close(), or create another trail.')
      warn(`${event.action} was lost: ${error.message}`)
      return ackMode === 'buffered' ? undefined : rejectHandled(error)
    }
    const size = estimateSize(event)
    if (countPending() >= limits.maxEvents || bytes + size > limits.maxBytes) {
      if (!hasUnreportedLosses)
        warn(
          `The queue is full (${countPending().toLocaleString('en-US')} events): new events are dropped and counted. Check the connection to the service, or raise \`limits\`.`,
        )
      lose(event)
      if (ackMode === 'buffered') return undefined
      return rejectHandled(
        new WhodidError('overloaded', 'The queue is full: the event was dropped. Raise `limits` to hold more events.'),
      )
    }
    const entry: Entry = { event, bytes: size, ackMode, isGap: false, settle: undefined }
    const settled = ackMode === 'buffered' ? undefined : waitForAck(entry)
    enqueue(entry)
    return settled
  }

  function waitForAck(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      const isClosed = entry.ackMode === 'closed'
      if (isClosed && state !== 'open') return reject(createAckError('Events cannot be delivered at the moment.'))
      const onTimeout = () => settle(entry, createAckError(`No response within ${limits.ackTimeoutMs} ms.`))
      const cancel = isClosed ? clock.after(limits.ackTimeoutMs, onTimeout, true) : undefined
      entry.settle = (error) => {
        cancel?.()
        if (error === undefined) resolve()
        else reject(error)
      }
    })
  }

  function enqueue(entry: Entry): void {
    queue.push(entry)
    bytes += entry.bytes
    if (draining !== undefined) return
    if (entry.ackMode !== 'buffered' || isBatchFull()) start()
    else linger()
  }

  function isBatchFull(): boolean {
    return queue.length >= limits.batchEvents || bytes >= limits.batchBytes
  }

  function start(): void {
    cancelLinger?.()
    cancelLinger = undefined
    if (draining === undefined && queue.length > 0) draining = runOutside(drain)
  }

  async function drain(): Promise<void> {
    // Lets events that are recorded synchronously join the batch.
    await undefined
    do {
      await deliver(takeBatch())
      releaseWaiters()
    } while (!isAbandoned && shouldContinue())
    draining = undefined
    if (countPending() === 0) for (const resolve of flushes) resolve()
    else linger()
  }

  /** Checks if the next batch is sent without lingering. */
  function shouldContinue(): boolean {
    if (queue.length === 0) return false
    return isBatchFull() || flushes.size > 0 || queue.some((entry) => entry.ackMode !== 'buffered')
  }

  function linger(): void {
    cancelLinger ??= runOutside(() => clock.after(limits.lingerMs, start, true))
  }

  function takeBatch(): Entry[] {
    let count = 0
    let size = 0
    for (const entry of queue) {
      size += entry.bytes
      if (count > 0 && (count >= limits.batchEvents || size > limits.batchBytes)) break
      count += 1
    }
    const batch = queue.splice(0, count)
    inFlight += batch.length
    return batch
  }

  async function deliver(batch: readonly Entry[]): Promise<void> {
    for (let attempt = 1; !isAbandoned; attempt += 1) {
      const response = await append(batch)
      if ('results' in response) {
        if (state === 'retrying' || state === 'paused') warn('Events are delivered again.')
        if (state !== 'closed') state = 'open'
        for (const [index, entry] of batch.entries()) accept(entry, response.results[index])
        if (hasUnreportedLosses) reportLosses()
        return
      }
      const { error } = response
      const decision = decideRetry(error)
      if (decision === 'reject') return splitOrReject(batch, error)
      if (state === 'open') warn(formatProblem(decision, error))
      if (state !== 'closed') state = decision === 'pause' ? 'paused' : 'retrying'
      for (const entry of batch)
        if (entry.ackMode === 'closed') settle(entry, createAckError(formatReason(error), error))
      const wait = getBackoff(decision === 'pause' ? 10 : attempt, error, options.random)
      // A flush has little time: retry as soon as possible.
      await timers.sleep(flushes.size > 0 ? Math.min(wait, MIN_BACKOFF_MS) : wait)
    }
    discard(batch)
  }

  async function append(
    batch: readonly Entry[],
  ): Promise<{ readonly results: readonly AppendResult[] } | { readonly error: unknown }> {
    try {
      const results = await timers.withTimeout(limits.requestTimeoutMs, to.append(batch.map((entry) => entry.event)))
      if (results.length === batch.length) return { results }
      const problem = `The service returned ${results.length} results for ${batch.length} events.`
      return { error: new WhodidError('delivery_failed', problem) }
    } catch (error) {
      return { error }
    }
  }

  async function splitOrReject(batch: readonly Entry[], error: unknown): Promise<void> {
    if (batch.length > 1 && mayBeOneEvent(error)) {
      const half = Math.ceil(batch.length / 2)
      await deliver(batch.slice(0, half))
      await deliver(batch.slice(half))
      return
    }
    for (const entry of batch) reject(entry, formatReason(error))
  }

  function accept(entry: Entry, result: AppendResult | undefined): void {
    if (result?.outcome === 'rejected') {
      reject(entry, `${result.code}: ${result.reason}`)
      return
    }
    remove(entry)
    delivered += 1
    settle(entry)
  }

  function reject(entry: Entry, reason: string): void {
    const { action, resource } = entry.event
    remove(entry)
    rejected += 1
    warn(`The service rejected ${action} of ${resource.type} ${resource.id ?? ''}: ${reason}`)
    settle(entry, new WhodidError('invalid_event', `The service rejected ${action}: ${reason}`))
    try {
      options.onRejected?.(entry.event, reason)
    } catch (error) {
      warn(`\`onRejected\` threw: ${formatReason(error)}`)
    }
  }

  function remove(entry: Entry): void {
    inFlight -= 1
    bytes -= entry.bytes
    done += 1
  }

  function settle(entry: Entry, error?: WhodidError): void {
    entry.settle?.(error)
    entry.settle = undefined
  }

  function lose(event: NewEvent): void {
    lost += 1
    hasUnreportedLosses = true
    losses.add(event.tenantId, event.id === undefined ? clock.now() : getIdTime(event.id))
  }

  function reportLosses(): void {
    hasUnreportedLosses = false
    for (const event of losses.take(clock.now()))
      enqueue({ event, bytes: estimateSize(event), ackMode: 'buffered', isGap: true, settle: undefined })
  }

  function discard(batch: readonly Entry[]): void {
    const error = new WhodidError('closed', 'The trail was closed before the event was delivered.')
    for (const entry of batch) {
      remove(entry)
      if (!entry.isGap) lose(entry.event)
      settle(entry, error)
    }
  }

  function whenDelivered(): Promise<void> {
    if (countPending() === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const now = clock.now()
      // Events are delivered in order.
      waiters.push({ until: done + countPending(), deadline: now + limits.flushTimeoutMs, resolve })
      if (waiters.length === 1 || (waiters[0]?.deadline ?? 0) <= now) releaseWaiters()
    })
  }

  /** Resolves the waiters whose events are done, and those that have waited too long. One timer serves all. */
  function releaseWaiters(): void {
    if (waiters.length === 0) return
    const now = clock.now()
    // Both limits grow along the list.
    const waiting = waiters.findIndex(({ until, deadline }) => until > done && deadline > now)
    for (const { resolve } of waiters.splice(0, waiting === -1 ? waiters.length : waiting)) resolve()
    cancelWaiting?.()
    const [first] = waiters
    cancelWaiting =
      first === undefined ? undefined : runOutside(() => clock.after(first.deadline - now, releaseWaiters, false))
  }

  function flush(): Promise<void> {
    if (countPending() === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        flushes.delete(done)
        resolve()
      }
      const cancel = clock.after(limits.flushTimeoutMs, done, true)
      flushes.add(done)
      start()
      timers.wake()
    })
  }

  async function shutDown(): Promise<void> {
    await flush()
    isAbandoned = true
    state = 'closed'
    timers.stop()
    await draining
    cancelLinger?.()
    const rest = queue.splice(0)
    inFlight += rest.length
    discard(rest)
    releaseWaiters()
    const { count } = losses
    if (count > 0)
      warn(`The trail was closed with ${count} undelivered ${count === 1 ? 'event' : 'events'}, which are lost.`)
  }

  return {
    add,
    whenDelivered,
    flush,
    close: () => {
      closing ??= shutDown()
      return closing
    },
    stats: () => ({ queued: countPending(), queuedBytes: bytes, delivered, rejected, lost, state }),
  }
}

function rejectHandled(error: WhodidError): Promise<void> {
  const promise = Promise.reject(error)
  promise.catch(() => undefined)
  return promise
}
