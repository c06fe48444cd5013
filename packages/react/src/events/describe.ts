import type { CatalogJson, StoredEvent } from '@whodid/core'
import {
  FORMER_USER,
  findAction,
  humanize,
  renderActionSentence as renderAction,
  resolveResource,
} from '@whodid/core/browser'
import type { Messages } from '../text/messages.ts'

/**
 * Returns the sentence of an event. Sentences from a catalog template are rendered in the viewer's language. Custom sentences,
 * and those of actions the catalog does not know, are returned as recorded.
 */
export function getSentence(catalog: CatalogJson, event: StoredEvent, locale: string): string {
  const action = findAction(catalog, event.action)
  return action !== undefined && renderAction(catalog, action, event, 'en') === event.description
    ? renderAction(catalog, action, event, locale)
    : event.description
}

function getVerb(action: string) {
  return action.slice(action.indexOf('.') + 1)
}

/** Returns the label of an action: "Created", "Role changed". */
export function getActionLabel(catalog: CatalogJson, action: string): string {
  return findAction(catalog, action)?.label ?? humanize(getVerb(action))
}

/** Returns the label of an event's badge. A failed event reads "Delete failed", not "Deleted". */
export function getBadgeLabel(
  catalog: CatalogJson,
  event: Pick<StoredEvent, 'action' | 'status' | 'kind'>,
  messages: Messages,
): string {
  const label = getActionLabel(catalog, event.action)
  if (event.status === 'success') return label
  const hasOwnLabel = event.kind === 'other' || label !== humanize(getVerb(event.action))
  return messages.failedAction(hasOwnLabel ? label : messages.kinds[event.kind])
}

/** Returns the label of a resource type: "Project". */
export function getTypeLabel(catalog: CatalogJson, type: string): string {
  return resolveResource(catalog, type).label
}

/** Returns the actor's name, or else their email or id. */
export function getActorName(event: Pick<StoredEvent, 'actor'>, messages: Messages): string {
  const { type, id, name, email } = event.actor
  if (name === FORMER_USER) return messages.formerUser
  return name || email || (type === 'system' ? messages.actorTypes.system : id)
}

/** Returns the actor type as a tag for the name, or null if the name is the same ("System"). */
export function getActorTag(event: Pick<StoredEvent, 'actor'>, messages: Messages): string | null {
  const type = messages.actorTypes[event.actor.type]
  return type.toLocaleLowerCase() === getActorName(event, messages).toLocaleLowerCase() ? null : type
}

/** Returns the name of a resource, or its id. Null if it has neither, as in a failed sign-in. */
export function getResourceName(event: Pick<StoredEvent, 'resource'>): string | null {
  return event.resource.name || event.resource.id || null
}

/**
 * Checks if the resource is the actor, as in a sign-in, so that a row does not show the same name twice. False for a deleted
 * resource, since its link shows that it is deleted.
 */
export function isAboutActor(event: Pick<StoredEvent, 'actor' | 'resource'>, messages: Messages): boolean {
  const { actor, resource } = event
  if (resource.deleted || getResourceName(event) !== getActorName(event, messages)) return false
  return resource.id === null || resource.id === actor.id
}

/** Returns the scopes that contain a resource, such as its project and account, without the resource itself. */
export function getScopes(
  event: Pick<StoredEvent, 'scope' | 'resource'>,
): readonly { readonly level: string; readonly id: string; readonly name: string }[] {
  return Object.entries(event.scope)
    .filter(([level, { id }]) => !(level === event.resource.type && id === event.resource.id))
    .map(([level, { id, name }]) => ({ level, id, name: name ?? id }))
}
