import {
  type Actor,
  ANONYMOUS,
  type CatalogJson,
  type Change,
  EVENT_LIMITS,
  type EventContext,
  type EventError,
  type Json,
  type JsonObject,
  type NewEvent,
  type Person,
  REDACTED,
  type RenderableEvent,
  type ResolvedAction,
  type Resource,
  renderSentence,
  type Scope,
  type Status,
} from '@whodid/core'
import { findAction } from '@whodid/core/catalog'
import { getVerbKind } from '@whodid/core/language'
import { formatPointer, getMaxJsonLength, toStorableText } from '@whodid/core/redact'
import { type Engine, track } from '../context/engine.ts'
import type { AckMode } from '../delivery/options.ts'
import type { ResolvedDraft } from './draft.ts'

/** Maximum bytes of the changes of an event. Leaves room for its other fields. */
const MAX_CHANGES_BYTES = 36_000

/** The actor, tenant and origin that all events of a request or job share. */
export interface Attribution {
  readonly actor: Actor
  readonly tenant: string | undefined
  readonly context: EventContext
  readonly causedBy: string | undefined
  readonly scope: Scope | undefined
}

/** An event, and its action if the catalog declares it. */
interface ComposedEvent {
  readonly event: NewEvent
  readonly declared: ResolvedAction | undefined
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Returns the acknowledgment that an action's event waits for. */
export function getAckMode(catalog: CatalogJson, action: string): AckMode {
  return toAckMode(findAction(catalog, action))
}

function toAckMode(action: ReturnType<typeof findAction>): AckMode {
  if (action?.onFailure === 'closed') return 'closed'
  return action?.delivery ?? 'buffered'
}

/** Returns the categories of all current and retired action names that have `onFailure: 'closed'`. */
export function findFailClosedCategories(catalog: CatalogJson): ReadonlySet<string> {
  const names = [...catalog.actions.map((action) => action.name), ...Object.keys(catalog.aliases)]
  const closed = names.filter((name) => getAckMode(catalog, name) === 'closed')
  return new Set(closed.map((name) => name.slice(0, name.indexOf('.'))))
}

/** Creates an event and queues it. Returns a promise of the acknowledgment unless the action is buffered. */
export function emit(engine: Engine, draft: ResolvedDraft, attribution: Attribution): Promise<void> | undefined {
  const { event, declared } = composeEvent(draft, attribution, engine.catalog.json)
  if (declared === undefined) warnUndeclared(engine, event)
  return engine.delivery.add(event, toAckMode(declared))
}

/** Calls {@link emit} as soon as the attribution is known. */
export function emitLater(
  engine: Engine,
  draft: ResolvedDraft,
  attribution: Attribution | Promise<Attribution>,
): Promise<void> | undefined {
  if (!(attribution instanceof Promise)) return emit(engine, draft, attribution)
  return track(
    engine,
    attribution.then((resolved) => emit(engine, draft, resolved)),
  )
}

const MAX_WARNED_ACTIONS = 1_000
const warnedActions = new WeakMap<Engine, Set<string>>()

function warnUndeclared(engine: Engine, event: NewEvent): void {
  if (!engine.isDevelopment) return
  const warned = warnedActions.get(engine) ?? new Set()
  warnedActions.set(engine, warned)
  if (warned.has(event.action) || warned.size > MAX_WARNED_ACTIONS) return
  warned.add(event.action)
  engine.warn(
    `${event.action} is not in the catalog, so its description is a default sentence: declare it, or map the route to another action with \`routes\`.`,
  )
}

/** Creates the event of a draft: truncates its values to the limits and fills in the catalog's defaults. */
function composeEvent(draft: ResolvedDraft, attribution: Attribution, catalog: CatalogJson): ComposedEvent {
  const declared = findAction(catalog, draft.action)
  const action = declared?.name ?? draft.action
  const dot = action.indexOf('.')
  const resource: Writable<Resource> = {
    type: truncate(draft.type, EVENT_LIMITS.identifier) || action.slice(0, dot),
    id: truncate(draft.resourceId, EVENT_LIMITS.id) || null,
  }
  if (draft.name !== undefined) resource.name = truncate(draft.name, EVENT_LIMITS.name)
  if (draft.href !== undefined && draft.href.length <= EVENT_LIMITS.href) resource.href = draft.href
  const event: Writable<NewEvent> & { status: Status } = {
    id: draft.id,
    action,
    kind: declared?.kind ?? draft.kind ?? getVerbKind(action.slice(dot + 1)),
    status: draft.status ?? (draft.error ? 'failure' : 'success'),
    actor: truncateActor(draft.actor ?? attribution.actor),
    resource,
    context: attribution.context,
  }
  const tenantId = draft.tenant ?? attribution.tenant
  if (tenantId !== undefined && tenantId !== '') event.tenantId = truncate(tenantId, EVENT_LIMITS.id)
  const scope = attribution.scope === undefined ? draft.scope : { ...attribution.scope, ...draft.scope }
  if (scope !== undefined && hasKeys(scope)) event.scope = truncateScope(scope)
  const severity = draft.severity ?? declared?.severity
  if (severity !== undefined) event.severity = severity
  if (draft.error) event.error = truncateError(draft.error)
  const causedBy = draft.causedBy === undefined ? attribution.causedBy : draft.causedBy
  if (causedBy !== undefined && causedBy !== null) event.causedBy = causedBy
  const changes = truncateChanges(draft.changes)
  if (changes.length > 0) event.changes = changes
  if (draft.metadata !== undefined && hasKeys(draft.metadata)) event.metadata = draft.metadata
  if (changes.length > 0 || draft.metadata !== undefined) {
    const redacted = findRedacted(draft.metadata, changes)
    if (redacted.length > 0) event.redacted = redacted
  }
  const description =
    draft.description || (declared === undefined ? undefined : renderSentence(catalog, toFacts(event)))
  if (description !== undefined) event.description = truncate(description, EVENT_LIMITS.description)
  return { event, declared }
}

function toFacts({
  action,
  status,
  actor,
  resource,
  scope,
  metadata,
  error,
  changes,
}: NewEvent & { status: Status }): RenderableEvent {
  const facts: Writable<RenderableEvent> = { action, status, actor, resource }
  if (scope !== undefined) facts.scope = scope
  if (metadata !== undefined) facts.metadata = metadata
  if (error !== undefined) facts.error = error
  if (changes !== undefined) facts.changes = changes
  return facts
}

function hasKeys(value: object): boolean {
  for (const _ in value) return true
  return false
}

/** Returns as many changes as an event can hold. */
function truncateChanges(changes: readonly Change[] | undefined): readonly Change[] {
  if (changes === undefined) return []
  if (hasRoomFor(changes)) return changes
  let size = 0
  const end = changes.findIndex(({ path, from, to }, index) => {
    size += getSize(path) + getSize(from) + getSize(to)
    return size > MAX_CHANGES_BYTES || index === EVENT_LIMITS.changes || path.length > EVENT_LIMITS.href
  })
  return end === -1 ? changes : changes.slice(0, end)
}

/** Checks the limits with an upper bound of the sizes, which is fast. */
function hasRoomFor(changes: readonly Change[]): boolean {
  if (changes.length > EVENT_LIMITS.changes) return false
  let size = 0
  for (const { path, from = null, to = null } of changes) {
    if (path.length > EVENT_LIMITS.href) return false
    size += getMaxJsonLength(path) + getMaxJsonLength(from) + getMaxJsonLength(to)
  }
  return size <= MAX_CHANGES_BYTES
}

function getSize(value: Change['from']): number {
  if (typeof value === 'string') return getByteLength(value)
  return typeof value === 'object' && value !== null ? getByteLength(JSON.stringify(value)) : 8
}

/** Checks for a redacted value. Faster than finding its pointer. */
function containsRedacted(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.includes(REDACTED)
  return typeof value === 'object' && value !== null && Object.values<Json>(value).some(containsRedacted)
}

/** Returns the JSON pointers of redacted values. */
function findRedacted(metadata: JsonObject | undefined, changes: readonly Change[]): string[] {
  const found: string[] = []
  const keys: (string | number)[] = []
  const visit = (key: string | number, value: Json | undefined) => {
    keys.push(key)
    if (typeof value === 'string') {
      if (value.includes(REDACTED)) found.push(formatPointer(keys))
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries<Json>(value)) visit(name, item)
    }
    keys.pop()
  }
  if (metadata !== undefined) visit('metadata', metadata)
  keys.push('changes')
  for (const [index, { from, to }] of changes.entries()) {
    keys.push(index)
    if (containsRedacted(from)) visit('from', from)
    if (containsRedacted(to)) visit('to', to)
    keys.pop()
  }
  return found
}

