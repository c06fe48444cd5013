import type { Filter, StoredEvent } from '@whodid/core'
import { matchesFilter } from '@whodid/core/browser'
import { useEffect, useRef } from 'react'
import { useActivityContext } from '../provider/context.ts'
import { useCatalog } from '../provider/use-service.ts'

/**
 * Calls `onEvent` with each new event that matches the filter, from the provider's live stream.
 *
 * @example
 * useLiveEvents((event) => event.severity === 'critical' && notify(event.description))
 */
export function useLiveEvents(onEvent: (event: StoredEvent) => void, filter: Filter = {}): void {
  const { liveHub } = useActivityContext()
  const { catalog } = useCatalog()
  const latest = useRef({ onEvent, filter, catalog })
  useEffect(() => {
    latest.current = { onEvent, filter, catalog }
  })
  useEffect(
    () =>
      liveHub.subscribe((event) => {
        if (matchesFilter(latest.current.filter, event, latest.current.catalog)) latest.current.onEvent(event)
      }),
    [liveHub],
  )
}
