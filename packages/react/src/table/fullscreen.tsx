import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'

/** Shows its children over the whole window. Loaded when first opened. */
export default function Fullscreen({ onClose, children }: { onClose: () => void; children: ReactNode }): ReactNode {
  const { messages } = useActivityContext()
  const root = useRootProps('whodid-layer')
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal {...root}>
        <Dialog.Popup className="whodid-fullscreen" aria-label={messages.activity}>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
