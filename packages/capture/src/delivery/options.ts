import type { EventWriter, NewEvent } from '@whodid/core'
import type { Clock } from './clock.ts'

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
