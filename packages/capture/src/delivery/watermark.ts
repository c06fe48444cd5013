import type { Clock } from './clock.ts'

/** Counts events that are queued and events that are done, in the same order. */
export interface Watermark {
  addQueued(): void
  addDone(): void
  /** Resolves when all events queued so far are done, or after the timeout. */
  wait(): Promise<void>
}

interface Waiter {
  /** The number of queued events that must be done. */
  readonly until: number
  readonly deadline: number
  readonly resolve: () => void
}

/** Creates a watermark. One timer serves all waiters, because they all wait equally long. */
export function createWatermark(clock: Clock, timeoutMs: number): Watermark {
  let queued = 0
  let done = 0
  const waiters: Waiter[] = []
  let cancelTimer: (() => void) | undefined

  function release(): void {
    const now = clock.now()
    const isReleased = ({ until, deadline }: Waiter) => until <= done || deadline <= now
    // Both limits grow along the list.
    const waiting = waiters.findIndex((waiter) => !isReleased(waiter))
    const released = waiting === -1 ? waiters.splice(0) : waiters.splice(0, waiting)
    for (const { resolve } of released) resolve()
    if (released.length === 0 && cancelTimer !== undefined) return
    cancelTimer?.()
    const [first] = waiters
    cancelTimer = first === undefined ? undefined : clock.after(first.deadline - now, onTimeout, false)
  }

  function onTimeout(): void {
    cancelTimer = undefined
    release()
  }

  return {
    addQueued() {
      queued += 1
    },
    addDone() {
      done += 1
      const [first] = waiters
      if (first !== undefined && first.until <= done) release()
    },
    wait() {
      if (done >= queued) return Promise.resolve()
      return new Promise((resolve) => {
        const now = clock.now()
        waiters.push({ until: queued, deadline: now + timeoutMs, resolve })
        const [first] = waiters
        if (waiters.length === 1 || (first !== undefined && first.deadline <= now)) release()
      })
    },
  }
}
