import type { ReactNode } from 'react'
import { useActivityContext } from '../provider/context.ts'
import { useLiveStatus } from '../provider/use-service.ts'

/** Says whether new events arrive by themselves. */
export function LiveBadge(): ReactNode {
  const { messages } = useActivityContext()
  const status = useLiveStatus()
  if (status === 'off') return null
  const word = { live: messages.live, connecting: messages.connecting, failed: messages.offline }[status]
  return (
    <span className="whodid-live" data-live={status}>
      <span className="whodid-live-dot" aria-hidden="true" />
      {word}
    </span>
  )
}
