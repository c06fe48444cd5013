import type { Clock } from '../src/delivery/clock.ts'

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves on, and calls what falls due on the way, in order. */
  advance(ms: number): Promise<void>
  /** Milliseconds until each timer that waits. */
  readonly waiting: readonly number[]
}

export function manualClock(start = Date.UTC(2026, 10, 20)): ManualClock {
  let now = start
  let timers: { readonly at: number; readonly fn: () => void }[] = []
  // Lets promises settle that hang on other promises.
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
