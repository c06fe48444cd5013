import { WhodidError } from '@whodid/core'
import type { Clock } from './clock.ts'

/** The waits of a delivery, of which there is one at a time, and which can be cut short. */
export interface Waits {
  /** The answer, or a `delivery_failed` when it takes longer. An answer that comes too late changes nothing. */
  within<T>(ms: number, answer: Promise<T>): Promise<T>
  sleep(ms: number): Promise<void>
  /** Ends a sleep now. */
  wake(): void
  /** Ends every wait from now on, for an answer too. */
  giveUp(): void
}

export function createWaits(clock: Clock): Waits {
  let cut: (() => void) | undefined
  let wake: (() => void) | undefined
  let isOver = false

  return {
    within(ms, answer) {
      return new Promise((resolve, reject) => {
        const late = () => {
          done()
          reject(new WhodidError('delivery_failed', `The service has not answered within ${ms} ms.`))
        }
        const cancel = clock.after(ms, late, true)
        const done = () => {
          cancel()
          if (cut === late) cut = undefined
        }
        cut = late
        answer.then(
          (value) => {
            done()
            resolve(value)
          },
          (error: unknown) => {
            done()
            reject(error)
          },
        )
      })
    },
    sleep(ms) {
      if (isOver) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          cancel()
          wake = undefined
          resolve()
        }
        const cancel = clock.after(ms, done, false)
        wake = done
      })
    },
    wake: () => wake?.(),
    giveUp() {
      isOver = true
      cut?.()
      wake?.()
    },
  }
}
