import type { CatalogJson, StoredEvent } from '@whodid/core'
import type { ReactNode } from 'react'
import { getActorName, getActorTag, getResourceName, getScopes, getSentence, getTypeLabel } from '../events/describe.ts'
import { useEvent } from '../events/use-event.ts'
import { ActionBadge } from '../parts/event/action-badge.tsx'
import { RelativeTime } from '../parts/event/relative-time.tsx'
import { ResourceLink } from '../parts/event/resource-link.tsx'
import { Announcer } from '../parts/feedback.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import { Changes } from './changes.tsx'
import { JsonView } from './json-view.tsx'
import { useCopy } from './use-copy.ts'

function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div className="whodid-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <section className="whodid-section">
      <h3>{title}</h3>
      {children}
    </section>
  )
}

/** Lists all fields of an event. */
export function DetailsBody({ event, catalog }: { event: StoredEvent; catalog: CatalogJson }): ReactNode {
  const { messages, formats } = useActivityContext()
  const { actor, context } = event
  const at = Date.parse(event.occurredAt)
  const scopes = getScopes(event)
  const tag = getActorTag(event, messages)
  const hasMetadata = Object.keys(event.metadata).length > 0

  return (
    <div className="whodid-details-body">
      <dl className="whodid-facts">
        <Fact name={messages.time}>
          <time dateTime={event.occurredAt}>{formats.full(at)}</time>
          <span className="whodid-fact-note">
            {formats.utc(at)} · <RelativeTime iso={event.occurredAt} />
          </span>
        </Fact>
        <Fact name={messages.user}>
          <Text value={getActorName(event, messages)} className="whodid-strong" />{' '}
          {tag !== null && <span className="whodid-tag">{tag}</span>}
          {actor.email && actor.email !== getActorName(event, messages) && (
            <span className="whodid-fact-note">
              <Text value={actor.email} />
            </span>
          )}
          {actor.onBehalfOf && (
            <span className="whodid-fact-note">
              <Text value={messages.onBehalfOf(actor.onBehalfOf.name ?? actor.onBehalfOf.id)} />
            </span>
          )}
          {actor.impersonatedBy && (
            <span className="whodid-fact-note">
              <Text value={messages.impersonatedBy(actor.impersonatedBy.name ?? actor.impersonatedBy.id)} />
            </span>
          )}
        </Fact>
        <Fact name={messages.resource}>
          <ResourceLink event={event} catalog={catalog} />
          {getResourceName(event) !== null && (
            <span className="whodid-fact-note">
              <Text
                value={[getTypeLabel(catalog, event.resource.type), event.resource.id ?? '']
                  .filter(Boolean)
                  .join(' · ')}
              />
            </span>
          )}
        </Fact>
        {scopes.length > 0 && (
          <Fact name={messages.scope}>
            {scopes.map((scope) => (
              <span key={scope.level} className="whodid-fact-line">
                <Text value={scope.name} /> <span className="whodid-muted">{getTypeLabel(catalog, scope.level)}</span>
              </span>
            ))}
          </Fact>
        )}
        <Fact name={messages.description}>
          <Text value={getSentence(catalog, event, formats.locale)} />
        </Fact>
        <Fact name={messages.action}>
          <Text value={event.action} className="whodid-code" />
        </Fact>
        <Fact name={messages.status}>
          <span className="whodid-status" data-status={event.status}>
            <Icon name={event.status === 'failure' ? 'failed' : 'completed'} size={13} />
            {event.status === 'failure' ? messages.failed : messages.succeeded}
          </span>{' '}
          {event.severity !== 'info' && (
            <span className="whodid-tag" data-severity={event.severity}>
              {messages.severities[event.severity]}
            </span>
          )}
        </Fact>
        {event.error && (
          <Fact name={messages.error}>
            <Text
              value={[event.error.status, event.error.code, event.error.message]
                .filter((part) => part !== undefined)
                .join(' · ')}
            />
          </Fact>
        )}
        {event.causedBy && <CausedBy id={event.causedBy} catalog={catalog} />}
      </dl>

      {(event.changes.length > 0 || event.kind === 'update') && (
        <Section title={messages.changes}>
          {event.changes.length > 0 ? (
            <Changes changes={event.changes} />
          ) : (
            <p className="whodid-muted">{messages.noChanges}</p>
          )}
        </Section>
      )}
      {hasMetadata && (
        <Section title={messages.metadata}>
          <JsonView value={event.metadata} />
        </Section>
      )}
      <Section title={messages.context}>
        <dl className="whodid-facts">
          <Fact name={messages.ip}>{context.ip ? <Text value={context.ip} className="whodid-code" /> : '–'}</Fact>
          <Fact name={messages.userAgent}>{context.userAgent ? <Text value={context.userAgent} /> : '–'}</Fact>
          <Fact name={messages.channel}>{messages.channels[context.channel]}</Fact>
          {context.method && context.route && (
            <Fact name={messages.request}>
              <Text value={`${context.method} ${context.route}`} className="whodid-code" />
            </Fact>
          )}
          {context.requestId && (
            <Fact name={messages.requestId}>
              <Text value={context.requestId} className="whodid-code" />
            </Fact>
          )}
          <Fact name={messages.eventId}>
            <span className="whodid-code">{event.id}</span>
            <span className="whodid-fact-note">
              {messages.sequence} {formats.number(event.seq)}
            </span>
          </Fact>
        </dl>
      </Section>
    </div>
  )
}

function CausedBy({ id, catalog }: { id: string; catalog: CatalogJson }): ReactNode {
  const { messages, formats, getEventHref, renderLink } = useActivityContext()
  const { event } = useEvent(id)
  return (
    <Fact name={messages.causedBy}>
      {event === null ? (
        <span className="whodid-code">{id}</span>
      ) : (
        renderLink({
          href: getEventHref(id),
          className: 'whodid-link',
          children: <Text value={getSentence(catalog, event, formats.locale)} />,
        })
      )}
    </Fact>
  )
}

/** Heading of an event's details: its badge and sentence. */
export function DetailsHeading({ event, catalog }: { event: StoredEvent; catalog: CatalogJson }): ReactNode {
  const { formats } = useActivityContext()
  return (
    <>
      <ActionBadge event={event} catalog={catalog} />
      <span className="whodid-details-sentence">
        <Text value={getSentence(catalog, event, formats.locale)} />
      </span>
    </>
  )
}

/** Buttons that copy the event as JSON, or its link. */
export function DetailsActions({ event }: { event: StoredEvent }): ReactNode {
  const { messages, getEventHref } = useActivityContext()
  const { state, copy } = useCopy()
  const announcement = state === null ? '' : state.ok ? messages.copied : messages.copyFailed
  return (
    <div className="whodid-details-actions">
      <button type="button" className="whodid-button" onClick={() => void copy('json', JSON.stringify(event, null, 2))}>
        <Icon name={state?.target === 'json' && state.ok ? 'completed' : 'braces'} size={14} />
        {messages.copyJson}
      </button>
      <button type="button" className="whodid-button" onClick={() => void copy('link', getEventHref(event.id))}>
        <Icon name={state?.target === 'link' && state.ok ? 'completed' : 'link'} size={14} />
        {messages.copyLink}
      </button>
      {state !== null && !state.ok && <span className="whodid-muted">{announcement}</span>}
      <Announcer text={announcement} />
    </div>
  )
}
