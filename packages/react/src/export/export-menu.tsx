import { Menu } from '@base-ui/react/menu'
import type { ReactNode } from 'react'
import type { DeferredPartProps } from '../parts/controls/deferred-button.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { toFlag } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { ExportLabel } from './export-label.tsx'
import type { ExportControl, RowFormat } from './use-export.ts'

/** Props of `ExportMenu`. */
export interface ExportMenuProps {
  readonly control: ExportControl
}

/** The "Actions (n)" button and its menu. Loaded when first opened. */
export default function ExportMenu({ control, defaultOpen }: ExportMenuProps & DeferredPartProps): ReactNode {
  const { messages } = useActivityContext()
  const root = useRootProps('whodid-layer')
  const isEmpty = control.count === 0
  const wasAttempted = control.outcome?.type === 'nothing-selected'

  const renderRowsItem = (icon: string, label: string, action: () => unknown) => (
    <Menu.Item
      className="whodid-option"
      data-muted={toFlag(isEmpty)}
      closeOnClick={!isEmpty}
      onClick={() => void action()}
    >
      <Icon name={icon} size={14} />
      <span className="whodid-option-text">{label}</span>
    </Menu.Item>
  )
  const renderAllItem = (format: RowFormat, label: string) => (
    <Menu.Item className="whodid-option" onClick={() => void control.saveAll(format)}>
      <Icon name="download" size={14} />
      <span className="whodid-option-text">{label}</span>
    </Menu.Item>
  )

  return (
    <Menu.Root defaultOpen={defaultOpen} onOpenChange={(open) => open && control.dismiss()}>
      <Menu.Trigger className="whodid-button" data-active={toFlag(!isEmpty)}>
        <ExportLabel count={control.count} />
      </Menu.Trigger>
      <Menu.Portal {...root}>
        <Menu.Positioner align="end" sideOffset={4} className="whodid-positioner">
          <Menu.Popup className="whodid-popup">
            <div className="whodid-popup-list">
              <Menu.Group>
                {isEmpty ? (
                  <Menu.GroupLabel className="whodid-popup-alert" data-attempted={toFlag(wasAttempted)}>
                    <Icon name="alert" size={14} />
                    {messages.selectRowsFirst}
                  </Menu.GroupLabel>
                ) : (
                  <Menu.GroupLabel className="whodid-popup-heading">{messages.selectedRows}</Menu.GroupLabel>
                )}
                {renderRowsItem('cloned', messages.copyCsv, () => control.copy('csv'))}
                {renderRowsItem('cloned', messages.copyJsonRows, () => control.copy('json'))}
                {renderRowsItem('download', messages.exportCsv, () => control.save('csv'))}
                {renderRowsItem('download', messages.exportJson, () => control.save('json'))}
              </Menu.Group>
              {control.canExportAll && (
                <>
                  <Menu.Separator className="whodid-separator" />
                  <Menu.Group>
                    <Menu.GroupLabel className="whodid-popup-heading">{messages.allMatching}</Menu.GroupLabel>
                    {renderAllItem('csv', messages.exportAllCsv)}
                    {renderAllItem('json', messages.exportAllJson)}
                  </Menu.Group>
                </>
              )}
            </div>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
