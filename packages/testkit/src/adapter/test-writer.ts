import type { AppendResult, EventWriter, NewEvent } from '@whodid/core'
import { createGate } from './gate.ts'

/** An append that a test holds open. */
interface HeldAppend {
  /** Resolves when the trail calls `append`. */
  readonly started: Promise<void>
  /** Stores the events and answers the trail. */
  release(): void
}

/** A writer in memory. A test can hold its next append open, or let it fail. */
export interface TestWriter extends EventWriter {
  readonly stored: readonly NewEvent[]
  holdNext(): HeldAppend
  failNext(): void
  /** Resolves when the next events are stored. */
  waitForEvents(): Promise<void>
}

export function createTestWriter(): TestWriter {
  const stored: NewEvent[] = []
  let beforeNext: (() => void | Promise<void>) | undefined
  let nextEvents = createGate()
  return {
    stored,
    async append(events) {
      const before = beforeNext
      beforeNext = undefined
      await before?.()
      stored.push(...events)
      nextEvents.open()
      nextEvents = createGate()
      return events.map(
        (event): AppendResult => ({ id: event.id ?? '', outcome: 'stored', seq: stored.length, leafHash: '' }),
      )
    },
    holdNext() {
      const start = createGate()
      const end = createGate()
      beforeNext = () => {
        start.open()
        return end.opened
      }
      return { started: start.opened, release: end.open }
    },
    failNext() {
      beforeNext = () => {
        throw new Error('connect ECONNREFUSED')
      }
    },
    waitForEvents: () => nextEvents.opened,
  }
}
