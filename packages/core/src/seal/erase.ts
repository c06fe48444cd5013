import type { CatalogJson } from '../catalog/catalog.ts'
import { resolveAction, resolveResource } from '../catalog/resolve.ts'
import { sentenceOf } from '../catalog/sentence.ts'
import type { DisclosedEvent, Erased } from '../contracts/administration.ts'
import { type Change, FORMER_USER, type Json, type JsonObject, type Person, type StoredEvent } from '../event/event.ts'
import { EVENT_LIMITS } from '../event/limits.ts'
import { keysOf } from '../event/pointer.ts'
import { foldText, searchTextOf } from '../filter/search-text.ts'
import { pathOfDisclosure } from './canonical.ts'

/** What {@link eraseFrom} needs to know beside the event and the person. */
export interface EraseOptions {
  readonly catalog: CatalogJson
  /**
   * More of the metadata to erase, beside what the catalog calls personal: paths such as `metadata.address`. What the catalog
   * does not call personal stands in the canonical bytes as it is, and stays there.
   */
  readonly fields?: readonly string[] | undefined
  /** What the person is called elsewhere, so that no description keeps a name which its own event does not know. */
  readonly names?: readonly string[] | undefined
}

/**
 * What an erasure leaves of an event: "A former user" for the person's name, no e-mail address, ip and user agent, no personal metadata
 * and changes, and without the disclosures of all that. Whoever else the event names keeps their name, and the person their id.
 * A description that named them is made anew with "A former user" in their place.
 *
 * Personal metadata and changes are erased whoever of the event's people they are about, since nothing says whose they are. The
 * canonical bytes hold all of this as digests only, so they and the ledger stay as they are. Doing it twice changes nothing.
 *
 * @example
 * const page = await store.people.eventsOf(scope, { id: 'u1', resourceTypes: ['member'] }, { after: null, limit: 500 })
 * await store.people.erase('acme', page.map((each) => eraseFrom(each, 'u1', { catalog: catalog.json })))
 */
export function eraseFrom({ event, disclosures }: DisclosedEvent, personId: string, options: EraseOptions): Erased {
  const { actor, resource } = event
  const action = resolveAction(options.catalog, event.action)
  const hidden = new Set(disclosures.map(pathOfDisclosure))
  const isActor = actor.id === personId
  const acts = [actor, actor.onBehalfOf, actor.impersonatedBy].some((each) => each?.id === personId)

  const isResourcePersonal = hidden.has('/resource/name') || resolveResource(options.catalog, resource.type).personal
  const known = [...(options.names ?? []), ...namesIn(event, personId, isResourcePersonal)].filter(isTelling)
  const isResource = isResourcePersonal && (resource.id === personId || holds(resource.name, known))

  const former = <P extends Person>(person: P): P => ({ ...person, name: FORMER_USER })
  const of = (person: Person | undefined) => (person?.id === personId ? former(person) : person)
  const { metadata, changes } = withoutPersonal(event, {
    keys: new Set([...action.personal, ...topKeys(hidden, 'metadata')]),
    isPersonalChange: (change, index) =>
      hidden.has(`/changes/${index}/from`) ||
      hidden.has(`/changes/${index}/to`) ||
      action.personal.includes(topKey(change)) ||
      (isResource && topKey(change) === 'name'),
    isResourceAnother: isResourcePersonal && !isResource,
    known,
    fields: options.fields ?? [],
  })
  const { onBehalfOf, impersonatedBy, ...self } = isActor ? { ...former(actor), email: undefined } : actor
  const erased: StoredEvent = {
    ...event,
    actor: { ...self, onBehalfOf: of(onBehalfOf), impersonatedBy: of(impersonatedBy) },
    resource: isResource ? { ...resource, name: undefined } : resource,
    context: acts ? { ...event.context, ip: null, userAgent: null } : event.context,
    metadata,
    changes,
  }
  const description = descriptionOf(event, erased, { catalog: options.catalog, known })
  const result = { ...erased, description }
  return {
    id: event.id,
    actorName: result.actor.name ?? null,
    actorEmail: result.actor.email ?? null,
    onBehalfOfName: result.actor.onBehalfOf?.name ?? null,
    impersonatedByName: result.actor.impersonatedBy?.name ?? null,
    resourceName: result.resource.name ?? null,
    description,
    ip: result.context.ip,
    userAgent: result.context.userAgent,
    metadata,
    changes,
    disclosures: disclosures.filter((disclosure) => {
      const path = keysOf(pathOfDisclosure(disclosure))
      const value = valueAt(event, path)
      return value !== undefined && value === valueAt(result, path)
    }),
    searchText: searchTextOf({
      ...result,
      resource: { type: resource.type, id: resource.id, name: result.resource.name },
    }),
  }
}

/** What the person is called in an event. */
function namesIn({ actor, resource }: StoredEvent, personId: string, isResourcePersonal: boolean): string[] {
  const found: (string | undefined)[] = []
  if (actor.id === personId) found.push(actor.name, actor.email)
  for (const person of [actor.onBehalfOf, actor.impersonatedBy]) if (person?.id === personId) found.push(person.name)
  if (isResourcePersonal && resource.id === personId) found.push(resource.name)
  return found.filter((name) => name !== undefined)
}

