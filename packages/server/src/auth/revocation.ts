import type { Call } from '../calls.ts'
import { MAX_STREAM_MS } from '../http/stream.ts'
import type { Caller } from './caller.ts'

const RECHECK_MS = 30_000

/** Ends open responses when the credential of their caller is revoked, and streams when it expires. */
export interface RevocationWatch {
  /** Watches a call. Downloads continue after the token expires, but end when it is revoked. */
  watch(caller: Caller, call: Call, answers: 'events' | 'file'): void
  /**
   * Rechecks the credential of every open response of a tenant. Calls made during a recheck are combined into one further
   * recheck.
   */
  recheck(tenantId: string): Promise<void>
}

/** Creates a watch that rechecks every open response each `recheckMs` milliseconds, and at once on `recheck`. */
export function createRevocationWatch(
  now: () => number,
  { recheckMs = RECHECK_MS }: { readonly recheckMs?: number } = {},
): RevocationWatch {
  const openChecks = new Map<() => Promise<void>, readonly string[]>()
  const rounds = new Map<string, { readonly current: Promise<void>; next: Promise<void> | null }>()

  const checkTenant = async (tenantId: string): Promise<void> => {
    const checks = [...openChecks].flatMap(([check, tenants]) => (tenants.includes(tenantId) ? [check()] : []))
    await Promise.all(checks)
  }
  const startRound = (tenantId: string): Promise<void> => {
    const round = { current: checkTenant(tenantId), next: null }
    rounds.set(tenantId, round)
    const removeRound = () => {
      if (rounds.get(tenantId) === round && round.next === null) rounds.delete(tenantId)
    }
    round.current.then(removeRound, removeRound)
    return round.current
  }

  return {
    watch({ viewer, credential }, call, answers) {
      if (!credential || call.signal.aborted) return
      const check = async () => {
        // A failed check ends the call too: the client reconnects and gets the error.
        if (!(await credential.isValid().catch(() => false))) call.end()
      }
      const interval = setInterval(check, recheckMs)
      const remainingMs = credential.expiresAt === null ? MAX_STREAM_MS : credential.expiresAt - now()
      const timeout =
        answers === 'events' ? setTimeout(() => call.end(), Math.min(remainingMs, MAX_STREAM_MS)) : undefined
      openChecks.set(check, viewer.tenants)
      const stop = () => {
        clearInterval(interval)
        clearTimeout(timeout)
        openChecks.delete(check)
      }
      call.signal.addEventListener('abort', stop, { once: true })
    },
    recheck(tenantId) {
      const round = rounds.get(tenantId)
      if (!round) return startRound(tenantId)
      round.next ??= round.current.then(() => startRound(tenantId))
      return round.next
    },
  }
}
