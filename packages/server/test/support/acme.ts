import { type Authorize, defineCatalog, type EventStore, type NewEvent, newId, type Viewer } from '@whodid/core'
import { pglite } from '@whodid/postgres/pglite'
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

function person(id: string, tenants: string[], permissions: Viewer['permissions'], more: Partial<Viewer> = {}): Viewer {
  return {
    id,
    name: `${id.charAt(0).toUpperCase()}${id.slice(1)}`,
    tenants,
    permissions,
    ...more,
  }
}

const PEOPLE: readonly Viewer[] = [
  person('ada', ['acme'], ['view', 'view:all', 'export', 'admin']),
  person('linus', ['acme'], ['view']),
  person('eve', ['umbrella'], ['view', 'view:all', 'export', 'admin']),
  person('both', ['acme', 'umbrella'], ['view', 'view:all', 'export']),
  person('masked', ['acme'], ['view', 'view:all', 'export'], {
    masked: ['actor.email', 'context.ip', 'metadata.salary'],
  }),
  person('narrow', ['acme'], ['view', 'view:all', 'export'], { filter: { project: ['p2'] } }),
  person('none', ['acme'], ['view', 'view:all', 'export'], { filter: { project: [] } }),
  person('sneaky', ['acme'], ['view', 'view:all', 'ingest']),
  person('nowhere', [], ['view', 'view:all']),
]

/** Signs people in by a cookie, `session=ada`, as a host's session does. */
export const authorize: Authorize = (request) => {
  const session = /(?:^|;\s*)session=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1]
  return PEOPLE.find(({ id }) => id === session) ?? null
}

export interface TestService extends Service, AsyncDisposable {
  readonly warnings: string[]
}

/** A service on a real database in memory. */
export async function openService(options: Partial<ServiceOptions> = {}): Promise<TestService> {
  const warnings: string[] = []
  const service = await createService({
    catalog,
    store: pglite('memory'),
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

/** A store that several services of a test file take in turn: each leaves it open. */
export function shared(store: EventStore): EventStore {
  return { ...store, close: async () => {} }
}

/** Signs the same people in as {@link authorize}, as members of another tenant. */
export function authorizeInto(tenant: string): Authorize {
  return async (request, extra) => {
    const viewer = await authorize(request, extra)
    return viewer && { ...viewer, tenants: [tenant] }
  }
}

/** An event of somebody on a project. */
export function event(more: Partial<NewEvent> = {}): NewEvent {
  return {
    id: newId(),
    tenantId: 'acme',
    action: 'project.created',
    actor: { type: 'user', id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.test' },
    resource: { type: 'project', id: 'p1', name: 'Engine' },
    ...more,
  }
}
