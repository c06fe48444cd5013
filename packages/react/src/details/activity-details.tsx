import { forwardRef, lazy, Suspense } from 'react'
import { useEvent } from '../events/use-event.ts'
import { EmptyState, ErrorState, Skeleton } from '../parts/feedback.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { useActivityContext } from '../provider/context.ts'
import { getHttpStatus } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'
import { DetailsActions, DetailsBody, DetailsHeading } from './details-body.tsx'

const DetailsDialog = lazy(() => import('./details-dialog.tsx'))

/** Props of `ActivityDetails`. */
export interface ActivityDetailsProps {
  /** Id of the event. Renders nothing for null. */
  readonly eventId: string | null
  /** Shows the event in a drawer, a dialog or inline. @default 'drawer' */
  readonly mode?: 'drawer' | 'dialog' | 'inline' | undefined
  /** Called when the viewer closes the drawer or dialog, which require it. */
  readonly onClose?: (() => void) | undefined
  readonly onPrevious?: (() => void) | undefined
  readonly onNext?: (() => void) | undefined
  readonly className?: string | undefined
}

/**
 * Shows one event in full: actor, resource, time, origin, changes and metadata.
 *
 * @example
 * <ActivityDetails eventId={id} onClose={() => setId(null)} />
 */
export const ActivityDetails = forwardRef<HTMLElement, ActivityDetailsProps>(function ActivityDetails(props, ref) {
  const { eventId, mode = 'drawer', onClose, onPrevious, onNext, className } = props
  const { messages } = useActivityContext()
  const { catalog } = useCatalog()
  const { event, error, isLoading, retry } = useEvent(mode === 'inline' ? eventId : null)
  const root = useRootProps('whodid-card', 'whodid-details', className)
  if (eventId === null) return null
  if (mode !== 'inline') {
    return (
      <Suspense fallback={null}>
        <DetailsDialog
          mode={mode}
          eventId={eventId}
          className={className}
          onClose={() => onClose?.()}
          onPrevious={onPrevious}
          onNext={onNext}
        />
      </Suspense>
    )
  }
  return (
    <article ref={ref} {...root} data-mode="inline" aria-label={messages.details}>
      {event ? (
        <>
          <div className="whodid-details-heading">
            <DetailsHeading event={event} catalog={catalog} />
          </div>
          <DetailsBody event={event} catalog={catalog} />
          <DetailsActions event={event} />
        </>
      ) : error && getHttpStatus(error) === 404 ? (
        <EmptyState icon="search" title={messages.notFoundTitle} body={messages.notFoundBody} />
      ) : error ? (
        <ErrorState error={error} onRetry={retry} />
      ) : (
        isLoading && <Skeleton rows={5} />
      )}
    </article>
  )
})
