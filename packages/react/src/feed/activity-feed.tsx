import type { StoredEvent } from '@whodid/core'
import { forwardRef, lazy, type ReactNode, Suspense, useId } from 'react'
import { FilterBar } from '../filter/filter-bar.tsx'
import { useActivityFilter } from '../filter/use-activity-filter.ts'
import { Tabs } from '../parts/controls/tabs.tsx'
import { Announcer, EmptyState, ErrorState, Skeleton } from '../parts/feedback.tsx'
import { LiveBadge } from '../parts/live-badge.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { toFlag } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { ChangeNotice } from './change-notice.tsx'
import { FeedList } from './feed-list.tsx'
import { type ActivityFeedOptions, type FeedTab, useActivityFeed } from './use-activity-feed.ts'

const SelectionBar = lazy(() => import('./selection-bar.tsx'))
const DetailsDialog = lazy(() => import('../details/details-dialog.tsx'))

/** Props of `ActivityFeed`. */
export interface ActivityFeedProps extends ActivityFeedOptions {
  readonly className?: string | undefined
  /** Renders a row. Gets the default row as its second argument. */
  readonly renderRow?: ((event: StoredEvent, row: ReactNode) => ReactNode) | undefined
  /** Shown when there are no events. */
  readonly empty?: ReactNode
}

/**
 * Shows the viewer's activity by day, with an inbox and an archive. New events appear at the top live.
 *
 * @example
 * <ActivityFeed filter={{ project: [project.id] }} />
 */
export const ActivityFeed = forwardRef<HTMLElement, ActivityFeedProps>(function ActivityFeed(props, ref) {
  const { className, renderRow, empty } = props
  const feed = useActivityFeed(props)
  const { messages, formats } = useActivityContext()
  const control = useActivityFilter(feed.scope)
  const panel = useId()
  const { unread, tab, events, selection, details } = feed
  const root = useRootProps('whodid-card', 'whodid-feed', className)

  return (
    <section ref={ref} {...root} aria-label={messages.activityFeed}>
      <header className="whodid-header">
        <Tabs<FeedTab>
          label={messages.activity}
          panelId={panel}
          value={tab}
          onChange={feed.setTab}
          items={[
            {
              value: 'inbox',
              label: messages.inbox,
              extra: unread !== undefined && unread.value > 0 && (
                <span className="whodid-count">
                  <span aria-hidden="true">{formats.count(unread)}</span>
                  <span className="whodid-sr">{messages.unreadCount(unread.value, formats.count(unread))}</span>
                </span>
              ),
            },
            { value: 'archive', label: messages.archive },
          ]}
        />
        <span className="whodid-space" />
        <LiveBadge />
        {tab === 'inbox' && (
          <button
            type="button"
            className="whodid-button"
            data-quiet=""
            disabled={unread === undefined || unread.value === 0}
            onClick={() => void feed.markAllSeen()}
          >
            {messages.markAllSeen}
          </button>
        )}
      </header>
      {feed.scope.hasOwnBar && <FilterBar control={control} />}
      <div
        id={panel}
        role="tabpanel"
        aria-label={tab === 'inbox' ? messages.inbox : messages.archive}
        className="whodid-panel"
        data-stale={toFlag(feed.scope.isSearchInvalid)}
      >
        {feed.error ? (
          <ErrorState error={feed.error} onRetry={feed.retry} />
        ) : feed.isLoading ? (
          <Skeleton rows={8} />
        ) : events.length === 0 ? (
          (empty ?? <FeedEmpty tab={tab} isFiltered={feed.isFiltered} onClear={control.clear} />)
        ) : (
          <FeedList feed={feed} renderRow={renderRow} />
        )}
        <Announcer
          text={feed.newIds.size > 0 ? messages.newEvents(feed.newIds.size, formats.number(feed.newIds.size)) : ''}
        />
        {selection.size > 0 && (
          <Suspense fallback={null}>
            <SelectionBar feed={feed} />
          </Suspense>
        )}
        <ChangeNotice change={feed.lastChange} onDismiss={feed.dismissChange} isHidden={selection.size > 0} />
      </div>
      <p role="status" className="whodid-end">
        {feed.scope.isSearchInvalid && messages.searchInvalid}
      </p>
      <KeyHelp />
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

function FeedEmpty({
  tab,
  isFiltered,
  onClear,
}: {
  tab: FeedTab
  isFiltered: boolean
  onClear: () => void
}): ReactNode {
  const { messages } = useActivityContext()
  if (isFiltered) {
    return (
      <EmptyState
        icon="search"
        title={messages.noMatchTitle}
        body={messages.noMatchBody}
        action={
          <button type="button" className="whodid-button" onClick={onClear}>
            {messages.clearAll}
          </button>
        }
      />
    )
  }
  return tab === 'inbox' ? (
    <EmptyState icon="inbox" title={messages.inboxEmptyTitle} body={messages.inboxEmptyBody} />
  ) : (
    <EmptyState icon="archived" title={messages.archiveEmptyTitle} body={messages.archiveEmptyBody} />
  )
}

function KeyHelp(): ReactNode {
  const { messages } = useActivityContext()
  const keys: readonly (readonly [string, string])[] = [
    ['↑ ↓', messages.keyMove],
    ['↵', messages.keyOpen],
    ['X', messages.keySelect],
    ['E', messages.keyArchive],
    ['S', messages.keySeen],
  ]
  return (
    <footer className="whodid-keys">
      <span className="whodid-sr">{messages.keyboard}: </span>
      {keys.map(([key, label]) => (
        <span key={key}>
          <kbd>{key}</kbd> {label}
        </span>
      ))}
    </footer>
  )
}
