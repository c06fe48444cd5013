import { forwardRef, lazy, type ReactNode, Suspense, useRef } from 'react'
import { ActivityExport } from '../export/activity-export.tsx'
import { FilterBar } from '../filter/filter-bar.tsx'
import { type ActivityFilterControl, useActivityFilter } from '../filter/use-activity-filter.ts'
import { Deferred } from '../parts/controls/deferred-button.tsx'
import { NewPill } from '../parts/controls/new-pill.tsx'
import { useTooltip } from '../parts/controls/tooltip.tsx'
import { EmptyState, ErrorState, Skeleton } from '../parts/feedback.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { LiveBadge } from '../parts/live-badge.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { present } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { TableGrid } from './table-grid.tsx'
import { type ActivityTableControl, type ActivityTableOptions, useActivityTable } from './use-activity-table.ts'

function loadColumnMenu() {
  return import('./column-menu.tsx')
}

const ColumnMenu = lazy(loadColumnMenu)
const Fullscreen = lazy(() => import('./fullscreen.tsx'))
const DetailsDialog = lazy(() => import('../details/details-dialog.tsx'))

export interface ActivityTableProps extends ActivityTableOptions {
  readonly className?: string | undefined
  /** Stands where there is nothing to list. */
  readonly empty?: ReactNode
}

/**
 * The activity as a table: 200 rows a page, ordered by any column, to select, copy and export, and to fill the window.
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
  const { opened, fullscreen, setFullscreen } = control

  const inner = (
    <>
      <TableTop control={control} filter={filter} />
      <div className="whodid-panel" data-stale={present(control.scope.isSearchWrong)}>
        {control.error ? (
          <ErrorState error={control.error} onRetry={control.retry} />
        ) : control.isLoading ? (
          <Skeleton rows={10} />
        ) : control.events.length === 0 ? (
          (empty ?? <TableEmpty filtered={control.isFiltered} onClear={filter.clear} />)
        ) : (
          <TableGrid control={control} />
        )}
      </div>
      <TableFoot control={control} />
    </>
  )

  return (
    <section ref={ref} {...root} aria-label={messages.activityTable} data-fullscreen={present(fullscreen)}>
      {fullscreen ? (
        <Suspense fallback={inner}>
          <Fullscreen onClose={() => setFullscreen(false)}>{inner}</Fullscreen>
        </Suspense>
      ) : (
        inner
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
    </section>
  )
})

function TableTop({ control, filter }: { control: ActivityTableControl; filter: ActivityFilterControl }): ReactNode {
  const { messages } = useActivityContext()
  const { scope, selected, fullscreen, setFullscreen } = control
  const label = fullscreen ? messages.exitFullscreen : messages.fullscreen
  const tooltip = useTooltip(label)
  const tools = (
    <div className="whodid-tools">
      <LiveBadge />
      <ActivityExport events={selected} filter={control.filter} />
      <Deferred
        part={ColumnMenu}
        load={loadColumnMenu}
        props={{ control }}
        className="whodid-icon-button"
        label={messages.columns}
      >
        <Icon name="columns" />
      </Deferred>
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
  return scope.ownBar ? <FilterBar control={filter}>{tools}</FilterBar> : <div className="whodid-header">{tools}</div>
}

function TableFoot({ control }: { control: ActivityTableControl }): ReactNode {
  const { messages, formats } = useActivityContext()
  const { paging, windowed, selected, scope } = control
  const top = useRef<HTMLDivElement>(null)
  const go = (turn: () => void) => () => {
    turn()
    top.current?.parentElement?.querySelector('.whodid-scroll')?.scrollTo({ top: 0 })
  }
  return (
    <div ref={top} className="whodid-foot">
      <bdi role="status">
        {selected.length > 0
          ? messages.selected(selected.length, formats.number(selected.length))
          : scope.isSearchWrong
            ? messages.searchWrong
            : paging.to > 0 &&
              messages.page(formats.number(paging.from), formats.number(paging.to), formats.count(paging.total))}
      </bdi>
      <NewPill count={control.arrived} onPress={go(control.showArrived)} />
      {windowed && <bdi className="whodid-muted">{messages.windowed}</bdi>}
      <span className="whodid-space" />
      <button
        type="button"
        className="whodid-icon-button"
        data-outlined=""
        aria-label={messages.previousPage}
        disabled={!paging.hasPrevious}
        onClick={go(paging.toPrevious)}
      >
        <Icon name="chevron-left" />
      </button>
      <button
        type="button"
        className="whodid-icon-button"
        data-outlined=""
        aria-label={messages.nextPage}
        disabled={!paging.hasNext}
        onClick={go(paging.toNext)}
      >
        <Icon name="chevron-right" />
      </button>
    </div>
  )
}

function TableEmpty({ filtered, onClear }: { filtered: boolean; onClear: () => void }): ReactNode {
  const { messages } = useActivityContext()
  if (!filtered) return <EmptyState icon="history" title={messages.emptyTitle} body={messages.emptyBody} />
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
