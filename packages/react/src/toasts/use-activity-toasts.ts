import type { Filter, StoredEvent } from '@whodid/core/browser'
import { useCallback, useState } from 'react'
import { useLiveEvents } from '../events/use-live-events.ts'

export interface ActivityToastsOptions {
  /** Which new events to give notice of. @default those of severity critical */
  readonly filter?: Filter | undefined
  /** How many stand at a time; the oldest make room. @default 3 */
  readonly limit?: number | undefined
}

/** What `useActivityToasts` gives. */
export interface ActivityToastsControl {
  /** The events to give notice of, newest first. */
  readonly events: readonly StoredEvent[]
  dismiss(id: string): void
  dismissAll(): void
}

const CRITICAL: Filter = { severity: ['critical'] }
const LIMIT = 3

/**
 * New events that deserve a notice at once, from the provider's one live stream. Each stays until it is dismissed or newer
 * ones take its place.
 *
 * @example
 * const { events, dismiss } = useActivityToasts({ filter: { severity: ['critical', 'warning'] } })
 */
export function useActivityToasts(options: ActivityToastsOptions = {}): ActivityToastsControl {
  const { filter = CRITICAL, limit = LIMIT } = options
  const [events, setEvents] = useState<readonly StoredEvent[]>([])
  useLiveEvents(
    (event) => setEvents((before) => [event, ...before.filter(({ id }) => id !== event.id)].slice(0, limit)),
    filter,
  )
  return {
    events,
    dismiss: useCallback((id) => setEvents((before) => before.filter((event) => event.id !== id)), []),
    dismissAll: useCallback(() => setEvents([]), []),
  }
}
