import { forwardRef, lazy, type ReactNode, Suspense } from 'react'
import { getActorName, isAboutActor } from '../events/describe.ts'
import { ActionTile } from '../parts/event/action-badge.tsx'
import { RelativeTime } from '../parts/event/relative-time.tsx'
import { ResourceLink } from '../parts/event/resource-link.tsx'
import { TitleButton } from '../parts/event/title-button.tsx'
import { EmptyState, ErrorState, Skeleton } from '../parts/feedback.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { LiveBadge } from '../parts/live-badge.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { toFlag } from '../parts/states.ts'
import { Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { type LastActivityOptions, useLastActivity } from './use-last-activity.ts'

const DetailsDialog = lazy(() => import('../details/details-dialog.tsx'))

/** Props of `ActivityCard`. */
export interface ActivityCardProps extends LastActivityOptions {
  readonly className?: string | undefined
  /** Heading. @default "Last activity" */
  readonly title?: ReactNode
  /** URL of "View all". Without it and `onViewAll`, the link is hidden. */
  readonly viewAllHref?: string | undefined
  /** Called when "View all" is pressed, instead of following a link. */
  readonly onViewAll?: (() => void) | undefined
  /** Shown when there are no events. */
  readonly empty?: ReactNode
}

/**
 * Shows the most recent events, for a dashboard.
 *
 * @example
 * <ActivityCard viewAllHref="/activity" />
 */
export const ActivityCard = forwardRef<HTMLElement, ActivityCardProps>(function ActivityCard(props, ref) {
  const { className, title, viewAllHref, onViewAll, empty } = props
  const { messages, renderLink } = useActivityContext()
  const { events, catalog, isLoading, error, retry, newIds, details } = useLastActivity(props)
  const root = useRootProps('whodid-card', 'whodid-last', className)
  const viewAll = (
    <>
      {messages.viewAll}
      <Icon name="chevron-right" size={14} />
    </>
  )
  return (
    <section ref={ref} {...root} aria-label={messages.lastActivity}>
      <header className="whodid-header">
        <h2 className="whodid-title">{title ?? messages.lastActivity}</h2>
        <span className="whodid-space" />
        <LiveBadge />
      </header>
      {error ? (
        <ErrorState error={error} onRetry={retry} />
      ) : isLoading ? (
        <Skeleton rows={props.limit ?? 5} />
      ) : events.length === 0 ? (
        (empty ?? <EmptyState icon="history" title={messages.emptyTitle} body={messages.emptyBody} />)
      ) : (
        <ul className="whodid-last-list">
          {events.map((event) => (
            <li key={event.id} className="whodid-moment" data-new={toFlag(newIds.has(event.id))} data-kind={event.kind}>
              <ActionTile event={event} catalog={catalog} />
              <div className="whodid-moment-main">
                <p className="whodid-row-title">
                  <TitleButton event={event} catalog={catalog} onOpen={() => details.open(event)} />
                </p>
                <div className="whodid-row-meta">
                  <Text value={getActorName(event, messages)} className="whodid-row-actor" />
                  {!isAboutActor(event, messages) && <ResourceLink event={event} catalog={catalog} />}
                </div>
              </div>
              <RelativeTime iso={event.occurredAt} className="whodid-row-time" />
            </li>
          ))}
        </ul>
      )}
      {(viewAllHref !== undefined || onViewAll !== undefined) && (
        <footer className="whodid-card-foot">
          {onViewAll ? (
            <button type="button" className="whodid-view-all" onClick={onViewAll}>
              {viewAll}
            </button>
          ) : (
            viewAllHref !== undefined &&
            renderLink({ href: viewAllHref, className: 'whodid-view-all', children: viewAll })
          )}
        </footer>
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
    </section>
  )
})
