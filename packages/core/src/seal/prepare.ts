import type { CatalogJson, ResolvedAction, ResolvedResource } from '../catalog/catalog.ts'
import { resolveAction, resolveResource } from '../catalog/resolve.ts'
import { renderActionSentence } from '../catalog/sentence.ts'
import type {
  Actor,
  CompleteEvent,
  EventContext,
  EventError,
  Json,
  JsonObject,
  NewEvent,
  PreparedEvent,
  Resource,
  Scope,
  Status,
} from '../event/event.ts'
import { getIdTime, isEventId, newId, parseTime } from '../event/id.ts'
import { EVENT_LIMITS } from '../event/limits.ts'
import { toSearchText } from '../filter/search-text.ts'
import { formatPointer, parsePointer, redactChanges, redactObject } from '../redact/redact.ts'
import { redactText } from '../redact/secrets.ts'
import {
  assertStorable,
  createDisclosure,
  createInvalidEventError,
  createSalt,
  hashDisclosure,
  hashLeaf,
  sha256,
  toCanonicalBytes,
} from './canonical.ts'

/** Options for {@link prepareEvent}. */
export interface PrepareOptions {
  readonly catalog: CatalogJson
  readonly tenantId: string
  /** The time of receipt in milliseconds, by the service's clock. */
  readonly receivedAt: number
}

/**
 * Prepares an event for storage. It fills in defaults, redacts secrets, renders the sentence, and computes the canonical bytes
 * (RFC 8785) with salted digests of personal values, the leaf hash, and the search text. Validate events from outside with
 * `parseEvent` first.
 *
 * @throws WhodidError `invalid_event` when the time is invalid, or the event is too large, too deep or cannot be stored
 */
export function prepareEvent(event: NewEvent, options: PrepareOptions): PreparedEvent {
  assertStorable(event)
  const action = resolveAction(options.catalog, event.action)
  const resource = resolveResource(options.catalog, event.resource.type)
  const complete = completeEvent(event, action, options)
  const { canonical, disclosures } = sealEvent(complete, action, resource)
  return {
    ...complete,
    digest: sha256(toCanonicalBytes({ ...event })),
    canonical,
    leafHash: hashLeaf(canonical),
    disclosures,
    searchText: toSearchText(complete),
  }
}

function completeEvent(event: NewEvent, action: ResolvedAction, options: PrepareOptions): CompleteEvent {
  const { id, occurredAt } = resolveIdAndTime(event, options.receivedAt)
  const redacted = new Set(event.redacted)
  const clean = (path: string, text: string) => {
    const cleaned = redactText(text)
    if (cleaned !== text) redacted.add(path)
    return cleaned
  }
  const metadata = redactObject(event.metadata ?? {})
  for (const pointer of metadata.redacted) redacted.add(`/metadata${pointer}`)
  const changes = redactChanges(event.changes ?? [])
  for (const pointer of changes.redacted) redacted.add(`/changes${pointer}`)
  const status: Status = event.status ?? (event.error ? 'failure' : 'success')
  const draft = {
    id,
    occurredAt,
    receivedAt: new Date(options.receivedAt).toISOString(),
    tenantId: options.tenantId,
    action: event.action,
    category: event.action.slice(0, event.action.indexOf('.')),
    kind: event.kind ?? action.kind,
    status,
    actor: cleanActor(event.actor, clean),
    resource: cleanResource(event.resource, clean),
    scope: cleanScope(event.scope ?? {}, clean),
    severity: event.severity ?? action.severity,
    changes: changes.changes,
    metadata: metadata.value,
    error: cleanError(event.error, clean),
    causedBy: event.causedBy ?? null,
    context: cleanContext(event, clean),
  }
  const description =
    event.description === undefined
      ? renderActionSentence(options.catalog, action, draft, 'en').slice(0, EVENT_LIMITS.description)
      : clean('/description', event.description)
  return { ...draft, description, redacted: [...redacted] }
}

type RedactText = (path: string, text: string) => string

function cleanResource(resource: Resource, clean: RedactText): Resource {
  const { type, id, name, href } = resource
  return {
    type,
    id: id === null ? null : clean('/resource/id', id),
    ...(name !== undefined && { name: clean('/resource/name', name) }),
    ...(href !== undefined && { href: clean('/resource/href', href) }),
  }
}

function cleanScope(scope: Scope, clean: RedactText): Scope {
  const result: { [level: string]: Scope[string] } = {}
  for (const [level, { id, name }] of Object.entries(scope)) {
    const cleanId = clean(formatPointer(['scope', level, 'id']), id)
    result[level] =
      name === undefined ? { id: cleanId } : { id: cleanId, name: clean(formatPointer(['scope', level, 'name']), name) }
  }
  return result
}

function cleanError(error: EventError | null | undefined, clean: RedactText): EventError | null {
  if (error === null || error === undefined) return null
  const { code, message } = error
  return {
    ...error,
    ...(code !== undefined && { code: clean('/error/code', code) }),
    ...(message !== undefined && { message: clean('/error/message', message) }),
  }
}

function cleanActor(actor: Actor, clean: RedactText): Actor {
  const { name, email } = actor
  return {
    ...actor,
    id: clean('/actor/id', actor.id),
    ...(name !== undefined && { name: clean('/actor/name', name) }),
    ...(email !== undefined && { email: clean('/actor/email', email) }),
  }
}

