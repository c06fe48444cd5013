import type { CatalogJson, StoredEvent } from '@whodid/core'
import { forwardRef, lazy, type MouseEvent, type ReactNode, Suspense, useState } from 'react'
import { getActorName, getSentence, isAboutActor } from '../events/describe.ts'
import { ActionTile } from '../parts/event/action-badge.tsx'
import { RelativeTime } from '../parts/event/relative-time.tsx'
import { ResourceLink } from '../parts/event/resource-link.tsx'
import { TitleButton } from '../parts/event/title-button.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { useCatalog } from '../provider/use-service.ts'
import { toVisibleText } from '../text/escapes.ts'
import { type ActivityToastsOptions, useActivityToasts } from './use-activity-toasts.ts'

const DetailsDialog = lazy(() => import('../details/details-dialog.tsx'))

/** Props of `ActivityToasts`. */
export interface ActivityToastsProps extends ActivityToastsOptions {
  readonly className?: string | undefined
  /** Called when the viewer opens an event. @default opens the details in a drawer */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

/**
 * Shows critical events as toasts, anywhere in the app: announced to screen readers, at most three at a time, each until it is
 * dismissed. Render it once, in the app's shell.
 *
 * @example
 * <ActivityProvider url="/activity"><App /><ActivityToasts /></ActivityProvider>
 */
export const ActivityToasts = forwardRef<HTMLElement, ActivityToastsProps>(function ActivityToasts(props, ref) {
  const { className, onOpen } = props
  const { messages } = useActivityContext()
  const { catalog } = useCatalog()
  const { events, dismiss } = useActivityToasts(props)
  const [openId, setOpenId] = useState<string | null>(null)
  const root = useRootProps('whodid-toasts', className)

  const open = (event: StoredEvent) => {
    dismiss(event.id)
    if (onOpen) onOpen(event)
    else setOpenId(event.id)
  }

  return (
    <>
      {events.length > 0 && (
        <section ref={ref} {...root} aria-label={messages.notifications}>
          <ul className="whodid-toast-list">
            {events.map((event) => (
              <Toast
                key={event.id}
                event={event}
                catalog={catalog}
                onOpen={() => open(event)}
                onDismiss={() => dismiss(event.id)}
              />
            ))}
          </ul>
        </section>
      )}
      {openId !== null && (
        <Suspense fallback={null}>
          <DetailsDialog mode="drawer" eventId={openId} onClose={() => setOpenId(null)} />
        </Suspense>
      )}
    </>
  )
})

function Toast({
  event,
  catalog,
  onOpen,
  onDismiss,
}: {
  event: StoredEvent
  catalog: CatalogJson
  onOpen: () => void
  onDismiss: () => void
}): ReactNode {
  const { messages, formats } = useActivityContext()
  const isCritical = event.severity === 'critical'

  // Moves focus to the next toast, so that keyboard users can dismiss several in a row.
  const close = ({ currentTarget }: MouseEvent<HTMLButtonElement>) => {
    const item = currentTarget.closest('li')
    const next = item?.nextElementSibling ?? item?.previousElementSibling
    next?.querySelector<HTMLElement>(':scope > button')?.focus()
    onDismiss()
  }

  return (
    <li className="whodid-toast" data-kind={event.kind} data-status={event.status} data-severity={event.severity}>
      <ActionTile event={event} catalog={catalog} />
      <div className="whodid-moment-main">
        <div role={isCritical ? 'alert' : 'status'}>
          <span className="whodid-sr">{messages.severities[event.severity]}: </span>
          <TitleButton event={event} catalog={catalog} onOpen={onOpen} />
        </div>
        <div className="whodid-row-meta">
          {event.severity !== 'info' && (
            <span className="whodid-tag" data-severity={event.severity}>
              {messages.severities[event.severity]}
            </span>
          )}
          <Text value={getActorName(event, messages)} className="whodid-row-actor" />
          {!isAboutActor(event, messages) && <ResourceLink event={event} catalog={catalog} />}
          <RelativeTime iso={event.occurredAt} />
        </div>
      </div>
      <button
        type="button"
        className="whodid-icon-button"
        aria-label={messages.dismissNotification(toVisibleText(getSentence(catalog, event, formats.locale)))}
        onClick={close}
      >
        <Icon name="close" size={14} />
      </button>
    </li>
  )
}
