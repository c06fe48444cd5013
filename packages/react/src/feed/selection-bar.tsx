import type { ReactNode } from 'react'
import { Icon } from '../parts/icons/icon.tsx'
import { useActivityContext } from '../provider/context.ts'
import type { useActivityFeed } from './use-activity-feed.ts'

/** What can be done to the selected events, over the foot of the list. Loaded when the first is selected. */
export default function SelectionBar({ feed }: { feed: ReturnType<typeof useActivityFeed> }): ReactNode {
  const { messages, formats } = useActivityContext()
  const { selection, mark, tab, events } = feed
  const archived = tab === 'archive'
  const unread = events.some((event) => selection.has(event.id) && !event.seen)
  return (
    <div
      className="whodid-float"
      role="toolbar"
      aria-label={messages.selected(selection.size, formats.number(selection.size))}
    >
      <span className="whodid-float-count" role="status">
        {messages.selected(selection.size, formats.number(selection.size))}
      </span>
      <button
        type="button"
        className="whodid-button"
        data-quiet=""
        onClick={() => void mark(unread ? 'seen' : 'unseen', selection.ids)}
      >
        <Icon name={unread ? 'completed' : 'mail'} size={14} />
        {unread ? messages.markSeen : messages.markUnseen}
      </button>
      <button
        type="button"
        className="whodid-button"
        data-quiet=""
        onClick={() => void mark(archived ? 'unarchive' : 'archive', selection.ids)}
      >
        <Icon name={archived ? 'unarchived' : 'archived'} size={14} />
        {archived ? messages.unarchiveEvent : messages.archiveEvent}
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
