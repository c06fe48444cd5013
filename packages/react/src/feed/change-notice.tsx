import { type ReactNode, useEffect } from 'react'
import type { InboxChange } from '../events/use-inbox.ts'
import { Icon } from '../parts/icons/icon.tsx'
import { useActivityContext } from '../provider/context.ts'

/** How long a notice stays, in milliseconds. One that has the focus or the pointer stays longer. */
const STAYS = 6_000

/** Says what was just done to the inbox, aloud too, and offers to take it back. */
export function ChangeNotice({
  change,
  onDismiss,
  hidden,
}: {
  change: InboxChange | null
  onDismiss: () => void
  hidden: boolean
}): ReactNode {
  const { messages, formats } = useActivityContext()
  useEffect(() => {
    if (change === null) return
    const timer = setTimeout(onDismiss, STAYS)
    return () => clearTimeout(timer)
  }, [change, onDismiss])

  const text = change === null ? '' : change.done ? doneText() : messages.changeFailed
  function doneText(): string {
    if (change === null) return ''
    const words = {
      seen: messages.seenDone,
      unseen: messages.unseenDone,
      archive: messages.archivedDone,
      unarchive: messages.unarchivedDone,
    }[change.action]
    return words(change.count, formats.number(change.count))
  }

  return (
    <>
      <span className="whodid-sr" role="status" aria-live="polite">
        {text}
      </span>
      {change !== null && !hidden && (
        <div className="whodid-float" data-failed={change.done ? undefined : ''}>
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
