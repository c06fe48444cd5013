import { forwardRef, lazy, type ReactNode, Suspense, useRef } from 'react'
import { ActivityExport } from '../export/activity-export.tsx'
import { FilterBar } from '../filter/filter-bar.tsx'
import { type ActivityFilterControl, useActivityFilter } from '../filter/use-activity-filter.ts'
import { DeferredButton } from '../parts/controls/deferred-button.tsx'
import { NewPill } from '../parts/controls/new-pill.tsx'
import { useTooltip } from '../parts/controls/tooltip.tsx'
import { EmptyState, ErrorState, Skeleton } from '../parts/feedback.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { LiveBadge } from '../parts/live-badge.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { toFlag } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { TableGrid } from './table-grid.tsx'
import { type ActivityTableControl, type ActivityTableOptions, useActivityTable } from './use-activity-table.ts'

function loadColumnMenu() {
  return import('./column-menu.tsx')
}

const ColumnMenu = lazy(loadColumnMenu)
const Fullscreen = lazy(() => import('./fullscreen.tsx'))
const DetailsDialog = lazy(() => import('../details/details-dialog.tsx'))

/** Props of `ActivityTable`. */
export interface ActivityTableProps extends ActivityTableOptions {
  readonly className?: string | undefined
  /** Shown when there are no events. */
  readonly empty?: ReactNode
}

/**
 * Shows the activity as a table: 200 rows per page, sortable by any column, with selection, copy, export and fullscreen.
 *
 * @example
 * <ActivityTable columns={['resource', 'action', 'occurredAt', 'actor']} />
 */
export const ActivityTable = forwardRef<HTMLElement, ActivityTableProps>(function ActivityTable(props, ref) {
  const { className, empty } = props
  const control = useActivityTable(props)
  const { messages } = useActivityContext()
  const filter = useActivityFilter(control.scope)
  const root = useRootProps('whodid-card', 'whodid-table-root', className)
  const { details, fullscreen, setFullscreen } = control

  const content = (
    <>
      <TableToolbar control={control} filter={filter} />
      <div className="whodid-panel" data-stale={toFlag(control.scope.isSearchInvalid)}>
        {control.error ? (
          <ErrorState error={control.error} onRetry={control.retry} />
        ) : control.isLoading ? (
          <Skeleton rows={10} />
        ) : control.events.length === 0 ? (
          (empty ?? <TableEmpty isFiltered={control.isFiltered} onClear={filter.clear} />)
        ) : (
          <TableGrid control={control} />
        )}
      </div>
      <TableFooter control={control} />
    </>
  )

  return (
    <section ref={ref} {...root} aria-label={messages.activityTable} data-fullscreen={toFlag(fullscreen)}>
      {fullscreen ? (
        <Suspense fallback={content}>
          <Fullscreen onClose={() => setFullscreen(false)}>{content}</Fullscreen>
        </Suspense>
      ) : (
        content
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

function TableToolbar({
  control,
  filter,
}: {
  control: ActivityTableControl
  filter: ActivityFilterControl
}): ReactNode {
  const { messages } = useActivityContext()
  const { scope, selected, fullscreen, setFullscreen } = control
  const label = fullscreen ? messages.exitFullscreen : messages.fullscreen
  const tooltip = useTooltip(label)
  const tools = (
    <div className="whodid-tools">
      <LiveBadge />
      <ActivityExport events={selected} filter={control.filter} />
      <DeferredButton
        part={ColumnMenu}
        load={loadColumnMenu}
        props={{ control }}
        className="whodid-icon-button"
        label={messages.columns}
      >
        <Icon name="columns" />
      </DeferredButton>
      <button
        {...tooltip}
        type="button"
        className="whodid-icon-button"
        aria-label={label}
        aria-pressed={fullscreen}
        onClick={() => setFullscreen(!fullscreen)}
      >
        <Icon name={fullscreen ? 'minimize' : 'maximize'} size={15} />
      </button>
    </div>
  )
  return scope.hasOwnBar ? (
    <FilterBar control={filter}>{tools}</FilterBar>
  ) : (
    <div className="whodid-header">{tools}</div>
  )
}

function TableFooter({ control }: { control: ActivityTableControl }): ReactNode {
  const { messages, formats } = useActivityContext()
  const { paging, windowed, selected, scope } = control
  const footer = useRef<HTMLDivElement>(null)
  const withScrollToTop = (action: () => void) => () => {
    action()
    footer.current?.parentElement?.querySelector('.whodid-scroll')?.scrollTo({ top: 0 })
  }
  return (
    <div ref={footer} className="whodid-foot">
      <bdi role="status">
        {selected.length > 0
          ? messages.selectedCount(selected.length, formats.number(selected.length))
          : scope.isSearchInvalid
            ? messages.searchInvalid
            : paging.to > 0 &&
              messages.page(formats.number(paging.from), formats.number(paging.to), formats.count(paging.total))}
      </bdi>
      <NewPill count={control.newCount} onPress={withScrollToTop(control.showNew)} />
      {windowed && <bdi className="whodid-muted">{messages.sortLimit}</bdi>}
      <span className="whodid-space" />
      <button
        type="button"
        className="whodid-icon-button"
        data-outlined=""
        aria-label={messages.previousPage}
        disabled={!paging.hasPrevious}
        onClick={withScrollToTop(paging.toPrevious)}
      >
        <Icon name="chevron-left" />
      </button>
      <button
        type="button"
        className="whodid-icon-button"
        data-outlined=""
        aria-label={messages.nextPage}
        disabled={!paging.hasNext}
        onClick={withScrollToTop(paging.toNext)}
      >
        <Icon name="chevron-right" />
      </button>
    </div>
  )
}

function TableEmpty({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }): ReactNode {
  const { messages } = useActivityContext()
  if (!isFiltered) return <EmptyState icon="history" title={messages.emptyTitle} body={messages.emptyBody} />
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
