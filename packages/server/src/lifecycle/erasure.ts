import {
  AUDIT_CATEGORY,
  type CatalogJson,
  type DisclosedEvent,
  type Erased,
  type EventStore,
  eraseFrom,
  type ReadScope,
  type StoredEvent,
} from '@whodid/core'
import type { PersonRef } from '../read/person.ts'

/** Whose personal data are erased, and from where. */
export interface ErasureRequest {
  readonly store: Pick<EventStore, 'people'>
  readonly scope: ReadScope
  readonly catalog: CatalogJson
  readonly person: PersonRef
  /** More of the metadata to erase: paths below it such as `address.street`. */
  readonly metadata: readonly string[]
  /** What the person is called, beside what their events say. */
  readonly names: readonly string[]
}

/** What an erasure came to. */
export interface Erasure {
  readonly events: number
  readonly erased: number
}

const STEP = 200
const NAMES_AT_MOST = 100

/** All that is known of a person, a step at a time, as it is in the store. */
async function* stepsOf({ store, scope, person }: ErasureRequest): AsyncGenerator<readonly DisclosedEvent[]> {
  let after: string | null = null
  for (let more = true; more; ) {
    const found: readonly DisclosedEvent[] = await store.people.eventsOf(scope, person, { after, limit: STEP })
    more = found.length === STEP
    after = found.at(-1)?.event.id ?? after
    if (found.length > 0) yield found
  }
}

function namesIn({ actor, resource }: StoredEvent, { id, resourceTypes }: PersonRef): readonly string[] {
  return [
    ...(actor.id === id ? [actor.name, actor.email] : []),
    ...[actor.onBehalfOf, actor.impersonatedBy].map((person) => (person?.id === id ? person.name : undefined)),
    resource.id === id && resourceTypes.includes(resource.type) ? resource.name : undefined,
  ].filter((name) => name !== undefined)
}

/** What the person is called anywhere, so that no sentence keeps a name which only another event tells. */
export async function namesOf(request: ErasureRequest): Promise<readonly string[]> {
  const names = new Set(request.names)
  for await (const step of stepsOf(request)) {
    for (const { event } of step) for (const name of namesIn(event, request.person)) names.add(name)
    if (names.size >= NAMES_AT_MOST) break
  }
  return [...names]
}

/** Whether whodid itself says of the person what they did: whoever administers a tenant cannot blank that out. */
function isEvidence({ event: { category, actor } }: DisclosedEvent, { id }: PersonRef): boolean {
  return category === AUDIT_CATEGORY && actor.id === id
}

/** What an erasure may change of an event, as it is. */
function present({ event, disclosures }: DisclosedEvent): Omit<Erased, 'searchText'> {
  return {
    id: event.id,
    actorName: event.actor.name ?? null,
    actorEmail: event.actor.email ?? null,
    onBehalfOfName: event.actor.onBehalfOf?.name ?? null,
    impersonatedByName: event.actor.impersonatedBy?.name ?? null,
    resourceName: event.resource.name ?? null,
    description: event.description,
    ip: event.context.ip,
    userAgent: event.context.userAgent,
    metadata: event.metadata,
    changes: event.changes,
    disclosures,
  }
}

function changes(disclosed: DisclosedEvent, { searchText: _, ...erased }: Erased): boolean {
  const before = present(disclosed)
  return JSON.stringify(before) !== JSON.stringify({ ...before, ...erased })
}

/**
 * Erases a person's data from all their events, in small steps. One that was broken off is done again: what is erased
 * already is left alone.
 */
export async function erasePerson(request: ErasureRequest): Promise<Erasure> {
  const { store, scope, catalog, person } = request
  const names = await namesOf(request)
  const fields = request.metadata.map((path) => `metadata.${path}`)
  let events = 0
  let erased = 0
  for await (const step of stepsOf(request)) {
    events += step.length
    const changed = step.flatMap((disclosed) => {
      const evidence = isEvidence(disclosed, person)
      if (evidence && disclosed.event.actor.type === 'system') return []
      const left = eraseFrom(disclosed, person.id, { catalog, fields: evidence ? [] : fields, names })
      return changes(disclosed, left) ? [left] : []
    })
    erased += await store.people.erase(scope.tenantId, changed)
  }
  return { events, erased }
}
