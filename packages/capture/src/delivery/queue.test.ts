import { type NewEvent, newId, WhodidError } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { type CollectingWriter, createCollectingWriter } from '../../test/collecting-writer.ts'
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts'
import { http } from './http.ts'
import { type Delivery, type DeliveryLimits, resolveLimits } from './options.ts'
import { createDelivery } from './queue.ts'

interface QueueTest {
  readonly writer: CollectingWriter
  readonly clock: ManualClock
  readonly delivery: Delivery
  readonly warnings: string[]
  readonly rejected: (readonly [NewEvent, string])[]
  event(fields?: Partial<NewEvent>): NewEvent
}

function createQueue(limits: Partial<DeliveryLimits> = {}, random = () => 0.5): QueueTest {
  const writer = createCollectingWriter()
  const clock = createManualClock()
  const warnings: string[] = []
  const rejected: (readonly [NewEvent, string])[] = []
  const delivery = createDelivery({
    to: writer,
    instance: 'host:1',
    limits: resolveLimits({ lingerMs: 50, ...limits }, writer),
    clock,
    random,
    warn: (message) => warnings.push(message),
    onRejected: (event, reason) => rejected.push([event, reason]),
  })
  const event = (fields: Partial<NewEvent> = {}): NewEvent => ({
    id: newId(clock.now()),
    action: 'project.created',
    actor: { type: 'user', id: 'u1' },
    resource: { type: 'project', id: 'p1' },
    ...fields,
  })
  return { writer, clock, delivery, warnings, rejected, event }
}

const away = new WhodidError('delivery_failed', 'Nobody there.')

describe('batches', () => {
  test('events linger, and keep their order', async () => {
    const { writer, clock, delivery, event } = createQueue()
    const events = [event(), event(), event()]
    for (const each of events) delivery.add(each, 'buffered')
    await clock.advance(49)
    expect(writer.batches).toEqual([])
    await clock.advance(1)
    expect(writer.batches).toEqual([events])
    expect(delivery.stats()).toMatchObject({ queued: 0, queuedBytes: 0, delivered: 3, state: 'open' })
  })

  test('batches stay within the limits of events and bytes', async () => {
    const { writer, clock, delivery, event } = createQueue({ batchEvents: 4, batchBytes: 10_000 })
    for (let count = 0; count < 10; count += 1) delivery.add(event(), 'buffered')
    await clock.advance(0)
    expect(writer.batches.map((batch) => batch.length)).toEqual([4, 4])
    await clock.advance(50)
    expect(writer.batches.map((batch) => batch.length)).toEqual([4, 4, 2])
    for (let count = 0; count < 3; count += 1)
      delivery.add(event({ metadata: { text: 'x'.repeat(6_000) } }), 'buffered')
    await clock.advance(50)
    expect(writer.batches.slice(3).map((batch) => batch.length)).toEqual([1, 1, 1])
  })

  test('a local writer receives events in the next turn of the event loop', async () => {
    const { writer, clock, event } = createQueue()
    const local = createDelivery({
      to: writer,
      instance: 'host:1',
      limits: resolveLimits(undefined, writer),
      clock,
      random: () => 0,
      warn: () => {},
      onRejected: undefined,
    })
    const events = [event(), event(), event()]
    for (const each of events) local.add(each, 'buffered')
    expect(clock.waiting).toEqual([0])
    await clock.advance(0)
    expect(writer.batches).toEqual([events])
  })

  test('lingers as long as the limits say, or else the writer', () => {
    const writer = createCollectingWriter()
    const remote = http({ url: 'https://audit.example.com', key: 'k' })
    expect(resolveLimits(undefined, writer).lingerMs).toBe(0)
    expect(resolveLimits({}, remote).lingerMs).toBe(50)
    expect(resolveLimits({ lingerMs: 7 }, remote).lingerMs).toBe(7)
    expect(resolveLimits({ lingerMs: 7, batchEvents: 3 }, writer)).toMatchObject({ lingerMs: 7, batchEvents: 3 })
  })

  test('a durable event does not linger', async () => {
    const { writer, clock, delivery, event } = createQueue()
    const settled = delivery.add(event(), 'durable')
    await clock.advance(0)
    expect(writer.events).toHaveLength(1)
    await expect(settled).resolves.toBeUndefined()
  })
})

