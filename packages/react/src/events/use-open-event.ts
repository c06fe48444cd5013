import type { StoredEvent } from '@whodid/core/browser'
import { useCallback, useEffect, useState } from 'react'
import { useActivityContext } from '../provider/context.ts'

/**
 * Which event's details are open, and how to go to its neighbours in the list.
 *
 * @param onOpen the host's own way of opening an event; details are not opened then
 */
export function useOpenEvent(events: readonly StoredEvent[], onOpen?: ((event: StoredEvent) => void) | undefined) {
  const { takeLinkedEvent } = useActivityContext()
  const [openId, setOpenId] = useState<string | null>(null)

  useEffect(() => {
    const linked = takeLinkedEvent()
    if (linked) setOpenId(linked)
  }, [takeLinkedEvent])

  const open = useCallback(
    (event: StoredEvent) => {
      if (onOpen) onOpen(event)
      else setOpenId(event.id)
    },
    [onOpen],
  )
  const at = openId === null ? -1 : events.findIndex(({ id }) => id === openId)
  const step = (by: number) => {
    const neighbour = at < 0 ? undefined : events[at + by]
    return neighbour === undefined ? undefined : () => open(neighbour)
  }
  return {
    openId,
    open,
    close: useCallback(() => setOpenId(null), []),
    previous: step(-1),
    next: step(1),
  }
}
