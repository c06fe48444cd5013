import type { Clock } from '../src/delivery/clock.ts'

/** A clock that advances only on demand. */
export interface ManualClock extends Clock {
  /** Advances the clock, and fires due timers in order. */
  advance(ms: number): Promise<void>
  /** Milliseconds until each pending timer fires. */
  readonly waiting: readonly number[]
}

/** Creates a manual clock. */
export function createManualClock(start = Date.UTC(2026, 10, 20)): ManualClock {
  let now = start
  let timers: { readonly at: number; readonly fn: () => void }[] = []
  // Lets chained promises settle.
  const settle = async () => {
    for (let turn = 0; turn < 50; turn += 1) await undefined
  }
  return {
    now: () => now,
    after(ms, fn) {
      const timer = { at: now + ms, fn }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    async advance(ms) {
      await settle()
      const end = now + ms
      for (;;) {
        const [next] = timers.filter((timer) => timer.at <= end).sort((one, other) => one.at - other.at)
        if (next === undefined) break
        now = next.at
        timers = timers.filter((timer) => timer !== next)
        next.fn()
        await settle()
      }
      now = end
      await settle()
    },
    get waiting() {
      return timers.map((timer) => timer.at - now)
    },
  }
}
