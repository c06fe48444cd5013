import type { CatalogJson } from '../catalog/catalog.ts'
import { resolveAction, resolveResource } from '../catalog/resolve.ts'
import { renderActionSentence } from '../catalog/sentence.ts'
import type { DisclosedEvent, ErasedEvent } from '../contracts/administration.ts'
import { type Change, FORMER_USER, type Json, type JsonObject, type Person, type StoredEvent } from '../event/event.ts'
import { EVENT_LIMITS } from '../event/limits.ts'
import { foldText, toSearchText } from '../filter/search-text.ts'
import { parsePointer } from '../redact/redact.ts'
import { getDisclosurePath } from './canonical.ts'

/** Options for {@link erasePersonFromEvent}. */
export interface EraseOptions {
  readonly catalog: CatalogJson
  /**
   * Additional metadata to erase: paths such as `metadata.address`. Metadata that the catalog does not declare as personal
   * remains in the canonical bytes.
   */
  readonly fields?: readonly string[] | undefined
  /** Names of the person in other events, which are removed from the description too. */
  readonly names?: readonly string[] | undefined
}

/**
 * Erases a person from an event. Their name becomes "A former user". Their email address, IP address and user agent, personal
 * metadata, personal changes, and the disclosures of these are removed. Their id and the names of other people stay. A
 * description with their name is rendered again.
 *
 * All personal metadata and changes of the event are erased, because they do not name their subject. Canonical bytes and
 * ledger stay as they are, because they contain only digests of personal values. Erasing twice has no further effect.
 *
 * @example
 * const page = await store.people.findEvents(scope, { id: 'u1', resourceTypes: ['member'] }, { after: null, limit: 500 })
 * await store.people.erase('acme', page.map((each) => erasePersonFromEvent(each, 'u1', { catalog: catalog.json })))
 */
export function erasePersonFromEvent(
  { event, disclosures }: DisclosedEvent,
  personId: string,
  options: EraseOptions,
): ErasedEvent {
  const { actor, resource } = event
  const action = resolveAction(options.catalog, event.action)
  const disclosed = new Set(disclosures.map(getDisclosurePath))
  const isActor = actor.id === personId
  const isParticipant = [actor, actor.onBehalfOf, actor.impersonatedBy].some((each) => each?.id === personId)

  const isResourcePersonal = disclosed.has('/resource/name') || resolveResource(options.catalog, resource.type).personal
  const names = [...(options.names ?? []), ...findNames(event, personId, isResourcePersonal)].filter(isIdentifying)
  const isResource = isResourcePersonal && (resource.id === personId || containsAny(resource.name, names))

  const rename = <P extends Person>(person: P): P => ({ ...person, name: FORMER_USER })
  const erase = (person: Person | undefined) => (person?.id === personId ? rename(person) : person)
  const { metadata, changes } = removePersonal(event, {
    keys: new Set([...action.personal, ...getTopKeys(disclosed, 'metadata')]),
    isPersonalChange: (change, index) =>
      disclosed.has(`/changes/${index}/from`) ||
      disclosed.has(`/changes/${index}/to`) ||
      action.personal.includes(getTopKey(change)) ||
      (isResource && getTopKey(change) === 'name'),
    isOtherPerson: isResourcePersonal && !isResource,
    names,
    fields: options.fields ?? [],
  })
  const { onBehalfOf, impersonatedBy, ...rest } = isActor ? { ...rename(actor), email: undefined } : actor
  const erased: StoredEvent = {
    ...event,
    actor: { ...rest, onBehalfOf: erase(onBehalfOf), impersonatedBy: erase(impersonatedBy) },
    resource: isResource ? { ...resource, name: undefined } : resource,
    context: isParticipant ? { ...event.context, ip: null, userAgent: null } : event.context,
    metadata,
    changes,
  }
  const description = renderDescription(event, erased, { catalog: options.catalog, names })
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

/** Finds the names and email addresses of the person in an event. */
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

/** Folds text for search and pads each word with spaces, so that whole words can be found. */
function padWords(text: string): string {
  return ` ${(foldText(text).match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `
}

/** Checks if a text contains one of the values as whole words. */
function containsAny(text: string | undefined, values: readonly string[]): boolean {
  return (
    text !== undefined &&
    values.some((value) => {
      const words = padWords(value)
      return words.trim() === '' ? foldText(text).includes(foldText(value)) : padWords(text).includes(words)
    })
  )
}

/** Splits a name into its parts, and an email address to its part before the @. */
function splitIdentity(name: string): string[] {
  return name.includes('@') ? [name.split('@', 1).join()] : padWords(name).trim().split(' ')
}

/** Returns the keys of `member` that have disclosures. */
function getTopKeys(disclosed: ReadonlySet<string>, member: string): string[] {
  return [...disclosed]
    .map(parsePointer)
    .flatMap(([first, key]) => (first === member && key !== undefined ? [key] : []))
}

function getTopKey(change: Change): string {
  return parsePointer(change.path)[0] ?? ''
}

interface PersonalData {
  readonly keys: ReadonlySet<string>
  readonly isPersonalChange: (change: Change, index: number) => boolean
  /** True when the resource is another person, whose name stays. */
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
    const isOtherName = personal.isOtherPerson && getTopKey(change) === 'name'
    const isNamed = [change.from, change.to].some((value) => containsAny(JSON.stringify(value), personal.names))
    return isOtherName && !isNamed ? change : { path: change.path }
  })
  return { metadata, changes }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Copies an object without the value at a path. */
function omitPath(object: JsonObject, [key, ...rest]: readonly string[]): JsonObject {
  if (key === undefined) return {}
  if (!Object.hasOwn(object, key)) return object
  const { [key]: value, ...others } = object
  if (rest.length === 0) return others
  return isObject(value) ? { ...object, [key]: omitPath(value, rest) } : object
}

/** Returns the texts of `before` that `after` no longer contains. */
function getRemovedValues(before: StoredEvent, after: StoredEvent): string[] {
  const remaining = new Set(collectTexts(after))
  return collectTexts(before).filter((value) => !remaining.has(value) && isIdentifying(value))
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
  /** Names of the erased person. */
  readonly names: readonly string[]
}

/** Returns the first candidate without erased values. The last resort is the action's label, which contains no event data. */
function renderDescription(before: StoredEvent, after: StoredEvent, { catalog, names }: RenderContext): string {
  const action = resolveAction(catalog, before.action)
  const erased = [...getRemovedValues(before, after), ...names, ...names.flatMap(splitIdentity)].filter(isIdentifying)
  const isRevealing = (sentence: string) => containsAny(sentence.replaceAll(FORMER_USER, ' '), erased)
  if (!isRevealing(before.description)) return before.description

  const render = (event: StoredEvent) =>
    renderActionSentence(catalog, action, event, 'en').slice(0, EVENT_LIMITS.description)
  const isResourceErased = before.resource.name !== undefined && after.resource.name === undefined
  const renamed = {
    ...after,
    resource: isResourceErased ? { ...after.resource, name: FORMER_USER } : after.resource,
  }
  const bare = { ...renamed, resource: { ...renamed.resource, name: undefined }, metadata: {}, error: null }
  // A custom description keeps its other words.
  const custom = render(before) === before.description ? [] : [replaceNames(before.description, names)]
  return [...custom, render(renamed), render(bare)].find((sentence) => !isRevealing(sentence)) ?? action.label
}

/** Replaces every name in a sentence, longest first. */
function replaceNames(sentence: string, names: readonly string[]): string {
  return [...names]
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
