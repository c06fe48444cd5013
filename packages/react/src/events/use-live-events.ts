import type { Filter, StoredEvent } from '@whodid/core/browser'
import { useEffect, useRef, useState } from 'react'
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

/** How long a row that has just arrived stands out, in milliseconds. */
const FRESH = 3_000

/** The ids of events that have just arrived, so that their rows can stand out for a moment. */
export function useFreshEvents(): ReadonlySet<string> {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(() => new Set())
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>())
  useLiveEvents((event) => {
    setFresh((before) => new Set(before).add(event.id))
    const timer = setTimeout(() => {
      timers.current.delete(timer)
      setFresh((before) => {
        const after = new Set(before)
        after.delete(event.id)
        return after
      })
    }, FRESH)
    timers.current.add(timer)
  })
  useEffect(() => {
    const running = timers.current
    return () => {
      for (const timer of running) clearTimeout(timer)
    }
  }, [])
  return fresh
}
