import type { Filter, StoredEvent } from '@whodid/core/browser'
import { useEffect, useRef } from 'react'
import { matchesFilter } from '../filter/matches-filter.ts'
import { useActivityContext } from '../provider/context.ts'
import { useCatalog } from '../provider/use-service.ts'

/**
 * Calls `onEvent` with each new event that matches, as it happens, from the provider's one stream.
 *
 * @example
 * useLiveEvents((event) => event.severity === 'critical' && notify(event.description))
 */
export function useLiveEvents(onEvent: (event: StoredEvent) => void, filter: Filter = {}): void {
  const { live } = useActivityContext()
  const { catalog } = useCatalog()
  const latest = useRef({ onEvent, filter, catalog })
  useEffect(() => {
    latest.current = { onEvent, filter, catalog }
  })
  useEffect(
    () =>
      live.subscribe((event) => {
        if (matchesFilter(latest.current.filter, event, latest.current.catalog)) latest.current.onEvent(event)
      }),
    [live],
  )
}
