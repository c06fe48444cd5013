import type { CatalogJson, StoredEvent } from '@whodid/core'
import { memo, type ReactNode } from 'react'
import { getSentence } from '../events/describe.ts'
import { Checkbox } from '../parts/controls/checkbox.tsx'
import { toFlag } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { toVisibleText } from '../text/escapes.ts'
import { Cell, getColumnLabel } from './cells.tsx'
import type { TableColumn } from './use-activity-table.ts'

/** Props of `TableRow`. */
export interface TableRowProps {
  readonly event: StoredEvent
  readonly catalog: CatalogJson
  /** Column ids joined by spaces. A string, so that the row re-renders only when they change. */
  readonly columns: string
  readonly isSelected: boolean
  readonly isCurrent: boolean
  readonly isNew: boolean
  onOpen(event: StoredEvent): void
  onSelect(event: StoredEvent, range: boolean): void
  onFocus(id: string): void
}

/** Renders one event of the table. */
export const TableRow = memo(function TableRow(props: TableRowProps): ReactNode {
  const { event, catalog, columns, isSelected, isCurrent } = props
  const { messages, formats } = useActivityContext()
  return (
    <tr
      className="whodid-tr"
      data-selected={toFlag(isSelected)}
      data-current={toFlag(isCurrent)}
      data-new={toFlag(props.isNew)}
      data-kind={event.kind}
      data-status={event.status}
      aria-selected={isSelected}
      tabIndex={isCurrent ? 0 : -1}
      onFocus={() => props.onFocus(event.id)}
      onClick={(click) => (click.shiftKey ? props.onSelect(event, true) : props.onOpen(event))}
    >
      <td className="whodid-td" data-column="select">
        <Checkbox
          label={messages.selectEvent(toVisibleText(getSentence(catalog, event, formats.locale)))}
          checked={isSelected}
          onChange={(_, shift) => props.onSelect(event, shift)}
        />
      </td>
      {(columns.split(' ') as TableColumn[]).map((column) => (
        <td key={column} className="whodid-td" data-column={column} data-label={getColumnLabel(column, messages)}>
          <Cell column={column} event={event} catalog={catalog} />
        </td>
      ))}
    </tr>
  )
})
