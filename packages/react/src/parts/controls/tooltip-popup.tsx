import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactNode } from 'react'
import { useRootProps } from '../root-props.ts'

/** The open tooltip. Loaded when first needed. */
export default function TooltipPopup({
  anchor,
  text,
  onClose,
}: {
  anchor: HTMLElement
  text: string
  onClose: () => void
}): ReactNode {
  const root = useRootProps('whodid-layer')
  return (
    <Tooltip.Root open onOpenChange={(open) => !open && onClose()}>
      <Tooltip.Portal {...root}>
        <Tooltip.Positioner anchor={anchor} sideOffset={6} className="whodid-positioner">
          <Tooltip.Popup className="whodid-tooltip" role="tooltip">
            {text}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
