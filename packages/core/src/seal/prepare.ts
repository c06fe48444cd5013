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
  canonicalBytes,
  createDisclosure,
  createInvalidEventError,
  createSalt,
  hashDisclosure,
  hashLeaf,
  sha256,
} from './canonical.ts'

/** What {@link prepareEvent} needs to know beside the event. */
export interface PrepareOptions {
  readonly catalog: CatalogJson
  readonly tenantId: string
  /** Milliseconds, by the service's clock. */
  readonly receivedAt: number
}

/**
 * Makes an event ready to be stored: fills in what is absent, redacts once more, renders the sentence, and makes the canonical
 * bytes (RFC 8785) with the personal values only as salted digests, the leaf hash, and the text that search looks through. The
 * event must have passed `parseEvent`, or come from our own code.
 *
 * @throws WhodidError `invalid_event` when its time is wrong, or it is too large, too deep, or holds what cannot be stored
 */
export function prepareEvent(event: NewEvent, options: PrepareOptions): PreparedEvent {
  assertStorable(event)
  const action = resolveAction(options.catalog, event.action)
  const resource = resolveResource(options.catalog, event.resource.type)
  const complete = completeEvent(event, action, options)
  const { canonical, disclosures } = sealEvent(complete, action, resource)
  return {
    ...complete,
    digest: sha256(canonicalBytes({ ...event })),
    canonical,
    leafHash: hashLeaf(canonical),
    disclosures,
    searchText: toSearchText(complete),
  }
}

function completeEvent(event: NewEvent, action: ResolvedAction, options: PrepareOptions): CompleteEvent {
  const { id, occurredAt } = resolveIdAndTime(event, options.receivedAt)
  const found = new Set(event.redacted)
  const clean = (path: string, text: string) => {
    const cleaned = redactText(text)
    if (cleaned !== text) found.add(path)
    return cleaned
  }
  const metadata = redactObject(event.metadata ?? {})
  for (const pointer of metadata.redacted) found.add(`/metadata${pointer}`)
  const changes = redactChanges(event.changes ?? [])
  for (const pointer of changes.redacted) found.add(`/changes${pointer}`)
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
  return { ...draft, description, redacted: [...found] }
}

type Clean = (path: string, text: string) => string

function cleanResource(resource: Resource, clean: Clean): Resource {
  const { type, id, name, href } = resource
  return {
    type,
    id: id === null ? null : clean('/resource/id', id),
    ...(name !== undefined && { name: clean('/resource/name', name) }),
    ...(href !== undefined && { href: clean('/resource/href', href) }),
  }
}

function cleanScope(scope: Scope, clean: Clean): Scope {
  const result: { [level: string]: Scope[string] } = {}
  for (const [level, { id, name }] of Object.entries(scope)) {
    const cleanId = clean(formatPointer(['scope', level, 'id']), id)
    result[level] =
      name === undefined ? { id: cleanId } : { id: cleanId, name: clean(formatPointer(['scope', level, 'name']), name) }
  }
  return result
}

function cleanError(error: EventError | null | undefined, clean: Clean): EventError | null {
  if (error === null || error === undefined) return null
  const { code, message } = error
  return {
    ...error,
    ...(code !== undefined && { code: clean('/error/code', code) }),
    ...(message !== undefined && { message: clean('/error/message', message) }),
  }
}

function cleanActor(actor: Actor, clean: Clean): Actor {
  const { name, email } = actor
  return {
    ...actor,
    id: clean('/actor/id', actor.id),
    ...(name !== undefined && { name: clean('/actor/name', name) }),
    ...(email !== undefined && { email: clean('/actor/email', email) }),
  }
}

function cleanContext(event: NewEvent, clean: Clean): EventContext {
  const given = event.context ?? {}
  const text = (member: 'userAgent' | 'requestId' | 'traceId' | 'route') => {
    const value = given[member]
    return value === undefined || value === null ? null : clean(`/context/${member}`, value)
  }
  return {
    // Without a word about where it came from, a person's event came from a program that speaks for them.
    channel: given.channel ?? (event.actor.type === 'system' ? 'system' : 'api'),
    ip: given.ip ?? null,
    userAgent: text('userAgent'),
    requestId: text('requestId'),
    traceId: text('traceId'),
    method: given.method ?? null,
    route: text('route'),
  }
}

function resolveIdAndTime(event: NewEvent, receivedAt: number): { readonly id: string; readonly occurredAt: string } {
  const given = event.occurredAt === undefined ? undefined : parseTime(event.occurredAt)
  if (event.occurredAt !== undefined && given === undefined) {
    throw createInvalidEventError(
      `occurredAt is ${JSON.stringify(event.occurredAt.slice(0, 64))}: write an ISO 8601 time with a zone.`,
    )
  }
  if (event.id !== undefined && !isEventId(event.id))
    throw createInvalidEventError(`id is ${JSON.stringify(event.id.slice(0, 64))}: it must be a UUIDv7.`)
  const ms = event.id === undefined ? (given ?? receivedAt) : getIdTime(event.id)
  if (given !== undefined && given !== ms) {
    throw createInvalidEventError(
      `occurredAt is ${new Date(given).toISOString()}, but the id was made at ${new Date(ms).toISOString()}: make the id from occurredAt, or leave one of them out.`,
    )
  }
  if (ms > receivedAt + EVENT_LIMITS.maxAheadMs) {
    throw createInvalidEventError(
      `occurredAt is ${new Date(ms).toISOString()}, more than five minutes after the service's ${new Date(receivedAt).toISOString()}: set the clock right.`,
    )
  }
  if (ms < 0)
    throw createInvalidEventError(`occurredAt is ${new Date(ms).toISOString()}: an id cannot hold a time before 1970.`)
  return { id: event.id ?? newId(ms), occurredAt: new Date(ms).toISOString() }
}

/** The canonical bytes of a complete event. Its personal values stand in them as digests, in `_sd`. */
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
  const bytes = canonicalBytes(canonical)
  const size = Math.max(
    bytes.length,
    disclosures.reduce((sum, disclosure) => sum + disclosure.length, 0),
  )
  if (size > EVENT_LIMITS.bytes) {
    throw createInvalidEventError(
      `The event has ${size} bytes, more than ${EVENT_LIMITS.bytes}: shorten its metadata or its changes.`,
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
