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
import type { Filter, SortColumn, StoredEvent } from '@whodid/core/browser'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useLiveEvents } from '../events/use-live-events.ts'
import { useFreshEvents } from '../events/use-new-events.ts'
import { useOpenEvent } from '../events/use-open-event.ts'
import { useListScope } from '../filter/filter-scope.tsx'
import {
  type ActivityFilter,
  bothFilters,
  excludeEachOther,
  isUnfiltered,
  resolveFilter,
} from '../filter/filter-state.ts'
import { useStableFilter } from '../filter/use-stable-filter.ts'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'

export const TABLE_COLUMNS = ['resource', 'action', 'key', 'description', 'occurredAt', 'actor', 'status'] as const
/** A column of the table, beside the one that selects. */
export type TableColumn = (typeof TABLE_COLUMNS)[number]

/** What the service sorts by for each column: the badge and the key are two views of the action. */
const SORTED_BY: { readonly [column in TableColumn]: SortColumn } = {
  resource: 'resource',
  action: 'action',
  key: 'action',
  description: 'description',
  occurredAt: 'occurredAt',
  actor: 'actor',
  status: 'status',
}

const DEFAULT_COLUMNS: readonly TableColumn[] = ['resource', 'action', 'key', 'description', 'occurredAt', 'actor']

export interface ActivityTableOptions {
  /** Conditions that always hold, beside what the viewer chooses. */
  readonly filter?: Filter | undefined
  /** Whether the table has a filter bar of its own. @default unless an `<ActivityFilters>` stands in the same scope */
  readonly filters?: boolean | undefined
  /** The filter of its own bar to begin with. */
  readonly defaultFilter?: ActivityFilter | undefined
  /** Keeps the filter of its own bar in the address of the page. @default false */
  readonly urlSync?: boolean | undefined
  /** Rows a page, up to 1,000. @default 200 */
  readonly pageSize?: number | undefined
  /** The columns that are shown at first, of `resource action key description occurredAt actor status`. @default all but status */
  readonly columns?: readonly TableColumn[] | undefined
  /** What a press on a row does. @default its details open at the side */
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
const NONE: StoredEvent[] = []

function isColumn(id: string | undefined): id is TableColumn {
  return TABLE_COLUMNS.some((column) => column === id)
}

/**
 * All that the table does: pages, order by any column, both by the service; selection of the page in view; columns to
 * show; live arrivals. `<ActivityTable>` is this and markup.
 */
export function useActivityTable(options: ActivityTableOptions = {}) {
  const { pageSize = 200, columns = DEFAULT_COLUMNS } = options
  const fixed = useStableFilter(options.filter)
  const { tenant } = useActivityContext()
  const { catalog, ready } = useCatalog()
  const scope = useListScope(options)
  const [sorting, setSorting] = useState<SortingState>(NEWEST_FIRST)
  const [cursors, setCursors] = useState<readonly (string | undefined)[]>([undefined])
  const [rowSelection, setRowSelection] = useState<RowSelectionState>({})
  const [columnVisibility, setColumnVisibility] = useState(() =>
    Object.fromEntries(TABLE_COLUMNS.map((column) => [column, columns.includes(column)])),
  )
  const [fullscreen, setFullscreen] = useState(false)
  const [arrived, setArrived] = useState(0)

  const chosen = useMemo(() => resolveFilter(scope.filter, Date.now()), [scope.filter])
  const filter = useMemo(() => bothFilters(fixed, chosen), [fixed, chosen])
  const impossible = excludeEachOther(fixed, chosen)
  const [{ id: sortedBy = 'occurredAt', desc = true } = {}] = sorting
  const page = cursors.length - 1
  const cursor = cursors[page]

  const query = trpc.list.useQuery(
    {
      ...filter,
      sort: SORTED_BY[isColumn(sortedBy) ? sortedBy : 'occurredAt'],
      order: desc ? 'desc' : 'asc',
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
      ...(tenant === undefined ? {} : { tenant }),
    },
    { placeholderData: (previous) => previous, enabled: !impossible },
  )
  const output = impossible ? undefined : query.data
  const events = useMemo((): StoredEvent[] => (output ? [...output.items] : NONE), [output])

  const toFirstPage = useCallback(() => {
    setCursors((before) => (before.length === 1 ? before : [undefined]))
    setRowSelection({})
    setArrived(0)
  }, [])
  // Another list begins at its first page
  useEffect(toFirstPage, [filter, tenant, pageSize, toFirstPage])

  const atHead = page === 0 && sortedBy === 'occurredAt' && desc
  useLiveEvents(() => {
    if (!atHead) setArrived((count) => count + 1)
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
    isLoading: !impossible && (query.isPending || !ready),
    isStale: query.isPlaceholderData,
    error: output === undefined && !impossible ? query.error : null,
    retry: () => void query.refetch(),
    fresh: useFreshEvents(),
    opened: useOpenEvent(events, options.onOpen),
    /** True when only the newest 10,000 events were put in order. */
    windowed: output?.windowed ?? false,
    paging: {
      /** The numbers of the first and the last row in view, from 1. */
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
    /** How many new events there are that the page in view does not show. */
    arrived,
    /** Goes to where new events are: the first page, newest first. */
    showArrived() {
      setSorting(NEWEST_FIRST)
      toFirstPage()
      void query.refetch()
    },
    fullscreen,
    setFullscreen,
  }
}

/** What `useActivityTable` gives. */
export type ActivityTableControl = ReturnType<typeof useActivityTable>
