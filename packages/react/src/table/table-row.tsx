import type { CatalogJson, StoredEvent } from '@whodid/core/browser'
import { memo, type ReactNode } from 'react'
import { sentenceOf } from '../events/describe.ts'
import { Checkbox } from '../parts/controls/checkbox.tsx'
import { present } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { visibleText } from '../text/escapes.ts'
import { Cell, columnLabel } from './cells.tsx'
import type { TableColumn } from './use-activity-table.ts'

export interface TableRowProps {
  readonly event: StoredEvent
  readonly catalog: CatalogJson
  /** Joined by spaces, so that a row is drawn anew only when they change. */
  readonly columns: string
  readonly selected: boolean
  readonly current: boolean
  readonly fresh: boolean
  onOpen(event: StoredEvent): void
  onSelect(event: StoredEvent, range: boolean): void
  onFocus(id: string): void
}

/** One event of the table. */
export const TableRow = memo(function TableRow(props: TableRowProps): ReactNode {
  const { event, catalog, columns, selected, current } = props
  const { messages, formats } = useActivityContext()
  return (
    <tr
      className="whodid-tr"
      data-selected={present(selected)}
      data-current={present(current)}
      data-fresh={present(props.fresh)}
      data-kind={event.kind}
      data-status={event.status}
      aria-selected={selected}
      tabIndex={current ? 0 : -1}
      onFocus={() => props.onFocus(event.id)}
      onClick={(click) => (click.shiftKey ? props.onSelect(event, true) : props.onOpen(event))}
    >
      <td className="whodid-td" data-column="select">
        <Checkbox
          label={messages.select(visibleText(sentenceOf(catalog, event, formats.locale)))}
          checked={selected}
          onChange={(_, shift) => props.onSelect(event, shift)}
        />
      </td>
      {(columns.split(' ') as TableColumn[]).map((column) => (
        <td key={column} className="whodid-td" data-column={column} data-label={columnLabel(column, messages)}>
          <Cell column={column} event={event} catalog={catalog} />
        </td>
      ))}
    </tr>
  )
})
