import {
  type AppendResult,
  defineCatalog,
  type EventStore,
  type Filter,
  type NewEvent,
  newId,
  type PageRequest,
  type PreparedEvent,
  type ReadScope,
  type StoredEvent,
} from '@whodid/core'
import { getPosition } from '@whodid/core/filter'
import { prepareEvent } from '@whodid/core/seal'

/** A store with access to its database. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: EventStore
  /** Runs SQL in the store's database. */
  query(text: string, params: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
}

/** The catalog of the test events. */
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

/** Returns a new tenant id. */
export function newTenant(): string {
  return `tenant-${process.pid}-${++tenants}`
}

/** Creates a prepared event. The default is a project created by Ada, now. */
export function createEvent(tenantId: string, event: Partial<NewEvent> & { readonly at?: number } = {}): PreparedEvent {
  const { at = Date.now(), ...fields } = event
  const id = fields.id ?? newId(at)
  return prepareEvent(
    {
      action: 'project.created',
      actor: { type: 'user', id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.test' },
      resource: { type: 'project', id: `p-${id}`, name: 'Engine' },
      ...fields,
      id,
    },
    { catalog: catalog.json, tenantId, receivedAt: Math.max(Date.now(), at) },
  )
}

/** Creates events, one second apart by default, the last of them now. */
export function createEvents(
  tenantId: string,
  count: number,
  event: (index: number) => Partial<NewEvent> = () => ({}),
  intervalMs = 1_000,
): PreparedEvent[] {
  const last = Date.now()
  return Array.from({ length: count }, (_, index) =>
    createEvent(tenantId, { at: last - (count - 1 - index) * intervalMs, ...event(index) }),
  )
}

/** Creates a read scope. The default may read everything in the tenant. */
export function createScope(tenantId: string, scope: Partial<ReadScope> = {}): ReadScope {
  return {
    tenantId,
    viewerId: 'viewer',
    restrict: [],
    ...scope,
  }
}

/** Creates a page request. The default is the first page, newest first. */
export function createPage(request: Partial<PageRequest> = {}): PageRequest {
  return {
    sort: 'occurredAt',
    order: 'desc',
    limit: 1_000,
    after: null,
    ...request,
  }
}

export function getIds(events: readonly { readonly id: string | null }[]): (string | null)[] {
  return events.map((event) => event.id)
}

/** Lists the ids of matching events. */
export async function listIds(
  store: EventStore,
  scope: ReadScope,
  filter: Filter = {},
  request: Partial<PageRequest> = {},
): Promise<(string | null)[]> {
  return getIds((await store.list(scope, filter, createPage(request))).items)
}

/** Reads all pages. `beforeNextPage` is called before each page except the first. */
export async function readPages(
  store: EventStore,
  scope: ReadScope,
  filter: Filter,
  request: PageRequest,
  beforeNextPage: () => Promise<unknown> = async () => {},
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for (let after = request.after; ; ) {
    const { items, hasMore: more } = await store.list(scope, filter, { ...request, after })
    events.push(...items)
    const last = items.at(-1)
    if (!more || last === undefined) return events
    after = getPosition(last, request.sort)
    await beforeNextPage()
  }
}

/** Appends events in batches. Throws if an event is not stored. */
export async function appendAll(store: EventStore, tenantId: string, events: readonly PreparedEvent[], batch = 500) {
  const results: AppendResult[] = []
  for (let from = 0; from < events.length; from += batch) {
    results.push(...(await store.append(tenantId, events.slice(from, from + batch))))
  }
  const failure = results.find((result) => result.outcome !== 'stored')
  if (failure !== undefined) throw new Error(`Event not stored: ${JSON.stringify(failure)}`)
  return results
}