/** Truncates a text to a length, and replaces characters that cannot be stored. */
export function truncate(text: string, length: number): string
export function truncate(text: string | null | undefined, length: number): string | undefined
export function truncate(text: string | null | undefined, length: number): string | undefined {
  if (text === null || text === undefined) return undefined
  // A client could use characters that databases reject to keep its own request out of the log.
  return toStorableText(text.length <= length ? text : text.slice(0, length))
}

/** Picks and truncates the fields of an actor. */
function truncateActor(actor: Actor): Actor {
  const { type, id, name, email, onBehalfOf, impersonatedBy } = actor
  if (id === '') return ANONYMOUS
  return {
    type,
    id: truncate(id, EVENT_LIMITS.id),
    ...(name !== undefined && { name: truncate(name, EVENT_LIMITS.name) }),
    ...(email !== undefined && { email: truncate(email, EVENT_LIMITS.email) }),
    ...(onBehalfOf !== undefined && { onBehalfOf: truncatePerson(onBehalfOf) }),
    ...(impersonatedBy !== undefined && { impersonatedBy: truncatePerson(impersonatedBy) }),
  }
}

/** Picks and truncates the levels of a scope that have an id. */
function truncateScope(scope: Scope): Scope {
  const levels = Object.entries(scope).filter(([level, entry]) => level !== '' && String(entry.id) !== '')
  return Object.fromEntries(
    levels
      .slice(0, EVENT_LIMITS.scope)
      .map(([level, entry]) => [truncate(level, EVENT_LIMITS.identifier), truncatePerson(entry)]),
  )
}

