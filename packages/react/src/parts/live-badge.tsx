import type { ReactNode } from 'react'
import { useActivityContext } from '../provider/context.ts'
import { useLiveStatus } from '../provider/use-service.ts'

/** Shows the status of the live stream. */
export function LiveBadge(): ReactNode {
  const { messages } = useActivityContext()
  const status = useLiveStatus()
  if (status === 'off') return null
  const label = { live: messages.live, connecting: messages.connecting, failed: messages.offline }[status]
  return (
    <span className="whodid-live" data-live={status}>
      <span className="whodid-live-dot" aria-hidden="true" />
      {label}
    </span>
  )
}