function cleanContext(event: NewEvent, clean: RedactText): EventContext {
  const context = event.context ?? {}
  const text = (member: 'userAgent' | 'requestId' | 'traceId' | 'route') => {
    const value = context[member]
    return value === undefined || value === null ? null : clean(`/context/${member}`, value)
  }
  return {
    // Without a channel, an event of a person was sent by a program.
    channel: context.channel ?? (event.actor.type === 'system' ? 'system' : 'api'),
    ip: context.ip ?? null,
    userAgent: text('userAgent'),
    requestId: text('requestId'),
    traceId: text('traceId'),
    method: context.method ?? null,
    route: text('route'),
  }
}

function resolveIdAndTime(event: NewEvent, receivedAt: number): { readonly id: string; readonly occurredAt: string } {
  const occurredAt = event.occurredAt === undefined ? undefined : parseTime(event.occurredAt)
  if (event.occurredAt !== undefined && occurredAt === undefined) {
    throw createInvalidEventError(
      `occurredAt is ${JSON.stringify(event.occurredAt.slice(0, 64))}: it must be an ISO 8601 time with a zone.`,
    )
  }
  if (event.id !== undefined && !isEventId(event.id))
    throw createInvalidEventError(`id is ${JSON.stringify(event.id.slice(0, 64))}: it must be a UUIDv7.`)
  const ms = event.id === undefined ? (occurredAt ?? receivedAt) : getIdTime(event.id)
  if (occurredAt !== undefined && occurredAt !== ms) {
    throw createInvalidEventError(
      `occurredAt is ${new Date(occurredAt).toISOString()}, but the id holds ${new Date(ms).toISOString()}. Create the id from occurredAt, or omit one of them.`,
    )
  }
  if (ms > receivedAt + EVENT_LIMITS.maxAheadMs) {
    throw createInvalidEventError(
      `occurredAt is ${new Date(ms).toISOString()}, more than 5 minutes ahead of the service's clock (${new Date(receivedAt).toISOString()}). Set the sender's clock.`,
    )
  }
  if (ms < 0) throw createInvalidEventError(`occurredAt is ${new Date(ms).toISOString()}: it must not be before 1970.`)
  return { id: event.id ?? newId(ms), occurredAt: new Date(ms).toISOString() }
}

/** Returns the canonical bytes of a complete event, with the digests of personal values in `_sd`, and the disclosures. */
function sealEvent(
  event: CompleteEvent,
  action: ResolvedAction,
  resource: ResolvedResource,
): { readonly canonical: Uint8Array; readonly disclosures: readonly string[] } {
  const disclosures: string[] = []
  const hide = <T extends Json>(path: string, value: T | null | undefined) => {
    if (value !== undefined && value !== null) disclosures.push(createDisclosure(path, value))
    return undefined
  }
  const { name: _, email, onBehalfOf, impersonatedBy, ...actor } = event.actor
  const canonical: { [member: string]: unknown } = {
    ...event,
    v: 1,
    actor: {
      ...actor,
      name: hide('/actor/name', event.actor.name),
      email: hide('/actor/email', email),
      ...(onBehalfOf && { onBehalfOf: { id: onBehalfOf.id, name: hide('/actor/onBehalfOf/name', onBehalfOf.name) } }),
      ...(impersonatedBy && {
        impersonatedBy: { id: impersonatedBy.id, name: hide('/actor/impersonatedBy/name', impersonatedBy.name) },
      }),
    },
    resource: resource.personal
      ? { ...event.resource, name: hide('/resource/name', event.resource.name) }
      : event.resource,
    description: hide('/description', event.description),
    context: {
      ...event.context,
      ip: hide('/context/ip', event.context.ip),
      userAgent: hide('/context/userAgent', event.context.userAgent),
    },
    ...(action.personal.length > 0 && { metadata: hideKeys(event.metadata, action.personal, hide) }),
    changes: event.changes.map((change, index) => {
      const [first = ''] = parsePointer(change.path)
      if (!action.personal.includes(first) && !(resource.personal && first === 'name')) return change
      return {
        path: change.path,
        from: hide(`/changes/${index}/from`, change.from),
        to: hide(`/changes/${index}/to`, change.to),
      }
    }),
    _salt: createSalt(),
    _sd: [],
  }
  canonical._sd = disclosures.map(hashDisclosure).sort()
  const bytes = toCanonicalBytes(canonical)
  const size = Math.max(
    bytes.length,
    disclosures.reduce((sum, disclosure) => sum + disclosure.length, 0),
  )
  if (size > EVENT_LIMITS.bytes) {
    throw createInvalidEventError(
      `The event has ${size} bytes. The limit is ${EVENT_LIMITS.bytes}. Shorten its metadata or changes.`,
    )
  }
  return { canonical: bytes, disclosures }
}

function hideKeys(
  metadata: JsonObject,
  keys: readonly string[],
  hide: (path: string, value: Json | undefined) => undefined,
): JsonObject {
  const rest: { [key: string]: Json } = { ...metadata }
  for (const key of keys) {
    if (!Object.hasOwn(rest, key)) continue
    hide(formatPointer(['metadata', key]), rest[key])
    delete rest[key]
  }
  return rest
}
