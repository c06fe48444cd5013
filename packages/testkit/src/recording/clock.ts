import type { Clock } from '@whodid/capture'

// Taken before a test can replace the timers of the machine with fake ones.
const { setTimeout, clearTimeout, setImmediate, clearImmediate } = globalThis

/** The clock of the machine. While a test has fake timers, its time is the fake one, and its own timers go on. */
export const testClock: Clock = {
  now: () => Date.now(),
  after(ms, fn, keepAlive) {
    if (ms === 0) {
      const immediate = setImmediate(fn)
      if (!keepAlive) immediate.unref()
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(fn, ms)
    if (!keepAlive) timer.unref()
    return () => clearTimeout(timer)
  },
}
