import type { Asker } from './asker.ts'
import type { Call } from './calls.ts'
import { LIFETIME_MS } from './sse.ts'

const RECHECK_MS = 30_000

/** Ends streams when the right ends that they hang on: a key that is revoked, a token that expires. */
export interface Rights {
  watch(asker: Asker, call: Call): void
  /** Asks of every open stream whether its right still holds. */
  recheck(): Promise<void>
}

/** Makes a watch over open streams, each asked for every `recheckMs` milliseconds, and at once by `recheck`. */
export const createRights = (
  now: () => number,
  { recheckMs = RECHECK_MS }: { readonly recheckMs?: number } = {},
): Rights => {
  const open = new Set<() => Promise<void>>()
  return {
    watch({ right }, call) {
      if (!right || call.signal.aborted) return
      const check = async () => {
        // What cannot be asked does not hold: the reader comes back, and is told why.
        if (!(await right.holds().catch(() => false))) call.end()
      }
      const again = setInterval(check, recheckMs)
      const left = right.until === null ? LIFETIME_MS : right.until - now()
      const over = setTimeout(() => call.end(), Math.min(left, LIFETIME_MS))
      open.add(check)
      const leave = () => {
        clearInterval(again)
        clearTimeout(over)
        open.delete(check)
      }
      call.signal.addEventListener('abort', leave, { once: true })
    },
    async recheck() {
      await Promise.all([...open].map((check) => check()))
    },
  }
}
