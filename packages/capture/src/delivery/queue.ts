import { AsyncLocalStorage } from 'node:async_hooks'
import { type AppendResult, type NewEvent, timeOfId, WhodidError } from '@whodid/core'
import { sizeOf } from './event-size.ts'
import { createLosses } from './losses.ts'
import type { Acknowledgement, Delivery, DeliveryOptions, TrailStats } from './options.ts'
import { backoff, isAboutContent, judge, notAcknowledged, reasonOf, SHORTEST_WAIT, troubleOf } from './retry.ts'
import { createWaits } from './waits.ts'

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
  const waits = createWaits(clock)
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
    for (let attempt = 1; !abandoned; attempt += 1) {
      const answer = await attemptOf(batch)
      if ('results' in answer) {
        if (state === 'retrying' || state === 'paused') warn('The service takes events again.')
        if (state !== 'closed') state = 'open'
        for (const [index, entry] of batch.entries()) accept(entry, answer.results[index])
        tellLosses()
        return
      }
      const { error } = answer
      const verdict = judge(error)
      if (verdict === 'dead') return splitOrReject(batch, error)
      if (state === 'open') warn(troubleOf(verdict, error))
      if (state !== 'closed') state = verdict === 'pause' ? 'paused' : 'retrying'
      for (const entry of batch) if (entry.until === 'closed') release(entry, notAcknowledged(reasonOf(error), error))
      const wait = backoff(verdict === 'pause' ? 10 : attempt, error, options.random)
      // Whoever flushes has little time.
      await waits.sleep(idle.size > 0 ? Math.min(wait, SHORTEST_WAIT) : wait)
    }
    giveUp(batch)
  }

  async function attemptOf(
    batch: readonly Entry[],
  ): Promise<{ readonly results: readonly AppendResult[] } | { readonly error: unknown }> {
    try {
      const results = await waits.within(limits.attemptMs, to.append(batch.map((entry) => entry.event)))
      if (results.length === batch.length) return { results }
      const problem = `The service answered ${results.length} results to ${batch.length} events.`
      return { error: new WhodidError('delivery_failed', problem) }
    } catch (error) {
      return { error }
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
    try {
      options.onRejected(entry.event, reason)
    } catch (error) {
      warn(`The option onRejected threw: ${reasonOf(error)}`)
    }
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
      waits.wake()
    })
  }

  async function shut(): Promise<void> {
    await flush()
    abandoned = true
    state = 'closed'
    waits.giveUp()
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
