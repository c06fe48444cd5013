import type { StoredEvent } from '@whodid/core'

/** Status of the live stream. `off` when the host disabled it. */
export type LiveStatus = 'off' | 'connecting' | 'live' | 'failed'

/** Distributes new events and status changes of the provider's stream to the components. */
export interface LiveHub {
  /** Calls `listener` with each new event. Returns a function that unsubscribes. */
  subscribe(listener: (event: StoredEvent) => void): () => void
  /** Calls `listener` when the status changes. Returns a function that unsubscribes. */
  onStatus(listener: () => void): () => void
  status(): LiveStatus
  publish(event: StoredEvent): void
  setStatus(status: LiveStatus): void
}

/** Creates a hub. The provider publishes to it. */
export function createLiveHub(): LiveHub {
  const eventListeners = new Set<(event: StoredEvent) => void>()
  const statusListeners = new Set<() => void>()
  let status: LiveStatus = 'off'
  return {
    subscribe(listener) {
      eventListeners.add(listener)
      return () => {
        eventListeners.delete(listener)
      }
    },
    onStatus(listener) {
      statusListeners.add(listener)
      return () => {
        statusListeners.delete(listener)
      }
    },
    status: () => status,
    publish(event) {
      for (const listener of [...eventListeners]) listener(event)
    },
    setStatus(next) {
      if (next === status) return
      status = next
      for (const listener of [...statusListeners]) listener()
    },
  }
}