describe('a service that is unavailable', () => {
  test('is retried with growing delays, and misses nothing', async () => {
    const { writer, clock, delivery, warnings, event } = createQueue({}, () => 1)
    writer.failures.push(...Array.from({ length: 8 }, () => away))
    delivery.add(event(), 'buffered')
    await clock.advance(50)
    const waits: number[] = []
    while (writer.events.length === 0) {
      const [wait = 0] = clock.waiting
      waits.push(wait)
      await clock.advance(wait)
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
    expect(delivery.stats()).toMatchObject({ delivered: 1, lost: 0, state: 'open' })
    expect(warnings).toEqual([
      expect.stringContaining('Could not deliver events'),
      expect.stringContaining('delivered again'),
    ])
  })

  test('is retried after at least half a second', async () => {
    const { writer, clock, delivery, event } = createQueue({}, () => 0)
    writer.failures.push(away, away, away)
    delivery.add(event(), 'buffered')
    await clock.advance(50)
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(clock.waiting).toEqual([500])
      await clock.advance(500)
    }
    expect(writer.events).toHaveLength(1)
  })

  test('sets the delay with `retryAfter`', async () => {
    const { writer, clock, delivery, event } = createQueue()
    writer.failures.push(new WhodidError('rate_limited', 'Slow down.', { retryAfter: 90 }))
    delivery.add(event(), 'buffered')
    await clock.advance(50)
    expect(clock.waiting).toEqual([90_000])
    await clock.advance(90_000)
    expect(writer.events).toHaveLength(1)
  })

  test('times out when it hangs, and does not store events twice', async () => {
    const { writer, clock, delivery, event } = createQueue()
    let answer = () => {}
    writer.failures.push(new Promise((resolve) => (answer = resolve)))
    delivery.add(event(), 'buffered')
    await clock.advance(50 + 30_000)
    expect(delivery.stats()).toMatchObject({ queued: 1, state: 'retrying' })
    answer()
    await clock.advance(30_000)
    expect(writer.batches).toHaveLength(2)
    expect(writer.events).toHaveLength(1)
  })

  test('pauses the queue when it rejects the key, and loses nothing', async () => {
    const { writer, clock, delivery, warnings, event } = createQueue({}, () => 0)
    writer.failures.push(new WhodidError('unauthenticated', 'No such key.'))
    delivery.add(event(), 'buffered')
    await clock.advance(50)
    expect(delivery.stats()).toMatchObject({ queued: 1, rejected: 0, state: 'paused' })
    expect(warnings).toEqual([expect.stringContaining('No such key.')])
    await clock.advance(30_000)
    expect(writer.events).toHaveLength(1)
  })
})

