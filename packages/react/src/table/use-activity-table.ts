import {
  columnVisibilityFeature,
  createColumnHelper,
  type RowSelectionState,
  rowSelectionFeature,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import type { Filter, SortColumn, StoredEvent } from '@whodid/core'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useLiveEvents } from '../events/use-live-events.ts'
import { useNewEvents } from '../events/use-new-events.ts'
import { useOpenEvent } from '../events/use-open-event.ts'
import { useListScope } from '../filter/filter-scope.tsx'
import {
  type ActivityFilter,
  areDisjoint,
  intersectFilters,
  isUnfiltered,
  resolveFilter,
} from '../filter/filter-state.ts'
import { useStableFilter } from '../filter/use-stable-filter.ts'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'

const TABLE_COLUMNS = ['resource', 'action', 'key', 'description', 'occurredAt', 'actor', 'status'] as const
/** A column of the table. */
export type TableColumn = (typeof TABLE_COLUMNS)[number]

/** The sort column of each table column. The badge and the key both show the action. */
const SORT_COLUMNS: { readonly [column in TableColumn]: SortColumn } = {
  resource: 'resource',
  action: 'action',
  key: 'action',
  description: 'description',
  occurredAt: 'occurredAt',
  actor: 'actor',
  status: 'status',
}

const DEFAULT_COLUMNS: readonly TableColumn[] = ['resource', 'action', 'key', 'description', 'occurredAt', 'actor']

/** Options of `useActivityTable`. */
export interface ActivityTableOptions {
  /** Conditions that always apply, in addition to the viewer's filter. */
  readonly filter?: Filter | undefined
  /** Shows a filter bar. @default true, unless an `<ActivityFilters>` is in the same scope */
  readonly filters?: boolean | undefined
  /** Initial filter of the table's own bar. */
  readonly defaultFilter?: ActivityFilter | undefined
  /** Syncs the filter of the table's own bar with the page URL. @default false */
  readonly urlSync?: boolean | undefined
  /** Rows per page, up to 1,000. @default 200 */
  readonly pageSize?: number | undefined
  /** Columns shown initially, of `resource action key description occurredAt actor status`. @default all but status */
  readonly columns?: readonly TableColumn[] | undefined
  /** Called when the viewer opens a row. @default opens the details in a drawer */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

const features = tableFeatures({ rowSortingFeature, rowSelectionFeature, columnVisibilityFeature })
const helper = createColumnHelper<typeof features, StoredEvent>()
const columnDefs = helper.columns(
  TABLE_COLUMNS.map((id) =>
    helper.accessor((event) => event[id === 'key' ? 'action' : id], { id, sortDescFirst: id === 'occurredAt' }),
  ),
)
const NEWEST_FIRST: SortingState = [{ id: 'occurredAt', desc: true }]
const NO_EVENTS: StoredEvent[] = []

function isTableColumn(id: string | undefined): id is TableColumn {
  return TABLE_COLUMNS.some((column) => column === id)
}

/**
 * Returns the state and actions of the table: paging and sorting by the service, selection on the current page, visible
 * columns and live events. `<ActivityTable>` renders it.
 */
export function useActivityTable(options: ActivityTableOptions = {}) {
  const { pageSize = 200, columns = DEFAULT_COLUMNS } = options
  const hostFilter = useStableFilter(options.filter)
  const { tenant } = useActivityContext()
  const { catalog, isReady } = useCatalog()
  const scope = useListScope(options)
  const [sorting, setSorting] = useState<SortingState>(NEWEST_FIRST)
  const [cursors, setCursors] = useState<readonly (string | undefined)[]>([undefined])
  const [rowSelection, setRowSelection] = useState<RowSelectionState>({})
  const [columnVisibility, setColumnVisibility] = useState(() =>
    Object.fromEntries(TABLE_COLUMNS.map((column) => [column, columns.includes(column)])),
  )
  const [fullscreen, setFullscreen] = useState(false)
  const [newCount, setNewCount] = useState(0)

  const viewerFilter = useMemo(() => resolveFilter(scope.filter, Date.now()), [scope.filter])
  const filter = useMemo(() => intersectFilters(hostFilter, viewerFilter), [hostFilter, viewerFilter])
  const isImpossible = areDisjoint(hostFilter, viewerFilter)
  const [{ id: sortedBy = 'occurredAt', desc = true } = {}] = sorting
  const page = cursors.length - 1
  const cursor = cursors[page]

  const query = trpc.list.useQuery(
    {
      ...filter,
      sort: SORT_COLUMNS[isTableColumn(sortedBy) ? sortedBy : 'occurredAt'],
      order: desc ? 'desc' : 'asc',
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
      ...(tenant === undefined ? {} : { tenant }),
    },
    { placeholderData: (previous) => previous, enabled: !isImpossible },
  )
  const output = isImpossible ? undefined : query.data
  const events = useMemo((): StoredEvent[] => (output ? [...output.items] : NO_EVENTS), [output])

  const toFirstPage = useCallback(() => {
    setCursors((before) => (before.length === 1 ? before : [undefined]))
    setRowSelection({})
    setNewCount(0)
  }, [])
  useEffect(toFirstPage, [filter, tenant, pageSize, toFirstPage])

  const showsNewest = page === 0 && sortedBy === 'occurredAt' && desc
  useLiveEvents(() => {
    if (!showsNewest) setNewCount((count) => count + 1)
  }, filter)

  const table = useTable({
    features,
    columns: columnDefs,
    data: events,
    getRowId: (event) => event.id,
    state: { sorting, rowSelection, columnVisibility },
    manualSorting: true,
    enableSortingRemoval: false,
    enableMultiSort: false,
    onSortingChange: (change) => {
      setSorting(change)
      toFirstPage()
    },
    onRowSelectionChange: setRowSelection,
    onColumnVisibilityChange: setColumnVisibility,
  })

  const selected = useMemo(() => events.filter(({ id }) => rowSelection[id]), [events, rowSelection])
  const next = output?.nextCursor ?? null

  return {
    table,
    events,
    selected,
    catalog,
    scope,
    filter,
    isFiltered: !isUnfiltered(scope.filter),
    isLoading: !isImpossible && (query.isPending || !isReady),
    isStale: query.isPlaceholderData,
    error: output === undefined && !isImpossible ? query.error : null,
    retry: () => void query.refetch(),
    newIds: useNewEvents(),
    details: useOpenEvent(events, options.onOpen),
    /** True when only the newest 10,000 events were sorted. */
    windowed: output?.windowed ?? false,
    paging: {
      /** Numbers of the first and last row on the page, from 1. */
      from: events.length === 0 ? 0 : page * pageSize + 1,
      to: page * pageSize + events.length,
      total: output?.total ?? { value: 0, exact: true },
      hasPrevious: page > 0,
      hasNext: next !== null && !query.isPlaceholderData,
      toPrevious() {
        setCursors((before) => (before.length > 1 ? before.slice(0, -1) : before))
        setRowSelection({})
      },
      toNext() {
        if (next === null) return
        setCursors((before) => [...before, next])
        setRowSelection({})
      },
    },
    /** Number of new events that the current page does not show. */
    newCount,
    /** Goes to the first page, newest first. */
    showNew() {
      setSorting(NEWEST_FIRST)
      toFirstPage()
      void query.refetch()
    },
    fullscreen,
    setFullscreen,
  }
}

/** Result of `useActivityTable`. */
export type ActivityTableControl = ReturnType<typeof useActivityTable>
