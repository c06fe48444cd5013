import { AsyncLocalStorage } from 'node:async_hooks'
import { type AppendResult, type EventWriter, type NewEvent, timeOfId, WhodidError } from '@whodid/core'
import type { Clock } from './clock.ts'
import { backoff, isAboutContent, judge, reasonOf, SHORTEST_WAIT } from './delivery-outcome.ts'
import { sizeOf } from './event-size.ts'
import { createLosses } from './losses.ts'

/** How much is held, how much is sent at once, and how long anything may take. */
export interface DeliveryLimits {
  /** Events held in memory at most; the ones that come after are lost, and counted. @default 20_000 */
  readonly maxEvents: number
  /** Bytes held in memory at most, about. @default 33_554_432 */
  readonly maxBytes: number
  /** Events sent at once. @default 500 */
  readonly batchEvents: number
  /** Bytes sent at once, about. @default 1_048_576 */
  readonly batchBytes: number
  /** Milliseconds that an event waits for company. @default 50 */
  readonly lingerMs: number
  /** Milliseconds after which an attempt counts as failed. @default 30_000 */
  readonly attemptMs: number
  /** Milliseconds that an action with `onFailure: 'closed'` waits for its acknowledgement. @default 5_000 */
  readonly closedMs: number
  /** Milliseconds that `flush` and `close` try at most. @default 10_000 */
  readonly flushMs: number
}

export const DEFAULT_LIMITS: DeliveryLimits = {
  maxEvents: 20_000,
  maxBytes: 32 * 1_048_576,
  batchEvents: 500,
  batchBytes: 1_048_576,
  lingerMs: 50,
  attemptMs: 30_000,
  closedMs: 5_000,
  flushMs: 10_000,
}

/** Counters since the trail was made. `queued` is what waits now, batches on their way included. */
export interface TrailStats {
  readonly queued: number
  readonly queuedBytes: number
  readonly delivered: number
  /** Refused by the service for good. */
  readonly rejected: number
  /** Never reached the service: memory was full, or the trail was closed. */
  readonly lost: number
  readonly state: 'open' | 'retrying' | 'paused' | 'closed'
}

export interface DeliveryOptions {
  readonly to: EventWriter
  readonly instance: string
  readonly limits: DeliveryLimits
  readonly clock: Clock
  readonly random: () => number
  readonly warn: (message: string) => void
  readonly onRejected: (event: NewEvent, reason: string) => void
}

/**
 * When the promise of an event settles: at once (`buffered`), when the service has it (`durable`), or, for `closed`, no
 * later than the first attempt that failed.
 */
export type Acknowledgement = 'buffered' | 'durable' | 'closed'

/** A bounded queue in front of a writer. */
export interface Delivery {
  add(event: NewEvent, until: Acknowledgement): Promise<void> | undefined
  flush(): Promise<void>
  close(): Promise<void>
  stats(): TrailStats
}

interface Entry {
  readonly event: NewEvent
  readonly bytes: number
  readonly until: Acknowledgement
  readonly isGap: boolean
  settle: ((error?: WhodidError) => void) | undefined
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { to, limits, clock, warn } = options
  const losses = createLosses(options.instance)
  // Delivery belongs to no request: what it does must not be taken for what a request did, nor keep a request in memory.
  const outside = AsyncLocalStorage.snapshot()
  const waiting: Entry[] = []
  const idle = new Set<() => void>()
  let bytes = 0
  let onTheWay = 0
  let delivered = 0
  let rejected = 0
  let lost = 0
  let state: TrailStats['state'] = 'open'
  let draining: Promise<void> | undefined
  let closing: Promise<void> | undefined
  let cancelLinger: (() => void) | undefined
  let wake: (() => void) | undefined
  let abandoned = false

  const pending = () => waiting.length + onTheWay

