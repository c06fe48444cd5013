import { WhodidError } from '@whodid/core'
import type { Caller } from '../auth/caller.ts'
import { NOBODY, permit } from '../auth/permission.ts'
import type { Rights } from '../auth/revocation.ts'
import type { Call } from '../calls.ts'
import type { Verb } from '../operations/operation.ts'
import { networkOf } from './address.ts'
import {
  type Allowance,
  type Budget,
  createBudget,
  createOpenCount,
  DEFAULT_LIMITS,
  type Limits,
  type RateLimit,
} from './rate-limit.ts'

/** What a caller may do right now, in one request. */
export interface Gate {
  /**
   * Throws unless the caller may use a verb: `unauthenticated`, `forbidden`, or `rate_limited` when they have used up what
   * they may ask for. A stream or an export that it lets through counts until the call ends, and a stream ends with the
   * right that it hangs on.
   */
  admit(asker: Caller, verb: Pick<Verb, 'needs' | 'answers'>): void
  /** Counts events against the key that sends them, beside the one of {@link admit}. */
  sent(asker: Caller, events: number): void
  /** Throws `rate_limited` when too many attempts from this address failed. */
  attempt(): void
  /** Writes into an answer what is left, as the draft of RateLimit header fields has it. */
  stamp(response: Response): Response
}

/** Who asks, as far as limits go: viewers of different tenants may have the same id. */
function callerOf({ viewer }: Caller): string {
  return JSON.stringify([viewer.id, viewer.tenants[0]])
}

function policyOf(name: string, { quota, seconds }: RateLimit) {
  return `"${name}";q=${quota};w=${seconds}`
}

/** Makes the gates of a service: one for each request, over budgets that they share. */
export function createGates(given: Partial<Limits>, now: () => number, rights: Rights) {
  const limits = { ...DEFAULT_LIMITS, ...given }
  const budgetOf = (limit: RateLimit | null) => limit && createBudget(limit, now)
  const budgets = {
    events: budgetOf(limits.events),
    calls: budgetOf(limits.calls),
    attempts: budgetOf(limits.attempts),
  }
  const exports = limits.exports && createOpenCount('exports', limits.exports)
  const streams = limits.streams && createOpenCount('streams', limits.streams)

  /** A gate for a call from an address, where that is known. */
  return (call: Call, ip: string | undefined): Gate => {
    const address = ip === undefined || ip === '' ? null : networkOf(ip)
    let told: { readonly name: keyof typeof budgets; readonly allowance: Allowance } | undefined

    const refuse = (name: keyof typeof budgets, budget: Budget, caller: string, what: string): never => {
      const allowance = budget.left(caller)
      const { quota, seconds } = allowance.limit
      told = { name, allowance }
      throw new WhodidError(
        'rate_limited',
        `More than ${quota} ${what} in ${seconds} seconds is too many: go on in ${allowance.reset} seconds, and more slowly.`,
        { retryAfter: allowance.reset },
      )
    }
    const take = (name: keyof typeof budgets, caller: string, what: string) => {
      const budget = budgets[name]
      if (!budget) return
      const allowance = budget.take(caller, 1) ?? refuse(name, budget, caller, what)
      told = { name, allowance }
    }

    return {
      admit(asker, verb) {
        if (verb.needs === 'nothing') return
        if (asker.viewer === NOBODY && address !== null) take('attempts', address, 'calls by nobody who may')
        permit(asker.viewer, verb.needs, asker.refusal)
        const caller = callerOf(asker)
        if (verb.needs === 'ingest') take('events', caller, 'events')
        else take('calls', caller, 'calls')
        if (verb.answers === 'file') exports?.enter(caller, call.signal)
        if (verb.answers === 'events') streams?.enter(caller, call.signal)
        if (verb.answers === 'file' || verb.answers === 'events') rights.watch(asker, call, verb.answers)
      },
      sent(asker, events) {
        const more = events - 1
        if (!budgets.events || more <= 0) return
        const caller = callerOf(asker)
        budgets.events.take(caller, more)
        told = { name: 'events', allowance: budgets.events.left(caller) }
      },
      attempt() {
        if (!budgets.attempts || address === null) return
        if (budgets.attempts.left(address).rest < 1) refuse('attempts', budgets.attempts, address, 'wrong keys')
      },
      stamp(response) {
        if (!told) return response
        const { name, allowance } = told
        response.headers.set('ratelimit-policy', policyOf(name, allowance.limit))
        response.headers.set('ratelimit', `"${name}";r=${allowance.rest};t=${allowance.reset}`)
        if (response.status === 429 && allowance.rest === 0) {
          response.headers.set('retry-after', String(allowance.reset))
        }
        return response
      },
    }
  }
}
