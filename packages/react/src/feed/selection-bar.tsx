import type { ReactNode } from 'react'
import { Icon } from '../parts/icons/icon.tsx'
import { useActivityContext } from '../provider/context.ts'
import type { useActivityFeed } from './use-activity-feed.ts'

/** Toolbar with actions for the selected events. Loaded when the first event is selected. */
export default function SelectionBar({ feed }: { feed: ReturnType<typeof useActivityFeed> }): ReactNode {
  const { messages, formats } = useActivityContext()
  const { selection, mark, tab, events } = feed
  const isArchive = tab === 'archive'
  const hasUnread = events.some((event) => selection.has(event.id) && !event.seen)
  return (
    <div
      className="whodid-float"
      role="toolbar"
      aria-label={messages.selectedCount(selection.size, formats.number(selection.size))}
    >
      <span className="whodid-float-count" role="status">
        {messages.selectedCount(selection.size, formats.number(selection.size))}
      </span>
      <button
        type="button"
        className="whodid-button"
        data-quiet=""
        onClick={() => void mark(hasUnread ? 'seen' : 'unseen', selection.ids)}
      >
        <Icon name={hasUnread ? 'completed' : 'mail'} size={14} />
        {hasUnread ? messages.markSeen : messages.markUnseen}
      </button>
      <button
        type="button"
        className="whodid-button"
        data-quiet=""
        onClick={() => void mark(isArchive ? 'unarchive' : 'archive', selection.ids)}
      >
        <Icon name={isArchive ? 'unarchived' : 'archived'} size={14} />
        {isArchive ? messages.unarchiveEvent : messages.archiveEvent}
      </button>
      <button
        type="button"
        className="whodid-icon-button"
        aria-label={messages.clearSelection}
        onClick={selection.clear}
      >
        <Icon name="close" size={14} />
      </button>
    </div>
  )
}
