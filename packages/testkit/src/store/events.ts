import {
  type AppendResult,
  defineCatalog,
  type EventStore,
  type Filter,
  type NewEvent,
  newId,
  type PageRequest,
  type PreparedEvent,
  positionOf,
  prepareEvent,
  type ReadScope,
  type StoredEvent,
} from '@whodid/core'

/** A store with its database, so that the suite may look at what stands there. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: EventStore
  /** Runs SQL beside the store, in its own database. */
  query(text: string, params: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
}

/** The catalog of the events below. */
export const catalog = defineCatalog({
  project: {
    label: 'Project',
    group: 'Resources',
    actions: {
      archived: '{resource.name} was archived',
      trashed: '{resource.name} was trashed',
      restored: '{resource.name} was restored',
    },
  },
  service: { label: 'Service', group: 'Resources' },
  membership: {
    label: 'Member',
    group: 'Security',
    personal: true,
    actions: { role_changed: { say: 'Role of {resource.name} changed to {metadata.role}', severity: 'critical' } },
  },
  auth: { label: 'Sign-in', actions: { login_failed: 'Sign-in failed' } },
})

let tenants = 0

/** A tenant that no other test knows. */
export function newTenant(): string {
  return `tenant-${process.pid}-${++tenants}`
}

/** An event as a store gets it; what is not said is one plain project's creation by Ada. */
export function prepared(tenantId: string, event: Partial<NewEvent> & { readonly at?: number } = {}): PreparedEvent {
  const { at = Date.now(), ...given } = event
  const id = given.id ?? newId(at)
  return prepareEvent(
    {
      action: 'project.created',
      actor: { type: 'user', id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.test' },
      resource: { type: 'project', id: `p-${id}`, name: 'Engine' },
      ...given,
      id,
    },
    { catalog: catalog.json, tenantId, receivedAt: Math.max(Date.now(), at) },
  )
}

/** Events one second apart, the last of them now. */
export function series(
  tenantId: string,
  count: number,
  event: (index: number) => Partial<NewEvent> = () => ({}),
  step = 1_000,
): PreparedEvent[] {
  const last = Date.now()
  return Array.from({ length: count }, (_, index) =>
    prepared(tenantId, { at: last - (count - 1 - index) * step, ...event(index) }),
  )
}

/** Reads everything in a tenant, unless told otherwise. */
export function scopeOf(tenantId: string, scope: Partial<ReadScope> = {}): ReadScope {
  return {
    tenantId,
    viewerId: 'viewer',
    restrict: [],
    ...scope,
  }
}

/** The first page, newest first, unless told otherwise. */
export function page(request: Partial<PageRequest> = {}): PageRequest {
  return {
    sort: 'occurredAt',
    order: 'desc',
    limit: 1_000,
    after: null,
    ...request,
  }
}

export function idsOf(events: readonly { readonly id: string | null }[]): (string | null)[] {
  return events.map((event) => event.id)
}

/** The ids of all events that match. */
export async function listIds(
  store: EventStore,
  scope: ReadScope,
  filter: Filter = {},
  request: Partial<PageRequest> = {},
): Promise<(string | null)[]> {
  return idsOf((await store.list(scope, filter, page(request))).items)
}

/** Every page after the other. `between` is called before each page but the first. */
export async function readPages(
  store: EventStore,
  scope: ReadScope,
  filter: Filter,
  request: PageRequest,
  between: () => Promise<unknown> = async () => {},
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for (let after = request.after; ; ) {
    const { items, more } = await store.list(scope, filter, { ...request, after })
    events.push(...items)
    const last = items.at(-1)
    if (!more || last === undefined) return events
    after = positionOf(last, request.sort)
    await between()
  }
}

/** Appends in batches. Fails when an event is not stored. */
export async function appendAll(store: EventStore, tenantId: string, events: readonly PreparedEvent[], batch = 500) {
  const results: AppendResult[] = []
  for (let from = 0; from < events.length; from += batch) {
    results.push(...(await store.append(tenantId, events.slice(from, from + batch))))
  }
  const other = results.find((result) => result.outcome !== 'stored')
  if (other !== undefined) throw new Error(`Not stored: ${JSON.stringify(other)}`)
  return results
}
