import type { CatalogJson, StoredEvent } from '@whodid/core'
import { memo, type ReactNode, useId } from 'react'
import { getActorName, getScopes, getSentence, isAboutActor } from '../events/describe.ts'
import { Checkbox } from '../parts/controls/checkbox.tsx'
import { useTooltip } from '../parts/controls/tooltip.tsx'
import { ActionBadge, ActionTile } from '../parts/event/action-badge.tsx'
import { RelativeTime } from '../parts/event/relative-time.tsx'
import { ResourceLink } from '../parts/event/resource-link.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { toFlag } from '../parts/states.ts'
import { Sentence, Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { toVisibleText } from '../text/escapes.ts'

/** Props of `FeedRow`. */
export interface FeedRowProps {
  readonly event: StoredEvent
  readonly catalog: CatalogJson
  readonly isSelected: boolean
  /** True for the row that arrow keys move from, which is the list's only tab stop. */
  readonly isCurrent: boolean
  readonly isNew: boolean
  readonly isArchived: boolean
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

/** Renders one event of the feed. */
export const FeedRow = memo(function FeedRow(props: FeedRowProps): ReactNode {
  const { event, catalog, isSelected, isCurrent, isArchived } = props
  const { messages, formats } = useActivityContext()
  const id = useId()
  const sentence = getSentence(catalog, event, formats.locale)
  const tabIndex = isCurrent ? 0 : -1
  const isUnread = !event.seen && !isArchived
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the article around it has the role and handles keys
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles keys for all rows
    <div
      className="whodid-row"
      data-unread={toFlag(isUnread)}
      data-selected={toFlag(isSelected)}
      data-current={toFlag(isCurrent)}
      data-new={toFlag(props.isNew)}
      data-kind={event.kind}
      data-status={event.status}
      data-severity={event.severity}
      onClick={(click) => (click.shiftKey ? props.onSelect(event, true) : props.onOpen(event))}
    >
      <span className="whodid-row-check">
        <Checkbox
          label={messages.selectEvent(toVisibleText(sentence))}
          checked={isSelected}
          tabIndex={tabIndex}
          onChange={(_, shift) => props.onSelect(event, shift)}
        />
      </span>
      <ActionTile event={event} catalog={catalog} />
      <div className="whodid-row-main">
        <p className="whodid-row-title" id={id}>
          {isUnread && <span className="whodid-sr">{messages.unread}: </span>}
          <Sentence text={sentence} name={event.resource.name} />
        </p>
        <div className="whodid-row-meta">
          <ActionBadge event={event} catalog={catalog} icon={false} />
          <Text value={getActorName(event, messages)} className="whodid-row-actor" />
          {!isAboutActor(event, messages) && <ResourceLink event={event} catalog={catalog} isFocusable={isCurrent} />}
          {getScopes(event).map((scope) => (
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
          icon={isArchived ? 'unarchived' : 'archived'}
          label={isArchived ? messages.unarchiveEvent : messages.archiveEvent}
          tabIndex={tabIndex}
          onPress={() => props.onArchive(event)}
        />
      </div>
      {isUnread && <span className="whodid-row-dot" aria-hidden="true" />}
    </div>
  )
})
