import {
  type Actor,
  type CatalogJson,
  type Change,
  EVENT_LIMITS,
  type EventContext,
  findAction,
  type Json,
  type JsonObject,
  kindOfVerb,
  type NewEvent,
  newId,
  pointerOf,
  REDACTED,
  type ResolvedAction,
  renderSentence,
  type Scope,
} from '@whodid/core'
import type { Draft } from './draft.ts'

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

/** The event of a draft that has an action. */
export function compose(draft: Draft & { readonly action: string }, setting: Setting, catalog: CatalogJson): Composed {
  const known = findAction(catalog, draft.action)
  const action = known?.name ?? draft.action
  const dot = action.indexOf('.')
  const scope = setting.scope === undefined ? draft.scope : { ...setting.scope, ...draft.scope }
  const tenantId = draft.tenant ?? setting.tenant
  const causedBy = draft.causedBy === undefined ? setting.causedBy : (draft.causedBy ?? undefined)
  const changes = fitting(draft.changes)
  const metadata = draft.metadata
  const redacted = redactedOf(metadata, changes)
  const actor = actorWithin(draft.actor ?? setting.actor)
  const event: NewEvent = {
    id: draft.id ?? newId(),
    ...(tenantId !== undefined && { tenantId }),
    action,
    kind: known?.kind ?? draft.kind ?? kindOfVerb(action.slice(dot + 1)),
    status: draft.status ?? (draft.error ? 'failure' : 'success'),
    actor,
    resource: {
      type: draft.type ?? action.slice(0, dot),
      id: draft.resourceId?.slice(0, EVENT_LIMITS.id) ?? null,
      ...(draft.name !== undefined && { name: draft.name.slice(0, EVENT_LIMITS.name) }),
      ...(draft.href !== undefined && { href: draft.href }),
    },
    ...(scope !== undefined && Object.keys(scope).length > 0 && { scope }),
    ...(draft.severity !== undefined
      ? { severity: draft.severity }
      : known !== undefined && { severity: known.severity }),
    ...(changes.length > 0 && { changes }),
    ...(metadata !== undefined && Object.keys(metadata).length > 0 && { metadata }),
    ...(draft.error && { error: draft.error }),
    ...(causedBy !== undefined && { causedBy }),
    context: setting.context,
    ...(redacted.length > 0 && { redacted }),
  }
  const description = draft.description ?? (known === undefined ? undefined : sentenceOf(event, catalog))
  return { event: description === undefined ? event : { ...event, description }, known }
}

function sentenceOf(event: NewEvent, catalog: CatalogJson): string {
  const { status = 'success', scope, metadata, error, changes } = event
  const facts = { action: event.action, status, actor: event.actor, resource: event.resource }
  return renderSentence(catalog, {
    ...facts,
    ...(scope !== undefined && { scope }),
    ...(metadata !== undefined && { metadata }),
    ...(error !== undefined && { error }),
    ...(changes !== undefined && { changes }),
  }).slice(0, EVENT_LIMITS.description)
}

// Leaves room for all else in the bytes that an event may have.
const MOST_CHANGED = 36_000

/** As many of the changes as an event can hold. */
function fitting(changes: readonly Change[] | undefined): readonly Change[] {
  if (changes === undefined) return []
  let size = 0
  const end = changes.findIndex((change) => {
    size += lengthOf(change.path) + lengthOf(change.from) + lengthOf(change.to)
    return size > MOST_CHANGED
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

function actorWithin(actor: Actor): Actor {
  const { id, name, email } = actor
  const fits =
    id.length <= EVENT_LIMITS.id &&
    (name?.length ?? 0) <= EVENT_LIMITS.name &&
    (email?.length ?? 0) <= EVENT_LIMITS.email
  if (fits) return actor
  return {
    ...actor,
    id: id.slice(0, EVENT_LIMITS.id),
    ...(name !== undefined && { name: name.slice(0, EVENT_LIMITS.name) }),
    ...(email !== undefined && { email: email.slice(0, EVENT_LIMITS.email) }),
  }
}
