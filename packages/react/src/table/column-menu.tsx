import { Menu } from '@base-ui/react/menu'
import type { ReactNode } from 'react'
import type { DeferredProps } from '../parts/controls/deferred-button.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'
import { columnLabel } from './cells.tsx'
import type { ActivityTableControl, TableColumn } from './use-activity-table.ts'

export interface ColumnMenuProps {
  readonly control: ActivityTableControl
}

/** Which columns are shown. Loaded when first needed. */
export default function ColumnMenu({ control, defaultOpen }: ColumnMenuProps & DeferredProps): ReactNode {
  const { messages } = useActivityContext()
  const root = useRootProps('whodid-layer')
  const { table } = control
  const shown = table.getVisibleLeafColumns().length
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
                  disabled={column.getIsVisible() && shown === 1}
                  closeOnClick={false}
                  onCheckedChange={(checked) => column.toggleVisibility(checked)}
                >
                  <span className="whodid-option-check">
                    <Menu.CheckboxItemIndicator>
                      <Icon name="completed" size={13} />
                    </Menu.CheckboxItemIndicator>
                  </span>
                  <span className="whodid-option-text">{columnLabel(column.id as TableColumn, messages)}</span>
                </Menu.CheckboxItem>
              ))}
            </div>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
