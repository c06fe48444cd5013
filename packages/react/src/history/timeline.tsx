import type { CatalogJson, StoredEvent } from '@whodid/core'
import { lazy, type ReactNode, Suspense, useId, useState } from 'react'
import { Changes } from '../details/changes.tsx'
import { getActorName, isAboutActor } from '../events/describe.ts'
import type { EventList } from '../events/event-list.ts'
import type { useOpenEvent } from '../events/use-open-event.ts'
import { ActionBadge, ActionTile } from '../parts/event/action-badge.tsx'
import { RelativeTime } from '../parts/event/relative-time.tsx'
import { ResourceLink } from '../parts/event/resource-link.tsx'
import { TitleButton } from '../parts/event/title-button.tsx'
import { EmptyState, ErrorState, Skeleton } from '../parts/feedback.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { toFlag } from '../parts/states.ts'
import { Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'

const DetailsDialog = lazy(() => import('../details/details-dialog.tsx'))

/** Props of `Timeline`. */
export interface TimelineProps {
  readonly list: EventList & {
    readonly catalog: CatalogJson
    readonly newIds: ReadonlySet<string>
    readonly details: ReturnType<typeof useOpenEvent>
  }
  /** Shown on each row: the actor in a resource's history, the resource in a user's activity. */
  readonly subject: 'actor' | 'resource'
  readonly empty: ReactNode
}

/** Lists events along a line, newest first, with expandable changes. */
export function Timeline({ list, subject, empty }: TimelineProps): ReactNode {
  const { messages } = useActivityContext()
  const { events, catalog, newIds, details } = list
  if (list.error) return <ErrorState error={list.error} onRetry={list.retry} />
  if (list.isLoading) return <Skeleton rows={4} />
  if (events.length === 0) return empty
  return (
    <>
      <ol className="whodid-timeline" data-stale={toFlag(list.isStale)}>
        {events.map((event) => (
          <TimelineRow
            key={event.id}
            event={event}
            catalog={catalog}
            subject={subject}
            isNew={newIds.has(event.id)}
            onOpen={() => details.open(event)}
          />
        ))}
      </ol>
      {list.hasMore && (
        <div className="whodid-more">
          <button type="button" className="whodid-button" aria-busy={list.isLoadingMore} onClick={list.loadMore}>
            {list.isLoadingMore ? messages.loading : messages.loadMore}
          </button>
        </div>
      )}
      {details.openId !== null && (
        <Suspense fallback={null}>
          <DetailsDialog
            mode="drawer"
            eventId={details.openId}
            onClose={details.close}
            onPrevious={details.previous}
            onNext={details.next}
          />
        </Suspense>
      )}
    </>
  )
}

function TimelineRow({
  event,
  catalog,
  subject,
  isNew,
  onOpen,
}: {
  event: StoredEvent
  catalog: CatalogJson
  subject: 'actor' | 'resource'
  isNew: boolean
  onOpen: () => void
}): ReactNode {
  const { messages, formats } = useActivityContext()
  const [isExpanded, setExpanded] = useState(false)
  const id = useId()
  const changeCount = event.changes.length
  return (
    <li className="whodid-moment" data-new={toFlag(isNew)} data-kind={event.kind} data-status={event.status}>
      <ActionTile event={event} catalog={catalog} />
      <div className="whodid-moment-main">
        <p className="whodid-row-title">
          <TitleButton event={event} catalog={catalog} onOpen={onOpen} />
        </p>
        <div className="whodid-row-meta">
          <ActionBadge event={event} catalog={catalog} icon={false} />
          {subject === 'actor' ? (
            <Text value={getActorName(event, messages)} className="whodid-row-actor" />
          ) : (
            !isAboutActor(event, messages) && <ResourceLink event={event} catalog={catalog} />
          )}
          {changeCount > 0 && (
            <button
              type="button"
              className="whodid-link-button"
              aria-expanded={isExpanded}
              aria-controls={id}
              onClick={() => setExpanded(!isExpanded)}
            >
              {isExpanded ? messages.hideChanges : messages.showChanges(changeCount, formats.number(changeCount))}
              <Icon name="chevron-down" size={12} />
            </button>
          )}
        </div>
        {isExpanded && (
          <div id={id}>
            <Changes changes={event.changes} />
          </div>
        )}
      </div>
      <RelativeTime iso={event.occurredAt} className="whodid-row-time" />
    </li>
  )
}

/** Empty state of a timeline. */
export function TimelineEmpty({ title, body }: { title: string; body: string }): ReactNode {
  return <EmptyState icon="history" title={title} body={body} />
}
