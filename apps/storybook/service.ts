import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { PERMISSIONS as EVERY, type EventStore, type NewEvent, type Permission, WhodidError } from '@whodid/core'
import { storeOnPGlite } from '@whodid/postgres'
import { createService, type Service } from '@whodid/server'
import { catalog } from './catalog.ts'
import { SCENARIOS, type Scenario } from './events.ts'

const TENANT = 'x-story-tenant'
const PERMISSIONS = 'x-story-permissions'

function createStoryService(store: EventStore | Promise<EventStore>): Promise<Service> {
  return createService({
    catalog,
    store,
    authorize: ({ headers }) => {
      const tenant = headers.get(TENANT)
      const granted = headers.get(PERMISSIONS)?.split(',') ?? []
      const permissions = EVERY.filter((permission) => granted.includes(permission))
      return tenant === null ? null : { id: 'u1', name: 'Ada Lovelace', tenants: [tenant], permissions }
    },
    onWarning: () => {},
  })
}

const ALL = ['view', 'view:all', 'export'] as const satisfies Permission[]

function once<T>(create: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= create()
    return result
  }
}

/** Returns the real service with a real database, both in the browser. */
const getWorkingService = once(() =>
  createStoryService(PGlite.create({ extensions: { pg_trgm, btree_gin } }).then(storeOnPGlite)),
)

/** Returns the real service with an unavailable database. */
const getBrokenService = once(() => {
  const error = new WhodidError('store_unavailable', 'The database is unavailable. Try again in a moment.')
  const fail = async (): Promise<never> => {
    throw error
  }
  return createStoryService({
    append: fail,
    list: fail,
    get: fail,
    count: fail,
    facets: fail,
    follow: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }),
    changeInbox: fail,
    stats: fail,
    head: fail,
    keys: { add: fail, list: fail, find: fail, revoke: fail, markUsed: fail },
    revocations: { add: fail, has: fail },
    retention: { get: fail, set: fail, listTenants: fail, findExpired: fail, purge: fail, runExclusive: fail },
    people: { findEvents: fail, erase: fail },
    routes: { put: fail, list: fail },
    health: fail,
    close: async () => {},
  })
})

const BATCH_SIZE = 500

/** Records events in a tenant. */
export async function record(tenantId: string, events: readonly NewEvent[]): Promise<void> {
  const { append } = await getWorkingService()
  for (let start = 0; start < events.length; start += BATCH_SIZE) {
    const batch = events.slice(start, start + BATCH_SIZE)
    const results = await append(batch.map((event) => ({ ...event, tenantId })))
    const rejected = results.find(({ outcome }) => outcome === 'rejected')
    if (rejected) throw new Error(`A story's event was rejected: ${JSON.stringify(rejected)}`)
  }
}

async function createTenant(scenario: Scenario, id: string): Promise<string> {
  await record(id, SCENARIOS[scenario](Date.now()))
  return id
}

const shared = new Map<Scenario, Promise<string>>()
let isolatedTenants = 0

/** Returns a tenant with the events of a scenario: a shared one, or a new one for a story that changes data. */
export function getTenant(scenario: Scenario, isolated: boolean): Promise<string> {
  if (isolated) return createTenant(scenario, `${scenario}-${++isolatedTenants}`)
  const tenant = shared.get(scenario) ?? createTenant(scenario, scenario)
  shared.set(scenario, tenant)
  return tenant
}

/** State of a story's service: it responds, it never responds, or its database is unavailable. */
export type ServiceState = 'working' | 'silent' | 'broken'

/** A story's connection to its service. */
export interface Connection {
  readonly fetch: typeof fetch
  /** Makes a broken or silent service work again. */
  recover(): void
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

/** Connects to the service in this page, as Ada in one tenant. */
export function connect(
  tenant: string,
  initialState: ServiceState,
  permissions: readonly Permission[] = ALL,
): Connection {
  let state = initialState
  return {
    recover() {
      state = 'working'
    },
    async fetch(input, init) {
      const request = new Request(input, init)
      if (state === 'silent') return never(request.signal)
      request.headers.set(TENANT, tenant)
      request.headers.set(PERMISSIONS, permissions.join())
      const { fetch } = await (state === 'broken' ? getBrokenService() : getWorkingService())
      const response = await fetch(request, { basePath: '/activity' })
      return response ?? new Response('Not found.', { status: 404 })
    },
  }
}
