/** Time and timers, so that tests can hold them in their hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Calls `fn` once after `ms`; the returned function calls it off.
   * A timer that is not `holding` lets the process end before it fires.
   */
  after(ms: number, fn: () => void, holding: boolean): () => void
}

/** The time of the machine. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, fn, holding) {
    const timer = setTimeout(fn, ms)
    if (!holding) timer.unref()
    return () => clearTimeout(timer)
  },
}
