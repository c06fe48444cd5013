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

function startOver(store: EventStore | Promise<EventStore>): Promise<Service> {
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

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** The real service over a real database, both in this page. */
const working = once(() => startOver(PGlite.create({ extensions: { pg_trgm, btree_gin } }).then(storeOnPGlite)))

/** The real service over a database that does not answer. */
const broken = once(() => {
  const reason = new WhodidError('store_unavailable', 'The database does not answer: try again in a moment.')
  const away = async (): Promise<never> => {
    throw reason
  }
  return startOver({
    append: away,
    list: away,
    get: away,
    count: away,
    facets: away,
    follow: () => ({ [Symbol.asyncIterator]: () => ({ next: away }) }),
    changeInbox: away,
    stats: away,
    head: away,
    keys: { add: away, list: away, find: away, revoke: away, markUsed: away },
    revocations: { add: away, has: away },
    retention: { get: away, set: away, listTenants: away, findExpired: away, purge: away, runExclusive: away },
    people: { findEvents: away, erase: away },
    health: away,
    close: async () => {},
  })
})

const ROWS_AT_A_TIME = 500

/** Records events in a tenant, as the host would while a page is open. */
export async function record(tenantId: string, events: readonly NewEvent[]): Promise<void> {
  const { append } = await working()
  for (let start = 0; start < events.length; start += ROWS_AT_A_TIME) {
    const part = events.slice(start, start + ROWS_AT_A_TIME)
    const results = await append(part.map((event) => ({ ...event, tenantId })))
    const rejected = results.find(({ outcome }) => outcome === 'rejected')
    if (rejected) throw new Error(`A story's event was rejected: ${JSON.stringify(rejected)}`)
  }
}

async function makeTenant(scenario: Scenario, id: string): Promise<string> {
  await record(id, SCENARIOS[scenario](Date.now()))
  return id
}

const shared = new Map<Scenario, Promise<string>>()
let made = 0

/** A tenant in which a scenario has happened: the one that all stories read, or a new one for a story that changes it. */
export function tenantOf(scenario: Scenario, own: boolean): Promise<string> {
  if (own) return makeTenant(scenario, `${scenario}-${++made}`)
  const known = shared.get(scenario) ?? makeTenant(scenario, scenario)
  shared.set(scenario, known)
  return known
}

/** How the service of a story does: it answers, it never does, or its database is away. */
export type Condition = 'working' | 'silent' | 'broken'

/** What a story reaches its service by. */
export interface Line {
  readonly fetch: typeof fetch
  /** Makes a broken or silent service work from now on. */
  mend(): void
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

/** Ends in this page's own service, as Ada of one tenant. */
export function lineTo(tenant: string, condition: Condition, permissions: readonly Permission[] = ALL): Line {
  let now = condition
  return {
    mend() {
      now = 'working'
    },
    async fetch(input, init) {
      const request = new Request(input, init)
      if (now === 'silent') return never(request.signal)
      request.headers.set(TENANT, tenant)
      request.headers.set(PERMISSIONS, permissions.join())
      const { fetch } = await (now === 'broken' ? broken() : working())
      const response = await fetch(request, { basePath: '/activity' })
      return response ?? new Response('There is no such path.', { status: 404 })
    },
  }
}
