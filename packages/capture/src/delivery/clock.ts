import { WhodidError } from '@whodid/core'

/** Time and timers. Tests pass their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Calls `fn` once after `ms`, or in the next turn of the event loop for 0. Returns a function that cancels the timer.
   * Without `keepAlive`, the process may exit before the timer fires.
   */
  after(ms: number, fn: () => void, keepAlive: boolean): () => void
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, fn, keepAlive) {
    if (ms === 0 && typeof setImmediate === 'function') {
      const immediate = setImmediate(fn)
      if (!keepAlive) immediate.unref()
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(fn, ms)
    // Only Node has it.
    if (!keepAlive) timer.unref?.()
    return () => clearTimeout(timer)
  },
}

/** The timers of one delivery. One runs at a time, and it can be ended early. */
export interface Timers {
  /** Resolves with the result, or rejects with `delivery_failed` after `ms`. A later result is ignored. */
  withTimeout<T>(ms: number, result: Promise<T>): Promise<T>
  sleep(ms: number): Promise<void>
  /** Ends the current sleep. */
  wake(): void
  /** Ends the current timer, and every sleep from now on. */
  stop(): void
}

/** Creates timers that run on a clock. */
export function createTimers(clock: Clock): Timers {
  let expire: (() => void) | undefined
  let wake: (() => void) | undefined
  let isStopped = false

  return {
    withTimeout(ms, result) {
      return new Promise((resolve, reject) => {
        const onTimeout = () => {
          clear()
          reject(new WhodidError('delivery_failed', `The service did not respond within ${ms} ms.`))
        }
        const cancel = clock.after(ms, onTimeout, true)
        const clear = () => {
          cancel()
          if (expire === onTimeout) expire = undefined
        }
        expire = onTimeout
        result.then(
          (value) => {
            clear()
            resolve(value)
          },
          (error: unknown) => {
            clear()
            reject(error)
          },
        )
      })
    },
    sleep(ms) {
      if (isStopped) return Promise.resolve()
      return new Promise((resolve) => {
        const onWake = () => {
          cancel()
          wake = undefined
          resolve()
        }
        const cancel = clock.after(ms, onWake, false)
        wake = onWake
      })
    },
    wake: () => wake?.(),
    stop() {
      isStopped = true
      expire?.()
      wake?.()
    },
  }
}

/** Work of ended requests, which creates their events off the response path. */
export interface Deferral {
  /**
   * Defers work to the next `setImmediate`. All requests that ended in this turn of the event loop share one callback. With
   * `isUrgent`, all deferred work runs in the next microtask.
   */
  add(work: () => void, isUrgent: boolean): void
  /** Runs the deferred work now. */
  flush(): void
}

/** Age at which a callback that has not run is considered lost. */
const LOST_AFTER_MS = 50

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
    add(work, isUrgent) {
      deferred.push(work)
      if (isUrgent) {
        queueMicrotask(flush)
        return
      }
      const now = clock.now()
      // Some runtimes stop a request after its response, and drop its callbacks.
      if (deferred.length > 1 && now - scheduledAt < LOST_AFTER_MS) return
      scheduledAt = now
      runOutside(() => clock.after(0, flush, true))
    },
    flush,
  }
}
