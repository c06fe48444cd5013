import type { CatalogJson } from '../catalog/catalog.ts'
import { resolveAction, resolveResource } from '../catalog/resolve.ts'
import { renderActionSentence } from '../catalog/sentence.ts'
import type { DisclosedEvent, ErasedEvent } from '../contracts/administration.ts'
import { type Change, FORMER_USER, type Json, type JsonObject, type Person, type StoredEvent } from '../event/event.ts'
import { EVENT_LIMITS } from '../event/limits.ts'
import { foldText, toSearchText } from '../filter/search-text.ts'
import { parsePointer } from '../redact/redact.ts'
import { getDisclosurePath } from './canonical.ts'

/** What {@link erasePersonFromEvent} needs to know beside the event and the person. */
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
export function erasePersonFromEvent(
  { event, disclosures }: DisclosedEvent,
  personId: string,
  options: EraseOptions,
): ErasedEvent {
  const { actor, resource } = event
  const action = resolveAction(options.catalog, event.action)
  const hidden = new Set(disclosures.map(getDisclosurePath))
  const isActor = actor.id === personId
  const acts = [actor, actor.onBehalfOf, actor.impersonatedBy].some((each) => each?.id === personId)

  const isResourcePersonal = hidden.has('/resource/name') || resolveResource(options.catalog, resource.type).personal
  const known = [...(options.names ?? []), ...findNames(event, personId, isResourcePersonal)].filter(isIdentifying)
  const isResource = isResourcePersonal && (resource.id === personId || containsAny(resource.name, known))

  const former = <P extends Person>(person: P): P => ({ ...person, name: FORMER_USER })
  const of = (person: Person | undefined) => (person?.id === personId ? former(person) : person)
  const { metadata, changes } = removePersonal(event, {
    keys: new Set([...action.personal, ...getTopKeys(hidden, 'metadata')]),
    isPersonalChange: (change, index) =>
      hidden.has(`/changes/${index}/from`) ||
      hidden.has(`/changes/${index}/to`) ||
      action.personal.includes(getTopKey(change)) ||
      (isResource && getTopKey(change) === 'name'),
    isOtherPerson: isResourcePersonal && !isResource,
    names: known,
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
  const description = renderDescription(event, erased, { catalog: options.catalog, names: known })
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
      const path = parsePointer(getDisclosurePath(disclosure))
      const value = getValueAt(event, path)
      return value !== undefined && value === getValueAt(result, path)
    }),
    searchText: toSearchText({
      ...result,
      resource: { type: resource.type, id: resource.id, name: result.resource.name },
    }),
  }
}

/** What the person is called in an event. */
function findNames({ actor, resource }: StoredEvent, personId: string, isResourcePersonal: boolean): string[] {
  const found: (string | undefined)[] = []
  if (actor.id === personId) found.push(actor.name, actor.email)
  for (const person of [actor.onBehalfOf, actor.impersonatedBy]) if (person?.id === personId) found.push(person.name)
  if (isResourcePersonal && resource.id === personId) found.push(resource.name)
  return found.filter((name) => name !== undefined)
}

function isIdentifying(name: string) {
  return foldText(name) !== '' && name !== FORMER_USER
}

/** Words of a text in the form that search compares, with a space at either side of each. */
function padWords(text: string): string {
  return ` ${(foldText(text).match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `
}

/** Whether one of the values stands in a text, whole. */
function containsAny(text: string | undefined, values: readonly string[]): boolean {
  return (
    text !== undefined &&
    values.some((value) => {
      const words = padWords(value)
      return words.trim() === '' ? foldText(text).includes(foldText(value)) : padWords(text).includes(words)
    })
  )
}

/** What tells of somebody by a name or an address: the parts of the name, and what stands before the @. */
function splitIdentity(name: string): string[] {
  return name.includes('@') ? [name.split('@', 1).join()] : padWords(name).trim().split(' ')
}

/** The first keys below a member that something hidden stands at. */
function getTopKeys(hidden: ReadonlySet<string>, member: string): string[] {
  return [...hidden].map(parsePointer).flatMap(([first, key]) => (first === member && key !== undefined ? [key] : []))
}

