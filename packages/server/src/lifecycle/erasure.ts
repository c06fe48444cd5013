import {
  AUDIT_CATEGORY,
  type CatalogJson,
  type DisclosedEvent,
  type ErasedEvent,
  type EventStore,
  type ReadScope,
  type StoredEvent,
} from '@whodid/core'
import { erasePersonFromEvent } from '@whodid/core/seal'
import type { PersonRef } from '../read/person.ts'

/** Options for `erasePerson`. */
export interface ErasureRequest {
  readonly store: Pick<EventStore, 'people'>
  readonly scope: ReadScope
  readonly catalog: CatalogJson
  readonly person: PersonRef
  /** More metadata to erase: paths below `metadata`, such as `address.street`. */
  readonly metadata: readonly string[]
  /** Names of the person that their events do not contain. */
  readonly names: readonly string[]
}

/** The result of an erasure. */
export interface Erasure {
  /** Events about the person. */
  readonly events: number
  /** Events that were changed. */
  readonly erased: number
}

const BATCH_SIZE = 200
const MAX_NAMES = 100

/** Yields the events of a person in batches, unmasked. */
async function* readBatches({ store, scope, person }: ErasureRequest): AsyncGenerator<readonly DisclosedEvent[]> {
  let after: string | null = null
  for (let more = true; more; ) {
    const found: readonly DisclosedEvent[] = await store.people.findEvents(scope, person, { after, limit: BATCH_SIZE })
    more = found.length === BATCH_SIZE
    after = found.at(-1)?.event.id ?? after
    if (found.length > 0) yield found
  }
}

function findNames({ actor, resource }: StoredEvent, { id, resourceTypes }: PersonRef): readonly string[] {
  return [
    ...(actor.id === id ? [actor.name, actor.email] : []),
    ...[actor.onBehalfOf, actor.impersonatedBy].map((person) => (person?.id === id ? person.name : undefined)),
    resource.id === id && resourceTypes.includes(resource.type) ? resource.name : undefined,
  ].filter((name) => name !== undefined)
}

/** Collects every name of the person, since the description of one event may contain a name that only another event has. */
async function collectNames(request: ErasureRequest): Promise<readonly string[]> {
  const names = new Set(request.names)
  for await (const batch of readBatches(request)) {
    for (const { event } of batch) for (const name of findNames(event, request.person)) names.add(name)
    if (names.size >= MAX_NAMES) break
  }
  return [...names]
}

/** True for audit events by the person. Their metadata cannot be erased, so that administrators cannot hide what they did. */
function isEvidence({ event: { category, actor } }: DisclosedEvent, { id }: PersonRef): boolean {
  return category === AUDIT_CATEGORY && actor.id === id
}

/** Returns the current values of the fields that an erasure may change. */
function getErasableFields({ event, disclosures }: DisclosedEvent): Omit<ErasedEvent, 'searchText'> {
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

function isChanged(disclosed: DisclosedEvent, { searchText: _, ...erased }: ErasedEvent): boolean {
  const before = getErasableFields(disclosed)
  return JSON.stringify(before) !== JSON.stringify({ ...before, ...erased })
}

/** Erases a person's data from all their events, in batches. After an interruption, run it again: it skips erased events. */
export async function erasePerson(request: ErasureRequest): Promise<Erasure> {
  const { store, scope, catalog, person } = request
  const names = await collectNames(request)
  const fields = request.metadata.map((path) => `metadata.${path}`)
  let events = 0
  let erased = 0
  for await (const batch of readBatches(request)) {
    events += batch.length
    const changed = batch.flatMap((disclosed) => {
      const isAuditEvent = isEvidence(disclosed, person)
      if (isAuditEvent && disclosed.event.actor.type === 'system') return []
      const result = erasePersonFromEvent(disclosed, person.id, { catalog, fields: isAuditEvent ? [] : fields, names })
      return isChanged(disclosed, result) ? [result] : []
    })
    erased += await store.people.erase(scope.tenantId, changed)
  }
  return { events, erased }
}
