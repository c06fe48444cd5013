import {
  type CatalogJson,
  FORMER_USER,
  findAction,
  sentenceOf as renderAction,
  resolveResource,
  type StoredEvent,
  words,
} from '@whodid/core/browser'
import type { Messages } from '../text/messages.ts'

/**
 * The sentence of an event. One that came from the catalog's template is rendered anew in the viewer's language; one that
 * the host wrote itself, or whose action the catalog does not know, stands as it was recorded.
 */
export function sentenceOf(catalog: CatalogJson, event: StoredEvent, locale: string): string {
  const action = findAction(catalog, event.action)
  return action !== undefined && renderAction(catalog, action, event, 'en') === event.description
    ? renderAction(catalog, action, event, locale)
    : event.description
}

function verbOf(action: string) {
  return action.slice(action.indexOf('.') + 1)
}

/** What an action is called: "Created", "Role changed". */
export function actionLabel(catalog: CatalogJson, action: string): string {
  return findAction(catalog, action)?.label ?? words(verbOf(action))
}

/** What the badge of an event says. What failed was not done, so it is "Delete failed", not "Deleted". */
export function badgeLabel(
  catalog: CatalogJson,
  event: Pick<StoredEvent, 'action' | 'status' | 'kind'>,
  messages: Messages,
): string {
  const label = actionLabel(catalog, event.action)
  if (event.status === 'success') return label
  const named = event.kind === 'other' || label !== words(verbOf(event.action))
  return messages.failedAction(named ? label : messages.kinds[event.kind])
}

/** What people call a resource type: "Project". */
export function typeLabel(catalog: CatalogJson, type: string): string {
  return resolveResource(catalog, type).label
}

/** The name of whoever acted, or the best there is. */
export function actorName(event: Pick<StoredEvent, 'actor'>, messages: Messages): string {
  const { type, id, name, email } = event.actor
  if (name === FORMER_USER) return messages.formerUser
  return name || email || (type === 'system' ? messages.actorTypes.system : id)
}

/** What kind of actor it was, for a tag beside the name; null where the name says the same ("System"). */
export function actorTag(event: Pick<StoredEvent, 'actor'>, messages: Messages): string | null {
  const type = messages.actorTypes[event.actor.type]
  return type.toLocaleLowerCase() === actorName(event, messages).toLocaleLowerCase() ? null : type
}

/** The name of a resource, or its id; null where it has neither, as in a sign-in that failed. */
export function resourceName(event: Pick<StoredEvent, 'resource'>): string | null {
  return event.resource.name || event.resource.id || null
}

/**
 * Whether the resource is whoever acted, as in a sign-in: a row that shows the actor need not say the name again. One that
 * was deleted is shown all the same, since it says so.
 */
export function isAboutActor(event: Pick<StoredEvent, 'actor' | 'resource'>, messages: Messages): boolean {
  const { actor, resource } = event
  if (resource.deleted || resourceName(event) !== actorName(event, messages)) return false
  return resource.id === null || resource.id === actor.id
}

/** Where a resource belongs, outermost last: its project, its account. The resource itself is left out. */
export function scopesOf(
  event: Pick<StoredEvent, 'scope' | 'resource'>,
): readonly { readonly level: string; readonly id: string; readonly name: string }[] {
  return Object.entries(event.scope)
    .filter(([level, { id }]) => !(level === event.resource.type && id === event.resource.id))
    .map(([level, { id, name }]) => ({ level, id, name: name ?? id }))
}
