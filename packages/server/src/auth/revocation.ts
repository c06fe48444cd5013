import type { Call } from '../calls.ts'
import { LIFETIME_MS } from '../http/sse.ts'
import type { Caller } from './caller.ts'

const RECHECK_MS = 30_000

/** Ends answers that are under way when the right ends that they hang on: a key that is revoked, a token that expires. */
export interface Rights {
  /** A file may outlive a token that expires, or no browser could load a long one, but not one that is revoked. */
  watch(asker: Caller, call: Call, answers: 'events' | 'file'): void
  /** Asks of every open stream into a tenant whether its right still holds. Calls that come meanwhile share the next round. */
  recheck(tenantId: string): Promise<void>
}

/** Makes a watch over open streams, each asked for every `recheckMs` milliseconds, and at once by `recheck`. */
export function createRights(
  now: () => number,
  { recheckMs = RECHECK_MS }: { readonly recheckMs?: number } = {},
): Rights {
  const open = new Map<() => Promise<void>, readonly string[]>()
  const rounds = new Map<string, { readonly now: Promise<void>; next: Promise<void> | null }>()

  const ask = async (tenantId: string): Promise<void> => {
    const checks = [...open].flatMap(([check, tenants]) => (tenants.includes(tenantId) ? [check()] : []))
    await Promise.all(checks)
  }
  const begin = (tenantId: string): Promise<void> => {
    const round = { now: ask(tenantId), next: null }
    rounds.set(tenantId, round)
    const over = () => {
      if (rounds.get(tenantId) === round && round.next === null) rounds.delete(tenantId)
    }
    round.now.then(over, over)
    return round.now
  }

  return {
    watch({ viewer, right }, call, answers) {
      if (!right || call.signal.aborted) return
      const check = async () => {
        // What cannot be asked does not hold: the reader comes back, and is told why.
        if (!(await right.holds().catch(() => false))) call.end()
      }
      const again = setInterval(check, recheckMs)
      const left = right.until === null ? LIFETIME_MS : right.until - now()
      const over = answers === 'events' ? setTimeout(() => call.end(), Math.min(left, LIFETIME_MS)) : undefined
      open.set(check, viewer.tenants)
      const leave = () => {
        clearInterval(again)
        clearTimeout(over)
        open.delete(check)
      }
      call.signal.addEventListener('abort', leave, { once: true })
    },
    recheck(tenantId) {
      const round = rounds.get(tenantId)
      if (!round) return begin(tenantId)
      round.next ??= round.now.then(() => begin(tenantId))
      return round.next
    },
  }
}
