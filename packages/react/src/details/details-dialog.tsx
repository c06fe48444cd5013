import { Dialog } from '@base-ui/react/dialog'
import { type ReactNode, useEffect, useState } from 'react'
import { useEvent } from '../events/use-event.ts'
import { EmptyState, ErrorState, Skeleton } from '../parts/feedback.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { joinClassNames, useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'
import { getHttpStatus } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'
import { DetailsActions, DetailsBody, DetailsHeading } from './details-body.tsx'

/** Props of `DetailsDialog`. */
export interface DetailsDialogProps {
  readonly mode: 'drawer' | 'dialog'
  readonly eventId: string
  readonly className?: string | undefined
  onClose(): void
  /** Go to the neighbors in the list. Absent at its ends. */
  readonly onPrevious?: (() => void) | undefined
  readonly onNext?: (() => void) | undefined
}

/** Shows the details of an event in a drawer or dialog. Loaded when first opened. */
export default function DetailsDialog(props: DetailsDialogProps): ReactNode {
  const { mode, eventId, onClose, onPrevious, onNext } = props
  const { messages } = useActivityContext()
  const { catalog } = useCatalog()
  const { event, error, isLoading, retry } = useEvent(eventId)
  const [open, setOpen] = useState(true)
  const root = useRootProps('whodid-layer')
  const isMissing = error !== null && getHttpStatus(error) === 404

  useEffect(() => setOpen(eventId !== ''), [eventId])

  return (
    <Dialog.Root
      open={open}
      onOpenChange={setOpen}
      onOpenChangeComplete={(next) => {
        if (!next) onClose()
      }}
    >
      <Dialog.Portal {...root}>
        <Dialog.Backdrop className="whodid-backdrop" />
        <Dialog.Popup className={joinClassNames('whodid-sheet', props.className)} data-mode={mode}>
          <header className="whodid-sheet-header">
            <Dialog.Title className="whodid-sheet-title">{messages.details}</Dialog.Title>
            <span className="whodid-space" />
            {(onPrevious || onNext) && (
              <>
                <button
                  type="button"
                  className="whodid-icon-button"
                  aria-label={messages.previousEvent}
                  disabled={!onPrevious}
                  onClick={onPrevious}
                >
                  <Icon name="arrow-up" />
                </button>
                <button
                  type="button"
                  className="whodid-icon-button"
                  aria-label={messages.nextEvent}
                  disabled={!onNext}
                  onClick={onNext}
                >
                  <Icon name="arrow-down" />
                </button>
              </>
            )}
            <Dialog.Close className="whodid-icon-button" aria-label={messages.close}>
              <Icon name="close" />
            </Dialog.Close>
          </header>
          <div className="whodid-sheet-scroll">
            {event ? (
              <article className="whodid-details" data-kind={event.kind} data-status={event.status}>
                <Dialog.Description className="whodid-details-heading" render={<div />}>
                  <DetailsHeading event={event} catalog={catalog} />
                </Dialog.Description>
                <DetailsBody event={event} catalog={catalog} />
              </article>
            ) : isMissing ? (
              <EmptyState icon="search" title={messages.notFoundTitle} body={messages.notFoundBody} />
            ) : error ? (
              <ErrorState error={error} onRetry={retry} />
            ) : (
              isLoading && <Skeleton rows={5} />
            )}
          </div>
          {event && (
            <footer className="whodid-sheet-footer">
              <DetailsActions event={event} />
            </footer>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
