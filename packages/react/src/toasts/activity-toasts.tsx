import type { CatalogJson, StoredEvent } from '@whodid/core/browser'
import { forwardRef, lazy, type MouseEvent, type ReactNode, Suspense, useState } from 'react'
import { actorName, isAboutActor, sentenceOf } from '../events/describe.ts'
import { ActionTile } from '../parts/event/action-badge.tsx'
import { RelativeTime } from '../parts/event/relative-time.tsx'
import { ResourceLink } from '../parts/event/resource-link.tsx'
import { TitleButton } from '../parts/event/title-button.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { useRootProps } from '../parts/root-props.ts'
import { Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { useCatalog } from '../provider/use-service.ts'
import { visibleText } from '../text/escapes.ts'
import { type ActivityToastsOptions, useActivityToasts } from './use-activity-toasts.ts'

const DetailsDialog = lazy(() => import('../details/details-dialog.tsx'))

export interface ActivityToastsProps extends ActivityToastsOptions {
  readonly className?: string | undefined
  /** Opens an event in the host's own way. @default the kit's details */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

/**
 * Gives notice of critical events at once, wherever the viewer is in the app: said aloud, at most three at a time, each
 * until it is dismissed. Put it once into the app's shell.
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
        <section ref={ref} {...root} aria-label={messages.notices}>
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
  const critical = event.severity === 'critical'

  // The focus goes on to the next notice, so that a keyboard can dismiss them one after the other.
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
        <div role={critical ? 'alert' : 'status'}>
          <span className="whodid-sr">{messages.severities[event.severity]}: </span>
          <TitleButton event={event} catalog={catalog} onOpen={onOpen} />
        </div>
        <div className="whodid-row-meta">
          {event.severity !== 'info' && (
            <span className="whodid-tag" data-severity={event.severity}>
              {messages.severities[event.severity]}
            </span>
          )}
          <Text value={actorName(event, messages)} className="whodid-row-actor" />
          {!isAboutActor(event, messages) && <ResourceLink event={event} catalog={catalog} />}
          <RelativeTime iso={event.occurredAt} />
        </div>
      </div>
      <button
        type="button"
        className="whodid-icon-button"
        aria-label={messages.dismissNotice(visibleText(sentenceOf(catalog, event, formats.locale)))}
        onClick={close}
      >
        <Icon name="close" size={14} />
      </button>
    </li>
  )
}
