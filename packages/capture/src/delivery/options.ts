import type { EventWriter, NewEvent } from '@whodid/core'
import type { Clock } from './clock.ts'

/** Limits of memory, batches, and time. */
export interface DeliveryLimits {
  /** Maximum events in memory. Further events are lost, and counted. @default 20_000 */
  readonly maxEvents: number
  /** Maximum bytes in memory, approximately. @default 33_554_432 */
  readonly maxBytes: number
  /** Maximum events per batch. @default 500 */
  readonly batchEvents: number
  /** Maximum bytes per batch, approximately. @default 1_048_576 */
  readonly batchBytes: number
  /** Milliseconds that an event waits for a batch to fill up. @default the writer's: 0 for a service, 50 for `http()` */
  readonly lingerMs: number
  /** Milliseconds before an attempt to deliver a batch fails. @default 30_000 */
  readonly requestTimeoutMs: number
  /** Milliseconds that an action with `onFailure: 'closed'` waits for its acknowledgment. @default 5_000 */
  readonly ackTimeoutMs: number
  /** Maximum milliseconds of `flush` and `close`. @default 10_000 */
  readonly flushTimeoutMs: number
}

/** Fills in the defaults. */
export function resolveLimits(limits: Partial<DeliveryLimits> | undefined, to: EventWriter): DeliveryLimits {
  return {
    maxEvents: 20_000,
    maxBytes: 32 * 1_048_576,
    batchEvents: 500,
    batchBytes: 1_048_576,
    lingerMs: to.lingerMs ?? 0,
    requestTimeoutMs: 30_000,
    ackTimeoutMs: 5_000,
    flushTimeoutMs: 10_000,
    ...limits,
  }
}

/** Counters of a trail. */
export interface TrailStats {
  /** Events in memory, including batches in flight. */
  readonly queued: number
  readonly queuedBytes: number
  readonly delivered: number
  /** Events that the service rejected for good. */
  readonly rejected: number
  /** Events that never reached the service, because memory was full or the trail was closed. */
  readonly lost: number
  readonly state: 'open' | 'retrying' | 'paused' | 'closed'
}

/** Options for `createDelivery`. */
export interface DeliveryOptions {
  readonly to: EventWriter
  /** @default host name, process id, and a random part */
  readonly instance: string | undefined
  readonly limits: DeliveryLimits
  readonly clock: Clock
  readonly random: () => number
  readonly warn: (message: string) => void
  readonly onRejected: ((event: NewEvent, reason: string) => void) | undefined
}

/**
 * The moment when the promise of an event settles: at once (`buffered`), when the service has stored it (`durable`), or,
 * for `closed`, also with the first failed attempt.
 */
export type AckMode = 'buffered' | 'durable' | 'closed'

/** A bounded queue in front of a writer. */
export interface Delivery {
  add(event: NewEvent, ackMode: AckMode): Promise<void> | undefined
  /** Resolves when all events so far are delivered, rejected or lost, or after `limits.flushTimeoutMs`. */
  whenDelivered(): Promise<void>
  flush(): Promise<void>
  close(): Promise<void>
  stats(): TrailStats
}
