import { type Authorize, defineCatalog, type EventStore, type NewEvent, newId, type Viewer } from '@whodid/core'
import { openMemoryStore } from '../../../../tooling/memory-store.ts'
import { createService, type Service, type ServiceOptions } from '../../src/index.ts'

export const catalog = defineCatalog({
  project: {
    label: 'Project',
    group: 'Resources',
    href: '/projects/{resource.id}',
    actions: { archived: { kind: 'update', say: '{resource.name} was archived' } },
  },
  membership: {
    label: 'Member',
    group: 'Security',
    actions: { role_changed: { kind: 'update', severity: 'critical' } },
  },
  job: { label: 'Job', group: 'Training' },
})

export const KEYS = {
  acmeIngest: 'acme-ingest-0123456789',
  acmeRead: 'acme-read-0123456789abc',
  acmeExport: 'acme-export-0123456789',
  acmeAdmin: 'acme-admin-0123456789a',
  umbrellaIngest: 'umbrella-ingest-012345',
  umbrellaRead: 'umbrella-read-01234567',
  allIngest: 'all-ingest-0123456789ab',
  allRead: 'all-read-0123456789abcd',
} as const

const keys: ServiceOptions['keys'] = [
  { key: KEYS.acmeIngest, name: 'acme-ingest', scopes: ['ingest'], tenant: 'acme' },
  { key: KEYS.acmeRead, name: 'acme-read', scopes: ['read'], tenant: 'acme' },
  { key: KEYS.acmeExport, name: 'acme-export', scopes: ['export'], tenant: 'acme' },
  { key: KEYS.acmeAdmin, name: 'acme-admin', scopes: ['admin'], tenant: 'acme' },
  { key: KEYS.umbrellaIngest, name: 'umbrella-ingest', scopes: ['ingest'], tenant: 'umbrella' },
  { key: KEYS.umbrellaRead, name: 'umbrella-read', scopes: ['read'], tenant: 'umbrella' },
  { key: KEYS.allIngest, name: 'all-ingest', scopes: ['ingest'], tenant: '*' },
  { key: KEYS.allRead, name: 'all-read', scopes: ['read'], tenant: '*' },
]

function createPerson(
  id: string,
  tenants: string[],
  permissions: Viewer['permissions'],
  more: Partial<Viewer> = {},
): Viewer {
  return {
    id,
    name: `${id.charAt(0).toUpperCase()}${id.slice(1)}`,
    tenants,
    permissions,
    ...more,
  }
}

const PEOPLE: readonly Viewer[] = [
  createPerson('ada', ['acme'], ['view', 'view:all', 'export', 'admin']),
  createPerson('linus', ['acme'], ['view']),
  createPerson('eve', ['umbrella'], ['view', 'view:all', 'export', 'admin']),
  createPerson('both', ['acme', 'umbrella'], ['view', 'view:all', 'export']),
  createPerson('masked', ['acme'], ['view', 'view:all', 'export'], {
    masked: ['actor.email', 'context.ip', 'metadata.salary'],
  }),
  createPerson('narrow', ['acme'], ['view', 'view:all', 'export'], { filter: { project: ['p2'] } }),
  createPerson('none', ['acme'], ['view', 'view:all', 'export'], { filter: { project: [] } }),
  createPerson('sneaky', ['acme'], ['view', 'view:all', 'ingest']),
  createPerson('nowhere', [], ['view', 'view:all']),
]

/** Signs people in with a cookie, `session=ada`, like the session of a host. */
export const authorize: Authorize = (request) => {
  const session = /(?:^|;\s*)session=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1]
  return PEOPLE.find(({ id }) => id === session) ?? null
}

export interface TestService extends Service, AsyncDisposable {
  readonly warnings: string[]
}

/** Opens a service for tests, by default over a new database in memory. */
export async function openService({
  store = openMemoryStore(),
  ...options
}: Partial<ServiceOptions> = {}): Promise<TestService> {
  const warnings: string[] = []
  const service = await createService({
    catalog,
    store,
    authorize,
    keys,
    limits: { calls: null, events: null, attempts: null },
    onWarning: (message, cause) => warnings.push(cause instanceof Error ? `${message} ${cause.message}` : message),
    ...options,
  })
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= service.close()
    return closed
  }
  return { ...service, close, warnings, [Symbol.asyncDispose]: close }
}

/** Returns the store without its `close`, for several services that share it. */
export function keepOpen(store: EventStore): EventStore {
  return { ...store, close: async () => {} }
}

/** Returns an {@link authorize} for the same people as members of another tenant. */
export function authorizeAs(tenant: string): Authorize {
  return async (request, extra) => {
    const viewer = await authorize(request, extra)
    return viewer && { ...viewer, tenants: [tenant] }
  }
}

/** Creates an event: Ada creates a project. */
export function createEvent(more: Partial<NewEvent> = {}): NewEvent {
  return {
    id: newId(),
    tenantId: 'acme',
    action: 'project.created',
    actor: { type: 'user', id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.test' },
    resource: { type: 'project', id: 'p1', name: 'Engine' },
    ...more,
  }
}
