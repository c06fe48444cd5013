import type { StoredEvent } from '@whodid/core'
import { type ReactNode, useCallback, useRef } from 'react'
import { useRowKeys } from '../events/use-row-keys.ts'
import { Checkbox } from '../parts/controls/checkbox.tsx'
import { useTooltip } from '../parts/controls/tooltip.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { toFlag } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { getColumnLabel } from './cells.tsx'
import { TableRow } from './table-row.tsx'
import type { ActivityTableControl, TableColumn } from './use-activity-table.ts'

/** Renders the table: sortable headings and the rows of the current page. */
export function TableGrid({ control }: { control: ActivityTableControl }): ReactNode {
  const { table, events, catalog, newIds, details, isStale } = control
  const { messages } = useActivityContext()
  // Actions are sorted by key, which begins with the category. The labels do not show it.
  const actionOrder = useTooltip(`${messages.category} · ${messages.action}`)
  const body = useRef<HTMLTableSectionElement>(null)
  const anchor = useRef<string | null>(null)

  const onSelect = useCallback(
    (event: StoredEvent, range: boolean) => {
      table.setRowSelection((before) => {
        const next = { ...before }
        const index = events.findIndex(({ id }) => id === event.id)
        const from = range ? events.findIndex(({ id }) => id === anchor.current) : -1
        if (from >= 0) {
          for (const { id } of events.slice(Math.min(from, index), Math.max(from, index) + 1)) next[id] = true
        } else if (next[event.id]) {
          delete next[event.id]
        } else {
          next[event.id] = true
        }
        anchor.current = event.id
        return next
      })
    },
    [table, events],
  )
  const focus = useCallback((index: number) => body.current?.rows[index]?.focus(), [])
  const keys = useRowKeys(events, { onOpen: details.open, onSelect, onEscape: undefined }, focus)
  const columns = table.getVisibleLeafColumns().map(({ id }) => id)
  const { rowSelection } = table.state

  return (
    <div className="whodid-scroll" data-stale={toFlag(isStale)}>
      <table className="whodid-table" aria-label={messages.activity} aria-busy={isStale}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              <th className="whodid-th" data-column="select" scope="col">
                <Checkbox
                  label={messages.selectPage}
                  checked={table.getIsAllRowsSelected()}
                  isMixed={table.getIsSomeRowsSelected()}
                  onChange={(checked) => table.toggleAllRowsSelected(checked)}
                />
              </th>
              {group.headers.map(({ column }) => {
                const sorted = column.getIsSorted()
                const label = getColumnLabel(column.id as TableColumn, messages)
                return (
                  <th
                    key={column.id}
                    className="whodid-th"
                    data-column={column.id}
                    scope="col"
                    aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'}
                  >
                    <button
                      {...(column.id === 'action' && actionOrder)}
                      type="button"
                      className="whodid-sort"
                      onClick={column.getToggleSortingHandler()}
                    >
                      {label}
                      <span className="whodid-sort-icon" data-sorted={sorted || undefined}>
                        <Icon name={sorted === 'asc' ? 'arrow-up' : 'arrow-down'} size={12} />
                      </span>
                    </button>
                  </th>
                )
              })}
            </tr>
          ))}
        </thead>
        <tbody ref={body} onKeyDown={keys.onKeyDown}>
          {events.map((event, index) => (
            <TableRow
              key={event.id}
              event={event}
              catalog={catalog}
              columns={columns.join(' ')}
              isSelected={Boolean(rowSelection[event.id])}
              isCurrent={index === keys.current}
              isNew={newIds.has(event.id)}
              onOpen={details.open}
              onSelect={onSelect}
              onFocus={keys.setCurrent}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}
