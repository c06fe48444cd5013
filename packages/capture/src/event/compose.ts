import {
  type Actor,
  type CatalogJson,
  type Change,
  EVENT_LIMITS,
  type EventContext,
  type EventFacts,
  findAction,
  type Json,
  type JsonObject,
  kindOfVerb,
  type NewEvent,
  newId,
  pointerOf,
  REDACTED,
  type ResolvedAction,
  type Resource,
  renderSentence,
  type Scope,
  type Status,
} from '@whodid/core'
import type { Draft } from './draft.ts'
import { actorWithin, clip, errorWithin, MOST_CHANGED, scopeWithin } from './limits.ts'

/** Who acted, for whom, from where: what the events of one request or job have in common. */
export interface Setting {
  readonly actor: Actor
  readonly tenant: string | undefined
  readonly context: EventContext
  readonly causedBy: string | undefined
  readonly scope: Scope | undefined
}

/** An event, with the catalog's entry of its action where there is one. */
export interface Composed {
  readonly event: NewEvent
  readonly known: ResolvedAction | undefined
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** The event of a draft that has an action. Field by field, since this is done for every request that writes. */
export function compose(draft: Draft & { readonly action: string }, setting: Setting, catalog: CatalogJson): Composed {
  const known = findAction(catalog, draft.action)
  const action = known?.name ?? draft.action
  const dot = action.indexOf('.')
  const resource: Writable<Resource> = {
    type: clip(draft.type, EVENT_LIMITS.word) || action.slice(0, dot),
    id: clip(draft.resourceId, EVENT_LIMITS.id) || null,
  }
  if (draft.name !== undefined) resource.name = clip(draft.name, EVENT_LIMITS.name)
  if (draft.href !== undefined && draft.href.length <= EVENT_LIMITS.href) resource.href = draft.href
  const event: Writable<NewEvent> & { status: Status } = {
    id: draft.id ?? newId(),
    action,
    kind: known?.kind ?? draft.kind ?? kindOfVerb(action.slice(dot + 1)),
    status: draft.status ?? (draft.error ? 'failure' : 'success'),
    actor: actorWithin(draft.actor ?? setting.actor),
    resource,
    context: setting.context,
  }
  const tenantId = draft.tenant ?? setting.tenant
  if (tenantId !== undefined && tenantId !== '') event.tenantId = clip(tenantId, EVENT_LIMITS.id)
  const scope = setting.scope === undefined ? draft.scope : { ...setting.scope, ...draft.scope }
  if (scope !== undefined && isFilled(scope)) event.scope = scopeWithin(scope)
  const severity = draft.severity ?? known?.severity
  if (severity !== undefined) event.severity = severity
  if (draft.error) event.error = errorWithin(draft.error)
  const causedBy = draft.causedBy === undefined ? setting.causedBy : draft.causedBy
  if (causedBy !== undefined && causedBy !== null) event.causedBy = causedBy
  const changes = fitting(draft.changes)
  if (changes.length > 0) event.changes = changes
  if (draft.metadata !== undefined && isFilled(draft.metadata)) event.metadata = draft.metadata
  if (changes.length > 0 || draft.metadata !== undefined) {
    const redacted = redactedOf(draft.metadata, changes)
    if (redacted.length > 0) event.redacted = redacted
  }
  const description = draft.description || (known === undefined ? undefined : renderSentence(catalog, factsOf(event)))
  if (description !== undefined) event.description = clip(description, EVENT_LIMITS.description)
  return { event, known }
}

function factsOf({
  action,
  status,
  actor,
  resource,
  scope,
  metadata,
  error,
  changes,
}: NewEvent & { status: Status }): EventFacts {
  const facts: Writable<EventFacts> = { action, status, actor, resource }
  if (scope !== undefined) facts.scope = scope
  if (metadata !== undefined) facts.metadata = metadata
  if (error !== undefined) facts.error = error
  if (changes !== undefined) facts.changes = changes
  return facts
}

function isFilled(value: object): boolean {
  for (const _ in value) return true
  return false
}

/** As many of the changes as an event can hold. */
function fitting(changes: readonly Change[] | undefined): readonly Change[] {
  if (changes === undefined) return []
  let size = 0
  const end = changes.findIndex(({ path, from, to }, index) => {
    size += lengthOf(path) + lengthOf(from) + lengthOf(to)
    return size > MOST_CHANGED || index === EVENT_LIMITS.changes || path.length > EVENT_LIMITS.href
  })
  return end === -1 ? changes : changes.slice(0, end)
}

function lengthOf(value: Change['from']): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  return typeof value === 'object' && value !== null ? Buffer.byteLength(JSON.stringify(value)) : 8
}

/** JSON pointers of what was redacted. */
function redactedOf(metadata: JsonObject | undefined, changes: readonly Change[]): string[] {
  const found: string[] = []
  const keys: (string | number)[] = []
  const visit = (key: string | number, value: Json | undefined) => {
    keys.push(key)
    if (typeof value === 'string') {
      if (value.includes(REDACTED)) found.push(pointerOf(keys))
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries<Json>(value)) visit(name, item)
    }
    keys.pop()
  }
  if (metadata !== undefined) visit('metadata', metadata)
  keys.push('changes')
  for (const [index, { from, to }] of changes.entries()) {
    keys.push(index)
    visit('from', from)
    visit('to', to)
    keys.pop()
  }
  return found
}