describe('a rejected event', () => {
  test('is reported with its reason, and the rest of the batch is stored', async () => {
    const { writer, clock, delivery, warnings, rejected, event } = createQueue()
    const events = [event(), event(), event()]
    writer.rejectedIds.add(events[1]?.id ?? '')
    const settled = events.map((each) => delivery.add(each, 'durable'))
    await clock.advance(0)
    expect((await Promise.allSettled(settled)).map((each) => each.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(writer.events).toEqual([events[0], events[2]])
    expect(rejected).toEqual([[events[1], 'invalid_event: it is invalid']])
    expect(warnings).toEqual([expect.stringContaining('it is invalid')])
    expect(delivery.stats()).toMatchObject({ delivered: 2, rejected: 1, queued: 0, queuedBytes: 0 })
  })

  test('is found by halving a batch that fails as a whole', async () => {
    const { writer, clock, delivery, rejected, event } = createQueue()
    const events = Array.from({ length: 9 }, () => event())
    const { append } = writer
    const spoiled = {
      ...writer,
      async append(batch: readonly NewEvent[]) {
        if (batch.some((each) => each === events[6])) throw new WhodidError('payload_too_large', 'Too large.')
        return append(batch)
      },
    }
    const own = createDelivery({
      to: spoiled,
      instance: 'host:1',
      limits: resolveLimits({ lingerMs: 50 }, spoiled),
      clock,
      random: () => 0,
      warn: () => {},
      onRejected: (each, reason) => rejected.push([each, reason]),
    })
    for (const each of events) own.add(each, 'buffered')
    await clock.advance(50)
    expect(rejected).toEqual([[events[6], 'Too large.']])
    expect(new Set(writer.events)).toEqual(new Set(events.filter((each) => each !== events[6])))
    expect(delivery.stats().lost).toBe(0)
  })

  test('a wrong address rejects the batch without halving it', async () => {
    const { writer, clock, delivery, event } = createQueue()
    writer.failures.push(new WhodidError('not_found', 'No such path.'))
    for (let count = 0; count < 100; count += 1) delivery.add(event(), 'buffered')
    await clock.advance(50)
    expect(delivery.stats()).toMatchObject({ rejected: 100, queued: 0 })
    expect(writer.batches).toHaveLength(0)
  })
})

describe('memory', () => {
  test('is limited: lost events are counted, and reported when the service is available', async () => {
    const { writer, clock, delivery, warnings, event } = createQueue({ maxEvents: 10 })
    writer.failures.push(away)
    for (let count = 0; count < 10; count += 1) delivery.add(event({ tenantId: 'acme' }), 'buffered')
    await clock.advance(100)
    const from = clock.now()
    for (let count = 0; count < 3; count += 1) delivery.add(event({ tenantId: 'acme' }), 'buffered')
    await clock.advance(100)
    const to = clock.now()
    delivery.add(event({ tenantId: 'acme' }), 'buffered')
    delivery.add(event({ tenantId: 'umbrella' }), 'buffered')
    expect(delivery.stats()).toMatchObject({ queued: 10, lost: 5 })
    expect(warnings.filter((warning) => warning.includes('full'))).toHaveLength(1)
    await clock.advance(30_000)
    const gaps = writer.events.filter((each) => each.action === 'audit.gap')
    const time = (ms: number) => new Date(ms).toISOString()
    expect(gaps).toMatchObject([
      {
        tenantId: 'acme',
        resource: { type: 'trail', id: 'host:1' },
        metadata: { instance: 'host:1', from: time(from), to: time(to), count: 4 },
      },
      { tenantId: 'umbrella', metadata: { from: time(to), to: time(to), count: 1 } },
    ])
    expect(delivery.stats()).toMatchObject({ queued: 0, queuedBytes: 0, lost: 5 })
  })

  test('is limited in bytes too', async () => {
    const { clock, writer, delivery, event } = createQueue({ maxBytes: 100_000 })
    writer.failures.push(away)
    for (let count = 0; count < 100; count += 1)
      delivery.add(event({ metadata: { text: 'x'.repeat(10_000) } }), 'buffered')
    await clock.advance(50)
    const { queued, queuedBytes, lost } = delivery.stats()
    expect(queuedBytes).toBeLessThanOrEqual(100_000)
    expect(queued).toBeGreaterThan(5)
    expect(queued + lost).toBe(100)
  })

  test('rejects the promise of an event that does not fit', async () => {
    const { writer, clock, delivery, event } = createQueue({ maxEvents: 1 })
    writer.failures.push(away)
    delivery.add(event(), 'buffered')
    await expect(delivery.add(event(), 'closed')).rejects.toMatchObject({ code: 'overloaded' })
    await clock.advance(30_000)
  })
})

describe('an action with onFailure closed', () => {
  test('fails with the first attempt, while the event stays queued', async () => {
    const { writer, clock, delivery, event } = createQueue()
    writer.failures.push(away)
    const first = delivery.add(event(), 'closed')
    const failed = expect(first).rejects.toMatchObject({ code: 'delivery_failed' })
    await clock.advance(0)
    await failed
    await expect(delivery.add(event(), 'closed')).rejects.toMatchObject({ code: 'delivery_failed' })
    await clock.advance(30_000)
    expect(writer.events).toHaveLength(2)
    await clock.advance(0)
    const last = delivery.add(event(), 'closed')
    await clock.advance(0)
    await expect(last).resolves.toBeUndefined()
    expect(clock.waiting).toEqual([])
  })

  test('does not wait for a service that hangs', async () => {
    const { writer, clock, delivery, event } = createQueue()
    writer.failures.push(new Promise(() => {}))
    const failed = expect(delivery.add(event(), 'closed')).rejects.toMatchObject({ code: 'delivery_failed' })
    await clock.advance(5_000)
    await failed
    expect(delivery.stats().queued).toBe(1)
  })
})

describe('flush and close', () => {
  test('flush delivers lingering events and retries at once', async () => {
    const { writer, clock, delivery, event } = createQueue()
    delivery.add(event(), 'buffered')
    await delivery.flush()
    expect(writer.events).toHaveLength(1)
    writer.failures.push(away)
    delivery.add(event(), 'buffered')
    await clock.advance(50)
    await delivery.flush()
    expect(writer.events).toHaveLength(2)
    expect(clock.waiting).toEqual([])
  })

  test('flush retries with short delays', async () => {
    const { writer, clock, delivery, event } = createQueue({}, () => 1)
    writer.failures.push(away, away, away, away, away)
    delivery.add(event(), 'buffered')
    await clock.advance(5_000)
    const flushed = delivery.flush()
    await clock.advance(2_000)
    await flushed
    expect(writer.events).toHaveLength(1)
  })

  test('close delivers, then accepts no more events', async () => {
    const { writer, delivery, warnings, event } = createQueue()
    delivery.add(event(), 'buffered')
    await Promise.all([delivery.close(), delivery.close()])
    expect(writer.events).toHaveLength(1)
    expect(delivery.add(event(), 'buffered')).toBeUndefined()
    await expect(delivery.add(event(), 'durable')).rejects.toMatchObject({ code: 'closed' })
    expect(delivery.stats()).toMatchObject({ delivered: 1, lost: 2, state: 'closed' })
    expect(warnings).toEqual([expect.stringContaining('closed'), expect.stringContaining('closed')])
  })

  test('close gives up after ten seconds, and reports the losses', async () => {
    const { writer, clock, delivery, warnings, event } = createQueue({ batchEvents: 2 })
    writer.failures.push(new Promise(() => {}))
    const durable = delivery.add(event(), 'durable')
    const failed = expect(durable).rejects.toMatchObject({ code: 'closed' })
    delivery.add(event(), 'buffered')
    delivery.add(event(), 'buffered')
    await clock.advance(50)
    let isClosed = false
    const closed = delivery.close().then(() => (isClosed = true))
    await clock.advance(9_999)
    expect(isClosed).toBe(false)
    await clock.advance(1)
    await closed
    await failed
    expect(delivery.stats()).toEqual({ queued: 0, queuedBytes: 0, delivered: 0, rejected: 0, lost: 3, state: 'closed' })
    expect(warnings.at(-1)).toContain('3 undelivered events')
  })
})
