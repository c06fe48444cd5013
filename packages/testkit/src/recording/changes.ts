import { testClock } from './clock.ts'

/** A counter of changes that can be waited for. */
export interface Changes {
  readonly count: number
  add(): void
  /** Resolves with the first change after `count`, at once if there was one. */
  after(count: number): Promise<void>
}

/** Creates a counter of changes. */
export function createChanges(): Changes {
  const waiting = new Set<() => void>()
  let count = 0
  return {
    get count() {
      return count
    },
    add() {
      count += 1
      for (const resolve of waiting) resolve()
      waiting.clear()
    },
    after: (seen) => (seen === count ? new Promise((resolve) => waiting.add(resolve)) : Promise.resolve()),
  }
}

/** A moment in the future. */
export interface Deadline {
  readonly isOver: boolean
  /** Resolves with `promise`, or when the deadline is over. */
  race(promise: Promise<void>): Promise<void>
  /** Ends the timer. */
  cancel(): void
}

/** Creates a deadline in `ms` milliseconds. */
export function createDeadline(ms: number): Deadline {
  let isOver = ms <= 0
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const cancel = testClock.after(
    ms,
    () => {
      isOver = true
      end()
    },
    true,
  )
  return {
    get isOver() {
      return isOver
    },
    race: (promise) => Promise.race([promise, ended]),
    cancel() {
      cancel()
      end()
    },
  }
}
