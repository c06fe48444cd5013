import type { CatalogJson, StoredEvent } from '@whodid/core/browser'
import { lazy, type ReactNode, Suspense, useId, useState } from 'react'
import { Changes } from '../details/changes.tsx'
import { actorName, isAboutActor } from '../events/describe.ts'
import type { EventList } from '../events/event-list.ts'
import type { useOpenEvent } from '../events/use-open-event.ts'
import { ActionBadge, ActionTile } from '../parts/event/action-badge.tsx'
import { RelativeTime } from '../parts/event/relative-time.tsx'
import { ResourceLink } from '../parts/event/resource-link.tsx'
import { TitleButton } from '../parts/event/title-button.tsx'
import { EmptyState, ErrorState, Skeleton } from '../parts/feedback.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { present } from '../parts/states.ts'
import { Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'

const DetailsDialog = lazy(() => import('../details/details-dialog.tsx'))

export interface TimelineProps {
  readonly list: EventList & {
    readonly catalog: CatalogJson
    readonly fresh: ReadonlySet<string>
    readonly opened: ReturnType<typeof useOpenEvent>
  }
  /** What each row is about: the history of one resource shows who, a person's activity shows what. */
  readonly about: 'actor' | 'resource'
  readonly empty: ReactNode
}

/** Events along a line, newest first, with their changes on demand. */
export function Timeline({ list, about, empty }: TimelineProps): ReactNode {
  const { messages } = useActivityContext()
  const { events, catalog, fresh, opened } = list
  if (list.error) return <ErrorState error={list.error} onRetry={list.retry} />
  if (list.isLoading) return <Skeleton rows={4} />
  if (events.length === 0) return empty
  return (
    <>
      <ol className="whodid-timeline" data-stale={present(list.isStale)}>
        {events.map((event) => (
          <TimelineRow
            key={event.id}
            event={event}
            catalog={catalog}
            about={about}
            fresh={fresh.has(event.id)}
            onOpen={() => opened.open(event)}
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
      {opened.openId !== null && (
        <Suspense fallback={null}>
          <DetailsDialog
            mode="drawer"
            eventId={opened.openId}
            onClose={opened.close}
            onPrevious={opened.previous}
            onNext={opened.next}
          />
        </Suspense>
      )}
    </>
  )
}

function TimelineRow({
  event,
  catalog,
  about,
  fresh,
  onOpen,
}: {
  event: StoredEvent
  catalog: CatalogJson
  about: 'actor' | 'resource'
  fresh: boolean
  onOpen: () => void
}): ReactNode {
  const { messages, formats } = useActivityContext()
  const [expanded, setExpanded] = useState(false)
  const id = useId()
  const { length } = event.changes
  return (
    <li className="whodid-moment" data-fresh={present(fresh)} data-kind={event.kind} data-status={event.status}>
      <ActionTile event={event} catalog={catalog} />
      <div className="whodid-moment-main">
        <p className="whodid-row-title">
          <TitleButton event={event} catalog={catalog} onOpen={onOpen} />
        </p>
        <div className="whodid-row-meta">
          <ActionBadge event={event} catalog={catalog} icon={false} />
          {about === 'actor' ? (
            <Text value={actorName(event, messages)} className="whodid-row-actor" />
          ) : (
            !isAboutActor(event, messages) && <ResourceLink event={event} catalog={catalog} />
          )}
          {length > 0 && (
            <button
              type="button"
              className="whodid-link-button"
              aria-expanded={expanded}
              aria-controls={id}
              onClick={() => setExpanded(!expanded)}
            >
              {expanded ? messages.hideChanges : messages.showChanges(length, formats.number(length))}
              <Icon name="chevron-down" size={12} />
            </button>
          )}
        </div>
        {expanded && (
          <div id={id}>
            <Changes changes={event.changes} />
          </div>
        )}
      </div>
      <RelativeTime iso={event.occurredAt} className="whodid-row-time" />
    </li>
  )
}

/** What stands where there is no history. */
export function TimelineEmpty({ title, body }: { title: string; body: string }): ReactNode {
  return <EmptyState icon="history" title={title} body={body} />
}
