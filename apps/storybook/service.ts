import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { storeOnPGlite } from '@whodid/postgres'
import { createService, type Service } from '@whodid/server'
import { catalog } from './catalog.ts'
import { eventsOf } from './events.ts'

let running: Promise<Service> | undefined
const seeded = new Map<string, Promise<void>>()

/** The real service over a real database, both in this page. Whoever names a tenant in a header is its owner. */
function service(): Promise<Service> {
  running ??= createService({
    catalog,
    store: PGlite.create({ extensions: { pg_trgm, btree_gin } }).then(storeOnPGlite),
    authorize: (request) => {
      const tenant = request.headers.get('x-tenant')
      if (!tenant) return null
      return { id: 'u1', name: 'Ada Lovelace', tenants: [tenant], permissions: ['view', 'view:all', 'export'] }
    },
  })
  return running
}

async function seed(tenant: string): Promise<void> {
  const events = eventsOf[tenant]?.(Date.now()) ?? []
  const { append } = await service()
  for (let start = 0; start < events.length; start += 500) {
    const results = await append(events.slice(start, start + 500))
    const rejected = results.find(({ outcome }) => outcome === 'rejected')
    if (rejected) throw new Error(`A story's event was rejected: ${JSON.stringify(rejected)}`)
  }
}

/** A `fetch` that ends in this page's own service, as one tenant's owner. */
export function fetchAs(tenant: string): typeof fetch {
  return async (input, init) => {
    if (!seeded.has(tenant)) seeded.set(tenant, seed(tenant))
    await seeded.get(tenant)
    const request = new Request(input, init)
    request.headers.set('x-tenant', tenant)
    const { fetch } = await service()
    const response = await fetch(request, { basePath: '/activity' })
    return response ?? new Response('There is no such path.', { status: 404 })
  }
}

/** Records one more event in a story's tenant, as the host would while a page is open. */
export async function record(tenant: string, event: Parameters<Service['append']>[0][number]): Promise<void> {
  const { append } = await service()
  await append([{ ...event, tenantId: tenant }])
}

/** A `fetch` that never answers, for what is seen while waiting. */
export const neverFetch: typeof fetch = (_input, init) =>
  new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))

/** A `fetch` whose service is away. */
export const failingFetch: typeof fetch = async () =>
  Response.json(
    {
      type: 'about:blank',
      title: 'Store unavailable',
      status: 503,
      code: 'store_unavailable',
      detail: 'The database does not answer: try again.',
    },
    { status: 503, headers: { 'content-type': 'application/problem+json' } },
  )
