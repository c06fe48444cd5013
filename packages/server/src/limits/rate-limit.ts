import { WhodidError } from '@whodid/core'
import { createLru } from '../lru.ts'

/** A token bucket: bursts up to `quota`, refilled evenly with `quota` per `seconds`. */
export interface RateLimit {
  readonly quota: number
  readonly seconds: number
}

/** The number of responses that may be open at the same time. */
export interface ConcurrencyLimit {
  /** Per key or viewer. */
  readonly perViewer: number
  /** In this process. */
  readonly total: number
}

/** Limits of one service process. Null removes a limit. */
export interface Limits {
  /** Events sent per key. @default 600,000 in 60 seconds */
  readonly events: RateLimit | null
  /** Other calls per key or viewer. @default 1,200 in 60 seconds */
  readonly calls: RateLimit | null
  /** Unauthenticated calls per client address, when the address is known. @default 300 in 60 seconds */
  readonly attempts: RateLimit | null
  /** Concurrent exports. @default 4 per viewer, 64 in total */
  readonly exports: ConcurrencyLimit | null
  /** Concurrent live streams. @default 32 per viewer, 4,096 in total */
  readonly streams: ConcurrencyLimit | null
}

export const DEFAULT_LIMITS: Limits = {
  events: { quota: 600_000, seconds: 60 },
  calls: { quota: 1_200, seconds: 60 },
  attempts: { quota: 300, seconds: 60 },
  exports: { perViewer: 4, total: 64 },
  streams: { perViewer: 32, total: 4_096 },
}

/** Maximum buckets in memory. The least recently used is evicted. An evicted bucket would have refilled anyway. */
const MAX_BUCKETS = 10_000

/** The state of one token bucket. */
export interface BucketState {
  readonly limit: RateLimit
  /** Whole tokens left. 0 when the bucket is empty. */
  readonly remaining: number
  /** Seconds until the bucket is full, or until the next token if it is empty. */
  readonly resetSeconds: number
}

/** One token bucket per caller. */
interface TokenBuckets {
  /**
   * Takes tokens and returns the new state, or null if the bucket is empty. Succeeds if at least one token is left. The balance
   * may become negative.
   */
  take(caller: string, amount: number): BucketState | null
  peek(caller: string): BucketState
}

/** Creates token buckets, full at first. */
export function createTokenBuckets(limit: RateLimit, now: () => number): TokenBuckets {
  const tokensPerMs = limit.quota / limit.seconds / 1000
  const buckets = createLru<{ readonly tokens: number; readonly at: number }>(MAX_BUCKETS)
  const refill = (caller: string): number => {
    const bucket = buckets.get(caller)
    if (!bucket) return limit.quota
    return Math.min(limit.quota, bucket.tokens + Math.max(0, now() - bucket.at) * tokensPerMs)
  }
  const toState = (tokens: number): BucketState => {
    const target = tokens < 1 ? 1 : limit.quota
    return {
      limit,
      remaining: Math.max(0, Math.floor(tokens)),
      resetSeconds: Math.ceil((target - tokens) / tokensPerMs / 1000),
    }
  }
  return {
    take(caller, amount) {
      const tokens = refill(caller)
      if (tokens < 1) return null
      buckets.set(caller, { tokens: tokens - amount, at: now() })
      return toState(tokens - amount)
    },
    peek: (caller) => toState(refill(caller)),
  }
}

/** Counts open responses. */
interface ConcurrencyLimiter {
  /** Counts one more until the signal aborts. Throws `rate_limited` at the limit. */
  acquire(caller: string, signal: AbortSignal): void
}

/** Creates a limiter of open responses. `name` is the plural used in errors, such as `exports`. */
export function createConcurrencyLimiter(name: string, { perViewer, total }: ConcurrencyLimit): ConcurrencyLimiter {
  const counts = new Map<string, number>()
  let openCount = 0
  const change = (caller: string, by: 1 | -1) => {
    openCount += by
    const count = (counts.get(caller) ?? 0) + by
    if (count > 0) counts.set(caller, count)
    else counts.delete(caller)
  }
  const refuse = (message: string) => {
    throw new WhodidError('rate_limited', message, { retryAfter: 5 })
  }
  return {
    acquire(caller, signal) {
      if ((counts.get(caller) ?? 0) >= perViewer) {
        refuse(`Too many open ${name}: the limit is ${perViewer} per viewer. Close one, or retry in 5 s.`)
      }
      if (openCount >= total) {
        refuse(`The service has too many open ${name}: the limit is ${total}. Retry in 5 s.`)
      }
      if (signal.aborted) return
      change(caller, 1)
      signal.addEventListener('abort', () => change(caller, -1), { once: true })
    },
  }
}