  function add(event: NewEvent, until: Acknowledgement): Promise<void> | undefined {
    if (closing !== undefined) {
      lose(event)
      const error = new WhodidError('closed', 'The trail is closed: record before close(), or make another trail.')
      warn(`${event.action} was lost: ${error.message}`)
      return until === 'buffered' ? undefined : refused(error)
    }
    const size = sizeOf(event)
    if (pending() >= limits.maxEvents || bytes + size > limits.maxBytes) {
      if (losses.pending === 0)
        warn('The queue is full, since the service does not take events: the next ones are lost, and counted.')
      lose(event)
      return until === 'buffered'
        ? undefined
        : refused(
            new WhodidError('overloaded', 'The queue of the trail is full, since the service does not take events.'),
          )
    }
    const entry: Entry = { event, bytes: size, until, isGap: false, settle: undefined }
    const settled = until === 'buffered' ? undefined : acknowledgement(entry)
    enqueue(entry)
    return settled
  }

  function acknowledgement(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      if (entry.until === 'closed' && state !== 'open')
        return reject(notAcknowledged('The service does not take events.'))
      const tooLate = () => release(entry, notAcknowledged(`No answer within ${limits.closedMs} ms.`))
      const cancel = entry.until === 'closed' ? clock.after(limits.closedMs, tooLate, true) : undefined
      entry.settle = (error) => {
        cancel?.()
        if (error === undefined) resolve()
        else reject(error)
      }
    })
  }

  function enqueue(entry: Entry): void {
    waiting.push(entry)
    bytes += entry.bytes
    if (draining !== undefined) return
    if (entry.until !== 'buffered' || waiting.length >= limits.batchEvents || bytes >= limits.batchBytes) start()
    else linger()
  }

  function start(): void {
    cancelLinger?.()
    cancelLinger = undefined
    if (draining === undefined && waiting.length > 0) draining = outside(drain)
  }

  async function drain(): Promise<void> {
    // So that events recorded in one go travel together.
    await undefined
    do await deliver(nextBatch())
    while (!abandoned && isDue())
    draining = undefined
    if (pending() === 0) for (const resolve of idle) resolve()
    else linger()
  }

  /** Whether the next batch should go, rather than wait for company: small ones one after the other cost the host dearly. */
  function isDue(): boolean {
    if (waiting.length === 0) return false
    const isFull = waiting.length >= limits.batchEvents || bytes >= limits.batchBytes
    return isFull || idle.size > 0 || waiting.some((entry) => entry.until !== 'buffered')
  }

  function linger(): void {
    cancelLinger ??= outside(() => clock.after(limits.lingerMs, start, true))
  }

  function nextBatch(): Entry[] {
    let count = 0
    let size = 0
    for (const entry of waiting) {
      size += entry.bytes
      if (count > 0 && (count >= limits.batchEvents || size > limits.batchBytes)) break
      count += 1
    }
    const batch = waiting.splice(0, count)
    onTheWay += batch.length
    return batch
  }

  async function deliver(batch: readonly Entry[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (abandoned) return giveUp(batch)
      try {
        const results = await withinTime(to.append(batch.map((entry) => entry.event)))
        if (results.length !== batch.length) {
          throw new WhodidError(
            'delivery_failed',
            `The service answered ${results.length} results to ${batch.length} events.`,
          )
        }
        if (state !== 'open' && state !== 'closed') warn('The service takes events again.')
        if (state !== 'closed') state = 'open'
        for (const [index, entry] of batch.entries()) accept(entry, results[index])
        tellLosses()
        return
      } catch (error) {
        const verdict = judge(error)
        if (verdict === 'dead') return splitOrReject(batch, error)
        if (state === 'open') warn(troubleOf(verdict, error))
        if (state !== 'closed') state = verdict === 'pause' ? 'paused' : 'retrying'
        for (const entry of batch) if (entry.until === 'closed') release(entry, notAcknowledged(reasonOf(error), error))
        if (!abandoned) await sleep(backoff(verdict === 'pause' ? 10 : attempt, error, options.random))
      }
    }
  }

  async function splitOrReject(batch: readonly Entry[], error: unknown): Promise<void> {
    if (batch.length > 1 && isAboutContent(error)) {
      const half = Math.ceil(batch.length / 2)
      await deliver(batch.slice(0, half))
      await deliver(batch.slice(half))
      return
    }
    for (const entry of batch) reject(entry, reasonOf(error))
  }

  function accept(entry: Entry, result: AppendResult | undefined): void {
    if (result?.outcome === 'rejected') {
      reject(entry, `${result.code}: ${result.reason}`)
      return
    }
    leave(entry)
    delivered += 1
    release(entry)
  }

  function reject(entry: Entry, reason: string): void {
    leave(entry)
    rejected += 1
    warn(
      `The service refused ${entry.event.action} of ${entry.event.resource.type} ${entry.event.resource.id ?? ''}: ${reason}`,
    )
    release(entry, new WhodidError('invalid_event', `The service refused ${entry.event.action}: ${reason}`))
    options.onRejected(entry.event, reason)
  }

  function leave(entry: Entry): void {
    onTheWay -= 1
    bytes -= entry.bytes
  }

  function release(entry: Entry, error?: WhodidError): void {
    entry.settle?.(error)
    entry.settle = undefined
  }

  function lose(event: NewEvent): void {
    lost += 1
    losses.add(event.tenantId, event.id === undefined ? clock.now() : timeOfId(event.id))
  }

  function tellLosses(): void {
    if (losses.pending === 0) return
    for (const event of losses.take(clock.now()))
      enqueue({ event, bytes: sizeOf(event), until: 'buffered', isGap: true, settle: undefined })
  }

  function giveUp(batch: readonly Entry[]): void {
    const error = new WhodidError('closed', 'The trail was closed before the service had taken the event.')
    for (const entry of batch) {
      leave(entry)
      if (!entry.isGap) lose(entry.event)
      release(entry, error)
    }
  }

  function withinTime<T>(attempt: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let isOver = false
      // Once only: an answer that comes too late must not disturb the next attempt.
      const over = (settle: () => void) => {
        if (isOver) return
        isOver = true
        cancel()
        wake = undefined
        settle()
      }
      const late = () =>
        over(() =>
          reject(new WhodidError('delivery_failed', `The service has not answered within ${limits.attemptMs} ms.`)),
        )
      const cancel = clock.after(limits.attemptMs, late, true)
      wake = () => {
        if (abandoned) late()
      }
      attempt.then(
        (value) => over(() => resolve(value)),
        (error: unknown) => over(() => reject(error)),
      )
    })
  }

  function sleep(ms: number): Promise<void> {
    // Whoever flushes has little time.
    const wait = idle.size > 0 ? Math.min(ms, SHORTEST_WAIT) : ms
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        wake = undefined
        resolve()
      }
      const cancel = clock.after(wait, done, false)
      wake = done
    })
  }

  function flush(): Promise<void> {
    if (pending() === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        idle.delete(done)
        resolve()
      }
      const cancel = clock.after(limits.flushMs, done, true)
      idle.add(done)
      start()
      wake?.()
    })
  }

  async function shut(): Promise<void> {
    await flush()
    abandoned = true
    state = 'closed'
    wake?.()
    await draining
    cancelLinger?.()
    const rest = waiting.splice(0)
    onTheWay += rest.length
    giveUp(rest)
    const count = losses.pending
    if (count > 0)
      warn(`The trail was closed with ${count} ${count === 1 ? 'event' : 'events'} undelivered: they are lost.`)
  }

  return {
    add,
    flush,
    close: () => {
      closing ??= shut()
      return closing
    },
    stats: () => ({ queued: pending(), queuedBytes: bytes, delivered, rejected, lost, state }),
  }
}

function refused(error: WhodidError): Promise<void> {
  const promise = Promise.reject(error)
  promise.catch(() => undefined)
  return promise
}

function notAcknowledged(reason: string, cause?: unknown): WhodidError {
  return new WhodidError(
    'delivery_failed',
    `The service has not acknowledged the event, which stays queued: ${reason}`,
    { cause },
  )
}

function troubleOf(verdict: 'retry' | 'pause', error: unknown): string {
  return verdict === 'pause'
    ? `The service refuses this key: ${reasonOf(error)} Events wait in memory until it is mended.`
    : `The service does not take events: ${reasonOf(error)} They wait in memory, and are tried again.`
}
