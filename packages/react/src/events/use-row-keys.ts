import type { StoredEvent } from '@whodid/core'
import { type KeyboardEvent, useCallback, useState } from 'react'

/** Handlers of a list's keyboard shortcuts. */
export interface RowKeys {
  onOpen(event: StoredEvent): void
  onSelect?: ((event: StoredEvent, range: boolean) => void) | undefined
  onArchive?: ((event: StoredEvent) => void) | undefined
  onSeen?: ((event: StoredEvent) => void) | undefined
  onEscape?: (() => void) | undefined
}

/**
 * Adds keyboard navigation to the rows of a list: arrows or j and k, Home and End move. Enter opens, x selects, e archives,
 * s marks as seen. Enter inside a row's control activates the control.
 *
 * @param focus - scrolls a row into view and focuses it
 */
export function useRowKeys(events: readonly StoredEvent[], keys: RowKeys, focus: (index: number) => void) {
  const [currentId, setCurrentId] = useState<string | null>(null)
  const currentIndex = events.findIndex(({ id }) => id === currentId)
  const current = Math.max(0, currentIndex)

  const moveTo = useCallback(
    (index: number) => {
      const event = events[Math.max(0, Math.min(index, events.length - 1))]
      if (!event) return
      setCurrentId(event.id)
      focus(events.indexOf(event))
    },
    [events, focus],
  )

  const onKeyDown = (press: KeyboardEvent<HTMLElement>) => {
    if (press.defaultPrevented || press.ctrlKey || press.metaKey || press.altKey) return
    const target = press.target as HTMLElement
    const inControl = target.closest('button, a, input, select, textarea, [role="link"]') !== null
    const event = events[current]
    const action = {
      ArrowDown: () => moveTo(current + 1),
      j: () => moveTo(current + 1),
      ArrowUp: () => moveTo(current - 1),
      k: () => moveTo(current - 1),
      Home: () => moveTo(0),
      End: () => moveTo(events.length - 1),
      Enter: inControl ? undefined : () => event && keys.onOpen(event),
      x: keys.onSelect && (() => event && keys.onSelect?.(event, false)),
      X: keys.onSelect && (() => event && keys.onSelect?.(event, true)),
      e: keys.onArchive && (() => event && keys.onArchive?.(event)),
      s: keys.onSeen && (() => event && keys.onSeen?.(event)),
      Escape: keys.onEscape,
    }[press.key]
    if (!action) return
    press.preventDefault()
    action()
  }

  return { current, setCurrent: setCurrentId, moveTo, onKeyDown }
}