function isTelling(name: string) {
  return foldText(name) !== '' && name !== FORMER_USER
}

/** Words of a text in the form that search compares, with a space at either side of each. */
function spaced(text: string): string {
  return ` ${(foldText(text).match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `
}

/** Whether one of the values stands in a text, whole. */
function holds(text: string | undefined, values: readonly string[]): boolean {
  return (
    text !== undefined &&
    values.some((value) => {
      const words = spaced(value)
      return words.trim() === '' ? foldText(text).includes(foldText(value)) : spaced(text).includes(words)
    })
  )
}

/** What tells of somebody by a name or an address: the parts of the name, and what stands before the @. */
function partsOf(name: string): string[] {
  return name.includes('@') ? [name.split('@', 1).join()] : spaced(name).trim().split(' ')
}

/** The first keys below a member that something hidden stands at. */
function topKeys(hidden: ReadonlySet<string>, member: string): string[] {
  return [...hidden].map(keysOf).flatMap(([first, key]) => (first === member && key !== undefined ? [key] : []))
}

function topKey(change: Change): string {
  return keysOf(change.path)[0] ?? ''
}

interface Personal {
  readonly keys: ReadonlySet<string>
  readonly isPersonalChange: (change: Change, index: number) => boolean
  /** Whether the resource is another person, whose names are theirs. */
  readonly isResourceAnother: boolean
  readonly known: readonly string[]
  readonly fields: readonly string[]
}

function withoutPersonal(event: StoredEvent, personal: Personal): { metadata: JsonObject; changes: readonly Change[] } {
  let metadata: JsonObject = Object.fromEntries(
    Object.entries(event.metadata).filter(([key]) => !personal.keys.has(key)),
  )
  for (const field of personal.fields) {
    const [member, ...keys] = field.split('.')
    if (member === 'metadata') metadata = without(metadata, keys)
  }
  const changes = event.changes.map((change, index): Change => {
    if (!personal.isPersonalChange(change, index)) return change
    const isAnothersName = personal.isResourceAnother && topKey(change) === 'name'
    const isTold = [change.from, change.to].some((value) => holds(JSON.stringify(value), personal.known))
    return isAnothersName && !isTold ? change : { path: change.path }
  })
  return { metadata, changes }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object without what stands at a path. */
function without(object: JsonObject, [key, ...rest]: readonly string[]): JsonObject {
  if (key === undefined) return {}
  if (!Object.hasOwn(object, key)) return object
  const { [key]: value, ...others } = object
  if (rest.length === 0) return others
  return isObject(value) ? { ...object, [key]: without(value, rest) } : object
}

/** The texts that stood in an event and stand there no more. */
function valuesGone(before: StoredEvent, after: StoredEvent): string[] {
  const left = new Set(textsIn(after))
  return textsIn(before).filter((value) => !left.has(value) && isTelling(value))
}

function textsIn({ actor, resource, context, metadata, changes }: StoredEvent): string[] {
  const found: string[] = []
  const walk = (value: unknown) => {
    if (typeof value === 'string') found.push(value)
    else if (typeof value === 'number') found.push(String(value))
    else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) walk(item)
  }
  walk([actor, resource.name, context.ip, context.userAgent, metadata, changes])
  return found
}

interface Naming {
  readonly catalog: CatalogJson
  /** What the person is called. */
  readonly known: readonly string[]
}

/** The first sentence that tells nothing of what is gone; at last the action's label, which no event has a say in. */
function descriptionOf(before: StoredEvent, after: StoredEvent, { catalog, known }: Naming): string {
  const action = resolveAction(catalog, before.action)
  const gone = [...valuesGone(before, after), ...known, ...known.flatMap(partsOf)].filter(isTelling)
  const tells = (sentence: string) => holds(sentence.replaceAll(FORMER_USER, ' '), gone)
  if (!tells(before.description)) return before.description

  const render = (event: StoredEvent) => sentenceOf(catalog, action, event, 'en').slice(0, EVENT_LIMITS.description)
  const isResourceGone = before.resource.name !== undefined && after.resource.name === undefined
  const drawn = {
    ...after,
    resource: isResourceGone ? { ...after.resource, name: FORMER_USER } : after.resource,
  }
  const bare = { ...drawn, resource: { ...drawn.resource, name: undefined }, metadata: {}, error: null }
  // A sentence that was written by hand keeps its words.
  const written = render(before) === before.description ? [] : [withoutNames(before.description, known)]
  return [...written, render(drawn), render(bare)].find((sentence) => !tells(sentence)) ?? action.label
}

/** A sentence with a former user in the place of every name, the longest first. */
function withoutNames(sentence: string, known: readonly string[]): string {
  return [...known]
    .sort((left, right) => right.length - left.length)
    .reduce((text, name) => text.replaceAll(name, FORMER_USER), sentence)
}

function valueAt(event: StoredEvent, path: readonly string[]): unknown {
  let value: unknown = event
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
