import { type ReactNode, useEffect } from 'react'
import type { InboxChange } from '../events/use-inbox.ts'
import { Icon } from '../parts/icons/icon.tsx'
import { useActivityContext } from '../provider/context.ts'

/** How long the notice stays visible. */
const NOTICE_MS = 6_000

/** Shows and announces the last inbox change, with a button to undo it. */
export function ChangeNotice({
  change,
  onDismiss,
  isHidden,
}: {
  change: InboxChange | null
  onDismiss: () => void
  isHidden: boolean
}): ReactNode {
  const { messages, formats } = useActivityContext()
  useEffect(() => {
    if (change === null) return
    const timer = setTimeout(onDismiss, NOTICE_MS)
    return () => clearTimeout(timer)
  }, [change, onDismiss])

  const text = change === null ? '' : change.succeeded ? getResultText() : messages.changeFailed
  function getResultText(): string {
    if (change === null) return ''
    const format = {
      seen: messages.markedSeen,
      unseen: messages.markedUnseen,
      archive: messages.archivedEvents,
      unarchive: messages.unarchivedEvents,
    }[change.action]
    return format(change.count, formats.number(change.count))
  }

  return (
    <>
      <span className="whodid-sr" role="status" aria-live="polite">
        {text}
      </span>
      {change !== null && !isHidden && (
        <div className="whodid-float" data-failed={change.succeeded ? undefined : ''}>
          <bdi className="whodid-float-count" aria-hidden="true">
            {text}
          </bdi>
          {change.undo && (
            <button type="button" className="whodid-button" data-quiet="" onClick={change.undo}>
              {messages.undo}
            </button>
          )}
          <button type="button" className="whodid-icon-button" aria-label={messages.close} onClick={onDismiss}>
            <Icon name="close" size={14} />
          </button>
        </div>
      )}
    </>
  )
}