function truncatePerson({ id, name }: Person): Person {
  return {
    id: truncate(String(id), EVENT_LIMITS.id),
    ...(typeof name === 'string' && { name: truncate(name, EVENT_LIMITS.name) }),
  }
}

function truncateError({ status, code, message }: EventError): EventError {
  const isStatus = status !== undefined && Number.isInteger(status) && status >= 0 && status <= 999
  return {
    ...(isStatus && { status }),
    ...(code !== undefined && { code: truncate(code, EVENT_LIMITS.identifier) }),
    ...(message !== undefined && { message: truncate(message, EVENT_LIMITS.message) }),
  }
}

const encoder = new TextEncoder()

/** Returns the number of bytes of a text in UTF-8. */
export function getByteLength(text: string): number {
  return typeof Buffer === 'undefined' ? encoder.encode(text).length : Buffer.byteLength(text)
}

// Actor, context, ids, and field names.
const BASE_BYTES = 900

/** Estimates the bytes of an event as JSON: cheap, and never far too low for ASCII text. */
export function estimateSize(event: NewEvent): number {
  let size = BASE_BYTES + (event.description?.length ?? 0) + (event.resource.name?.length ?? 0)
  if (event.changes !== undefined)
    for (const { path, from, to } of event.changes) size += 24 + path.length + estimateJson(from) + estimateJson(to)
  if (event.metadata !== undefined) size += estimateJson(event.metadata)
  return size
}

function estimateJson(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return 8
  let size = 2
  if (Array.isArray(value)) {
    for (const item of value) size += 1 + estimateJson(item)
    return size
  }
  for (const [key, item] of Object.entries(value)) size += key.length + 4 + estimateJson(item)
  return size
}
