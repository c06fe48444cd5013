import type { StoredEvent } from '@whodid/core'
import { useCallback, useEffect, useState } from 'react'
import { useActivityContext } from '../provider/context.ts'

/**
 * Tracks the event whose details are open, and moves to its neighbors in the list.
 *
 * @param onOpen - opens an event in the host's way, instead of the details
 */
export function useOpenEvent(events: readonly StoredEvent[], onOpen?: ((event: StoredEvent) => void) | undefined) {
  const { consumeLinkedEvent } = useActivityContext()
  const [openId, setOpenId] = useState<string | null>(null)

  useEffect(() => {
    const linkedId = consumeLinkedEvent()
    if (linkedId) setOpenId(linkedId)
  }, [consumeLinkedEvent])

  const open = useCallback(
    (event: StoredEvent) => {
      if (onOpen) onOpen(event)
      else setOpenId(event.id)
    },
    [onOpen],
  )
  const index = openId === null ? -1 : events.findIndex(({ id }) => id === openId)
  const getOpenNeighbor = (offset: number) => {
    const neighbor = index < 0 ? undefined : events[index + offset]
    return neighbor === undefined ? undefined : () => open(neighbor)
  }
  return {
    openId,
    open,
    close: useCallback(() => setOpenId(null), []),
    previous: getOpenNeighbor(-1),
    next: getOpenNeighbor(1),
  }
}
