import type { StoredEvent } from '@whodid/core/browser'

/** Whether new events arrive: `off` when the host asked for none. */
export type LiveStatus = 'off' | 'connecting' | 'live' | 'failed'

/** Hands each new event of the provider's one stream to every component that listens. */
export interface LiveHub {
  /** Calls `listener` with each new event until the returned function is called. */
  subscribe(listener: (event: StoredEvent) => void): () => void
  /** Calls `listener` when the status changes. */
  onStatus(listener: () => void): () => void
  status(): LiveStatus
  publish(event: StoredEvent): void
  setStatus(status: LiveStatus): void
}

/** Makes a hub. The provider feeds it. */
export function createLiveHub(): LiveHub {
  const events = new Set<(event: StoredEvent) => void>()
  const statuses = new Set<() => void>()
  let status: LiveStatus = 'off'
  return {
    subscribe(listener) {
      events.add(listener)
      return () => {
        events.delete(listener)
      }
    },
    onStatus(listener) {
      statuses.add(listener)
      return () => {
        statuses.delete(listener)
      }
    },
    status: () => status,
    publish(event) {
      for (const listener of [...events]) listener(event)
    },
    setStatus(next) {
      if (next === status) return
      status = next
      for (const listener of [...statuses]) listener()
    },
  }
}
