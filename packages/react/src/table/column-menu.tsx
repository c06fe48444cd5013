import { Menu } from '@base-ui/react/menu'
import type { ReactNode } from 'react'
import type { DeferredPartProps } from '../parts/controls/deferred-button.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'
import { getColumnLabel } from './cells.tsx'
import type { ActivityTableControl, TableColumn } from './use-activity-table.ts'

/** Props of `ColumnMenu`. */
export interface ColumnMenuProps {
  readonly control: ActivityTableControl
}

/** Menu that shows and hides columns. Loaded when first opened. */
export default function ColumnMenu({ control, defaultOpen }: ColumnMenuProps & DeferredPartProps): ReactNode {
  const { messages } = useActivityContext()
  const root = useRootProps('whodid-layer')
  const { table } = control
  const visibleCount = table.getVisibleLeafColumns().length
  return (
    <Menu.Root defaultOpen={defaultOpen}>
      <Menu.Trigger className="whodid-icon-button" data-outlined="" aria-label={messages.columns}>
        <Icon name="columns" />
      </Menu.Trigger>
      <Menu.Portal {...root}>
        <Menu.Positioner align="end" sideOffset={4} className="whodid-positioner">
          <Menu.Popup className="whodid-popup">
            <div className="whodid-popup-list">
              {table.getAllLeafColumns().map((column) => (
                <Menu.CheckboxItem
                  key={column.id}
                  className="whodid-option"
                  checked={column.getIsVisible()}
                  disabled={column.getIsVisible() && visibleCount === 1}
                  closeOnClick={false}
                  onCheckedChange={(checked) => column.toggleVisibility(checked)}
                >
                  <span className="whodid-option-check">
                    <Menu.CheckboxItemIndicator>
                      <Icon name="completed" size={13} />
                    </Menu.CheckboxItemIndicator>
                  </span>
                  <span className="whodid-option-text">{getColumnLabel(column.id as TableColumn, messages)}</span>
                </Menu.CheckboxItem>
              ))}
            </div>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