function getTopKey(change: Change): string {
  return parsePointer(change.path)[0] ?? ''
}

interface PersonalData {
  readonly keys: ReadonlySet<string>
  readonly isPersonalChange: (change: Change, index: number) => boolean
  /** Whether the resource is another person, whose names are theirs. */
  readonly isOtherPerson: boolean
  readonly names: readonly string[]
  readonly fields: readonly string[]
}

function removePersonal(
  event: StoredEvent,
  personal: PersonalData,
): { metadata: JsonObject; changes: readonly Change[] } {
  let metadata: JsonObject = Object.fromEntries(
    Object.entries(event.metadata).filter(([key]) => !personal.keys.has(key)),
  )
  for (const field of personal.fields) {
    const [member, ...keys] = field.split('.')
    if (member === 'metadata') metadata = omitPath(metadata, keys)
  }
  const changes = event.changes.map((change, index): Change => {
    if (!personal.isPersonalChange(change, index)) return change
    const isAnothersName = personal.isOtherPerson && getTopKey(change) === 'name'
    const isTold = [change.from, change.to].some((value) => containsAny(JSON.stringify(value), personal.names))
    return isAnothersName && !isTold ? change : { path: change.path }
  })
  return { metadata, changes }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object without what stands at a path. */
function omitPath(object: JsonObject, [key, ...rest]: readonly string[]): JsonObject {
  if (key === undefined) return {}
  if (!Object.hasOwn(object, key)) return object
  const { [key]: value, ...others } = object
  if (rest.length === 0) return others
  return isObject(value) ? { ...object, [key]: omitPath(value, rest) } : object
}

/** The texts that stood in an event and stand there no more. */
function getRemovedValues(before: StoredEvent, after: StoredEvent): string[] {
  const left = new Set(collectTexts(after))
  return collectTexts(before).filter((value) => !left.has(value) && isIdentifying(value))
}

function collectTexts({ actor, resource, context, metadata, changes }: StoredEvent): string[] {
  const found: string[] = []
  const walk = (value: unknown) => {
    if (typeof value === 'string') found.push(value)
    else if (typeof value === 'number') found.push(String(value))
    else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) walk(item)
  }
  walk([actor, resource.name, context.ip, context.userAgent, metadata, changes])
  return found
}

interface RenderContext {
  readonly catalog: CatalogJson
  /** What the person is called. */
  readonly names: readonly string[]
}

/** The first sentence that tells nothing of what is gone; at last the action's label, which no event has a say in. */
function renderDescription(before: StoredEvent, after: StoredEvent, { catalog, names: known }: RenderContext): string {
  const action = resolveAction(catalog, before.action)
  const gone = [...getRemovedValues(before, after), ...known, ...known.flatMap(splitIdentity)].filter(isIdentifying)
  const tells = (sentence: string) => containsAny(sentence.replaceAll(FORMER_USER, ' '), gone)
  if (!tells(before.description)) return before.description

  const render = (event: StoredEvent) =>
    renderActionSentence(catalog, action, event, 'en').slice(0, EVENT_LIMITS.description)
  const isResourceGone = before.resource.name !== undefined && after.resource.name === undefined
  const drawn = {
    ...after,
    resource: isResourceGone ? { ...after.resource, name: FORMER_USER } : after.resource,
  }
  const bare = { ...drawn, resource: { ...drawn.resource, name: undefined }, metadata: {}, error: null }
  // A sentence that was written by hand keeps its words.
  const written = render(before) === before.description ? [] : [replaceNames(before.description, known)]
  return [...written, render(drawn), render(bare)].find((sentence) => !tells(sentence)) ?? action.label
}

/** A sentence with a former user in the place of every name, the longest first. */
function replaceNames(sentence: string, known: readonly string[]): string {
  return [...known]
    .sort((left, right) => right.length - left.length)
    .reduce((text, name) => text.replaceAll(name, FORMER_USER), sentence)
}

function getValueAt(event: StoredEvent, path: readonly string[]): unknown {
  let value: unknown = event
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
