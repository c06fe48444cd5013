import { WhodidError } from '@whodid/core'
import { createLru } from '../lru.ts'

/** How much may be asked for: `quota` at once, and as much again in each `seconds`, evenly. */
export interface RateLimit {
  readonly quota: number
  readonly seconds: number
}

/** How many answers may be open at the same time. */
export interface OpenLimit {
  /** By one key or viewer. */
  readonly perViewer: number
  /** By all of them in this process. */
  readonly total: number
}

/** What one process of the service gives to each key and viewer. Null lifts a limit. */
export interface Limits {
  /** Events that one key sends. @default 600,000 in 60 seconds */
  readonly events: RateLimit | null
  /** Calls of one key or viewer that send no events. @default 1,200 in 60 seconds */
  readonly calls: RateLimit | null
  /** Calls from one address by nobody who may, where the address is known. @default 300 in 60 seconds */
  readonly attempts: RateLimit | null
  /** Exports. @default 4 of one viewer, 64 in all */
  readonly exports: OpenLimit | null
  /** Live streams. @default 32 of one viewer, 4,096 in all */
  readonly streams: OpenLimit | null
}

export const DEFAULT_LIMITS: Limits = {
  events: { quota: 600_000, seconds: 60 },
  calls: { quota: 1_200, seconds: 60 },
  attempts: { quota: 300, seconds: 60 },
  exports: { perViewer: 4, total: 64 },
  streams: { perViewer: 32, total: 4_096 },
}

/** Callers whose budget is kept in mind; who has asked for nothing for longest has a full one. */
const REMEMBERED = 10_000

/** What is left of a budget. */
export interface Allowance {
  readonly limit: RateLimit
  /** Whole units; 0 when it is used up. */
  readonly rest: number
  /** Seconds until it is full again, or when it is used up until there is one. */
  readonly reset: number
}

/** A budget for each of many callers: a bucket of tokens that fills steadily. */
export interface Budget {
  /** Takes from it and says what is left. A caller with one token may take many, and owes the rest. Null: nothing was left. */
  take(caller: string, amount: number): Allowance | null
  left(caller: string): Allowance
}

/** Makes a budget, full for everybody. */
export function createBudget(limit: RateLimit, now: () => number): Budget {
  const perMs = limit.quota / limit.seconds / 1000
  const buckets = createLru<{ readonly tokens: number; readonly at: number }>(REMEMBERED)
  const tokensOf = (caller: string): number => {
    const bucket = buckets.get(caller)
    return bucket ? Math.min(limit.quota, bucket.tokens + Math.max(0, now() - bucket.at) * perMs) : limit.quota
  }
  const allowance = (tokens: number): Allowance => {
    const wanted = tokens < 1 ? 1 : limit.quota
    return { limit, rest: Math.max(0, Math.floor(tokens)), reset: Math.ceil((wanted - tokens) / perMs / 1000) }
  }
  return {
    take(caller, amount) {
      const tokens = tokensOf(caller)
      if (tokens < 1) return null
      buckets.set(caller, { tokens: tokens - amount, at: now() })
      return allowance(tokens - amount)
    },
    left: (caller) => allowance(tokensOf(caller)),
  }
}

/** Counts what is open. */
export interface OpenCount {
  /** Counts one more until the signal aborts. Throws `rate_limited` when there are as many as may be. */
  enter(caller: string, signal: AbortSignal): void
}

/** Makes a count of open answers. `what` names them in the refusal. */
export function createOpenCount(what: string, { perViewer, total }: OpenLimit): OpenCount {
  const byCaller = new Map<string, number>()
  let all = 0
  const change = (caller: string, by: 1 | -1) => {
    all += by
    const count = (byCaller.get(caller) ?? 0) + by
    if (count > 0) byCaller.set(caller, count)
    else byCaller.delete(caller)
  }
  const refuse = (why: string) => {
    throw new WhodidError('rate_limited', `${why}: close one, or try again a little later.`, { retryAfter: 5 })
  }
  return {
    enter(caller, signal) {
      if ((byCaller.get(caller) ?? 0) >= perViewer) refuse(`This viewer has ${perViewer} ${what} open already`)
      if (all >= total) refuse(`The service has ${total} ${what} open, and no more at once`)
      if (signal.aborted) return
      change(caller, 1)
      signal.addEventListener('abort', () => change(caller, -1), { once: true })
    },
  }
}
