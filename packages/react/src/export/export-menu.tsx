import { Menu } from '@base-ui/react/menu'
import type { ReactNode } from 'react'
import type { DeferredProps } from '../parts/controls/deferred-button.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { present } from '../parts/states.ts'
import { useActivityContext } from '../provider/context.ts'
import { ExportFace } from './export-label.tsx'
import type { ExportControl, RowFormat } from './use-export.ts'

export interface ExportMenuProps {
  readonly control: ExportControl
}

/** The "Actions (n)" button and its menu. Loaded when first needed. */
export default function ExportMenu({ control, defaultOpen }: ExportMenuProps & DeferredProps): ReactNode {
  const { messages } = useActivityContext()
  const root = useRootProps('whodid-layer')
  const none = control.count === 0
  const attempted = control.outcome?.is === 'nothing-selected'

  const rows = (icon: string, label: string, act: () => unknown) => (
    <Menu.Item className="whodid-option" data-muted={present(none)} closeOnClick={!none} onClick={() => void act()}>
      <Icon name={icon} size={14} />
      <span className="whodid-option-text">{label}</span>
    </Menu.Item>
  )
  const all = (format: RowFormat, label: string) => (
    <Menu.Item className="whodid-option" onClick={() => void control.saveAll(format)}>
      <Icon name="download" size={14} />
      <span className="whodid-option-text">{label}</span>
    </Menu.Item>
  )

  return (
    <Menu.Root defaultOpen={defaultOpen} onOpenChange={(open) => open && control.dismiss()}>
      <Menu.Trigger className="whodid-button" data-active={present(!none)}>
        <ExportFace count={control.count} />
      </Menu.Trigger>
      <Menu.Portal {...root}>
        <Menu.Positioner align="end" sideOffset={4} className="whodid-positioner">
          <Menu.Popup className="whodid-popup">
            <div className="whodid-popup-list">
              <Menu.Group>
                {none ? (
                  <Menu.GroupLabel className="whodid-popup-alert" data-attempted={present(attempted)}>
                    <Icon name="alert" size={14} />
                    {messages.selectRowsFirst}
                  </Menu.GroupLabel>
                ) : (
                  <Menu.GroupLabel className="whodid-popup-heading">{messages.selectedRows}</Menu.GroupLabel>
                )}
                {rows('cloned', messages.copyCsv, () => control.copy('csv'))}
                {rows('cloned', messages.copyJsonRows, () => control.copy('json'))}
                {rows('download', messages.exportCsv, () => control.save('csv'))}
                {rows('download', messages.exportJson, () => control.save('json'))}
              </Menu.Group>
              {control.mayExportAll && (
                <>
                  <Menu.Separator className="whodid-separator" />
                  <Menu.Group>
                    <Menu.GroupLabel className="whodid-popup-heading">{messages.allMatching}</Menu.GroupLabel>
                    {all('csv', messages.exportAllCsv)}
                    {all('json', messages.exportAllJson)}
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
