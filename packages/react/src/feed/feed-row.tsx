import type { CatalogJson, StoredEvent } from '@whodid/core/browser'
import { memo, type ReactNode, useId } from 'react'
import { actorName, isAboutActor, scopesOf, sentenceOf } from '../events/describe.ts'
import { Checkbox } from '../parts/controls/checkbox.tsx'
import { useTooltip } from '../parts/controls/tooltip.tsx'
import { ActionBadge, ActionTile } from '../parts/event/action-badge.tsx'
import { RelativeTime } from '../parts/event/relative-time.tsx'
import { ResourceLink } from '../parts/event/resource-link.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { present } from '../parts/states.ts'
import { Sentence, Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { visibleText } from '../text/escapes.ts'

export interface FeedRowProps {
  readonly event: StoredEvent
  readonly catalog: CatalogJson
  readonly selected: boolean
  /** Whether this is the row that the arrow keys move from, and the one tab stop of the list. */
  readonly current: boolean
  readonly fresh: boolean
  readonly archived: boolean
  onOpen(event: StoredEvent): void
  onSelect(event: StoredEvent, range: boolean): void
  onSeen(event: StoredEvent): void
  onArchive(event: StoredEvent): void
}

function RowButton({
  icon,
  label,
  tabIndex,
  onPress,
}: {
  icon: string
  label: string
  tabIndex: number
  onPress: () => void
}) {
  const tooltip = useTooltip(label)
  return (
    <button
      {...tooltip}
      type="button"
      className="whodid-icon-button"
      aria-label={label}
      tabIndex={tabIndex}
      onClick={(event) => {
        event.stopPropagation()
        onPress()
      }}
    >
      <Icon name={icon} size={15} />
    </button>
  )
}

/** One event of the feed. */
export const FeedRow = memo(function FeedRow(props: FeedRowProps): ReactNode {
  const { event, catalog, selected, current, archived } = props
  const { messages, formats } = useActivityContext()
  const id = useId()
  const sentence = sentenceOf(catalog, event, formats.locale)
  const tabIndex = current ? 0 : -1
  const unread = !event.seen && !archived
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the article around it is what has a role and takes the keys
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys for all of its rows
    <div
      className="whodid-row"
      data-unread={present(unread)}
      data-selected={present(selected)}
      data-current={present(current)}
      data-fresh={present(props.fresh)}
      data-kind={event.kind}
      data-status={event.status}
      data-severity={event.severity}
      onClick={(click) => (click.shiftKey ? props.onSelect(event, true) : props.onOpen(event))}
    >
      <span className="whodid-row-check">
        <Checkbox
          label={messages.select(visibleText(sentence))}
          checked={selected}
          tabIndex={tabIndex}
          onChange={(_, shift) => props.onSelect(event, shift)}
        />
      </span>
      <ActionTile event={event} catalog={catalog} />
      <div className="whodid-row-main">
        <p className="whodid-row-title" id={id}>
          {unread && <span className="whodid-sr">{messages.unread}: </span>}
          <Sentence text={sentence} name={event.resource.name} />
        </p>
        <div className="whodid-row-meta">
          <ActionBadge event={event} catalog={catalog} icon={false} />
          <Text value={actorName(event, messages)} className="whodid-row-actor" />
          {!isAboutActor(event, messages) && <ResourceLink event={event} catalog={catalog} focusable={current} />}
          {scopesOf(event).map((scope) => (
            <span key={scope.level} className="whodid-row-scope">
              <Text value={messages.inScope(scope.name)} />
            </span>
          ))}
        </div>
      </div>
      <RelativeTime iso={event.occurredAt} className="whodid-row-time" />
      <div className="whodid-row-actions">
        <RowButton
          icon={event.seen ? 'mail' : 'completed'}
          label={event.seen ? messages.markUnseen : messages.markSeen}
          tabIndex={tabIndex}
          onPress={() => props.onSeen(event)}
        />
        <RowButton
          icon={archived ? 'unarchived' : 'archived'}
          label={archived ? messages.unarchiveEvent : messages.archiveEvent}
          tabIndex={tabIndex}
          onPress={() => props.onArchive(event)}
        />
      </div>
      {unread && <span className="whodid-row-dot" aria-hidden="true" />}
    </div>
  )
})
