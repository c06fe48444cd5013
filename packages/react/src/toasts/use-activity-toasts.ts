import type { Filter, StoredEvent } from '@whodid/core'
import { useCallback, useState } from 'react'
import { useLiveEvents } from '../events/use-live-events.ts'

/** Options of `useActivityToasts`. */
export interface ActivityToastsOptions {
  /** Filter of the events to show. @default critical events */
  readonly filter?: Filter | undefined
  /** Maximum toasts. The oldest are removed first. @default 3 */
  readonly limit?: number | undefined
}

/** Result of `useActivityToasts`. */
export interface ActivityToastsControl {
  /** Events to show, newest first. */
  readonly events: readonly StoredEvent[]
  dismiss(id: string): void
  dismissAll(): void
}

const CRITICAL: Filter = { severity: ['critical'] }
const DEFAULT_LIMIT = 3

/**
 * Returns new events to show as toasts, from the provider's live stream. Each stays until it is dismissed or replaced by newer
 * ones.
 *
 * @example
 * const { events, dismiss } = useActivityToasts({ filter: { severity: ['critical', 'warning'] } })
 */
export function useActivityToasts(options: ActivityToastsOptions = {}): ActivityToastsControl {
  const { filter = CRITICAL, limit = DEFAULT_LIMIT } = options
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
