import type { Clock } from '../delivery/clock.ts'

/** Work of ended requests, which creates their events off the response path. */
export interface Deferral {
  /** Defers work to the next `setImmediate`. All requests that ended in this turn of the event loop share one callback. */
  add(work: () => void): void
  /** Runs the deferred work now. */
  flush(): void
}

/** Age at which a callback that has not run is considered lost. */
const LOST_AFTER_MS = 1_000

/** Creates a deferral. `runOutside` calls a function outside the context of every request. */
export function createDeferral(clock: Clock, runOutside: (fn: () => void) => void): Deferral {
  let deferred: (() => void)[] = []
  let scheduledAt = 0

  function flush(): void {
    const works = deferred
    deferred = []
    for (const work of works) work()
  }

  return {
    add(work) {
      deferred.push(work)
      const now = clock.now()
      // Some runtimes stop a request after its response, and drop its callbacks.
      if (deferred.length > 1 && now - scheduledAt < LOST_AFTER_MS) return
      scheduledAt = now
      runOutside(() => clock.after(0, flush, true))
    },
    flush,
  }
}
