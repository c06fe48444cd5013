import { WhodidError } from '@whodid/core'
import type { Caller } from '../auth/caller.ts'
import { ANONYMOUS_VIEWER, requirePermission } from '../auth/permission.ts'
import type { RevocationWatch } from '../auth/revocation.ts'
import type { Call } from '../calls.ts'
import type { Operation } from '../operations/operation.ts'
import { toNetwork } from './address.ts'
import {
  type BucketState,
  createConcurrencyLimiter,
  createTokenBuckets,
  DEFAULT_LIMITS,
  type Limits,
  type RateLimit,
} from './rate-limit.ts'

/** Checks permissions and rate limits in one request. */
export interface Gate {
  /**
   * Throws unless the caller may run an operation now: `unauthenticated`, `forbidden` or `rate_limited`. An admitted stream
   * or export counts as open until the call ends, and ends when the caller's credential is revoked.
   */
  admit(caller: Caller, operation: Pick<Operation, 'requires' | 'responseType'>): void
  /** Counts the events or routes of a batch. {@link admit} has counted the first. */
  countEvents(caller: Caller, events: number): void
  /** Throws `rate_limited` after too many unauthenticated calls from this address. */
  checkAttempts(): void
  /** Sets the RateLimit headers (IETF draft) of a response. */
  setHeaders(response: Response): Response
}

type LimitName = 'events' | 'calls' | 'attempts'

const UNITS: { readonly [N in LimitName]: string } = {
  events: 'events',
  calls: 'calls',
  attempts: 'unauthenticated calls',
}

/** Viewers of different tenants may have the same id. */
function getBucketKey({ viewer }: Caller): string {
  return JSON.stringify([viewer.id, viewer.tenants[0]])
}

function formatPolicy(name: string, { quota, seconds }: RateLimit) {
  return `"${name}";q=${quota};w=${seconds}`
}

/** Creates a function that makes one gate per request. All gates of a service share the same limits. */
export function createGates(overrides: Partial<Limits>, now: () => number, revocationWatch: RevocationWatch) {
  const limits = { ...DEFAULT_LIMITS, ...overrides }
  const createBuckets = (limit: RateLimit | null) => limit && createTokenBuckets(limit, now)
  const bucketsByLimit = {
    events: createBuckets(limits.events),
    calls: createBuckets(limits.calls),
    attempts: createBuckets(limits.attempts),
  }
  const exports = limits.exports && createConcurrencyLimiter('exports', limits.exports)
  const streams = limits.streams && createConcurrencyLimiter('streams', limits.streams)

  return (call: Call, ip: string | undefined): Gate => {
    const network = ip === undefined || ip === '' ? null : toNetwork(ip)
    let lastState: { readonly name: LimitName; readonly state: BucketState } | undefined

    const refuse = (name: LimitName, state: BucketState): never => {
      lastState = { name, state }
      const { quota, seconds } = state.limit
      throw new WhodidError(
        'rate_limited',
        `Rate limit exceeded (${quota.toLocaleString('en-US')} ${UNITS[name]} / ${seconds} s). Retry in ${state.resetSeconds} s.`,
        { retryAfter: state.resetSeconds },
      )
    }
    const take = (name: LimitName, key: string) => {
      const buckets = bucketsByLimit[name]
      if (!buckets) return
      const state = buckets.take(key, 1) ?? refuse(name, buckets.peek(key))
      lastState = { name, state }
    }

    return {
      admit(caller, operation) {
        if (operation.requires === 'nothing') return
        if (caller.viewer === ANONYMOUS_VIEWER && network !== null) take('attempts', network)
        requirePermission(caller.viewer, operation.requires, caller.rejection)
        const key = getBucketKey(caller)
        take(operation.requires === 'ingest' ? 'events' : 'calls', key)
        if (operation.responseType === 'file') exports?.acquire(key, call.signal)
        if (operation.responseType === 'events') streams?.acquire(key, call.signal)
        if (operation.responseType === 'file' || operation.responseType === 'events') {
          revocationWatch.watch(caller, call, operation.responseType)
        }
      },
      countEvents(caller, events) {
        const buckets = bucketsByLimit.events
        const rest = events - 1
        if (!buckets || rest <= 0) return
        const key = getBucketKey(caller)
        buckets.take(key, rest)
        lastState = { name: 'events', state: buckets.peek(key) }
      },
      checkAttempts() {
        const buckets = bucketsByLimit.attempts
        if (!buckets || network === null) return
        const state = buckets.peek(network)
        if (state.remaining < 1) refuse('attempts', state)
      },
      setHeaders(response) {
        if (!lastState) return response
        const { name, state } = lastState
        response.headers.set('ratelimit-policy', formatPolicy(name, state.limit))
        response.headers.set('ratelimit', `"${name}";r=${state.remaining};t=${state.resetSeconds}`)
        if (response.status === 429 && state.remaining === 0) {
          response.headers.set('retry-after', String(state.resetSeconds))
        }
        return response
      },
    }
  }
}
