import { type EventStore, newId, type StoredEvent, type Viewer } from '@whodid/core'
import { pglite } from '@whodid/postgres/pglite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { event, KEYS, openService, shared } from './support/acme.ts'
import { type Credentials, key } from './support/api.ts'

let store: EventStore
beforeAll(async () => {
  store = await pglite('memory')
})
afterAll(() => store.close())

/** A service in which everybody signed in is one viewer. */
async function openAs(viewer: Omit<Viewer, 'name'>) {
  const service = await openService({
    store: shared(store),
    authorize: (request) => (request.headers.has('cookie') ? { name: 'Ada', ...viewer } : null),
  })
  return {
    service,
    async call(
      path: string,
      { method = 'GET', who, body }: { method?: string; who?: Credentials; body?: object } = {},
    ) {
      const headers = { ...(who ?? { cookie: 'any' }), 'content-type': 'application/json' }
      const init = { method, headers, body: body ? JSON.stringify(body) : null }
      const response = await service.fetch(new Request(`http://localhost/api/v1${path}`, init))
      if (!response) throw new Error(`${path} is not the service's.`)
      return { status: response.status, body: await response.json() }
    },
    [Symbol.asyncDispose]: () => service.close(),
  }
}

function ada(tenant: string, more: Partial<Viewer> = {}) {
  return openAs({ id: 'ada', tenants: [tenant], permissions: ['view', 'view:all', 'export', 'admin'], ...more })
}

test('a key that is made in a tenant called * is for that one alone, and not for all', async () => {
  const other = newId()
  await using host = await ada('*')
  await host.service.append([event({ tenantId: other }), event({ tenantId: '*' })])
  const made = await host.call('/keys', { method: 'POST', body: { name: 'x', scopes: ['read', 'admin', 'ingest'] } })
  expect(made.status).toBe(200)
  const who = key(made.body.key)
  for (const path of ['/events', '/keys', '/retention', '/stats']) {
    expect([path, (await host.call(`${path}?tenant=${other}`, { who })).status]).toEqual([path, 403])
  }
  const sent = await host.call('/events', { method: 'POST', who, body: event({ tenantId: other }) })
  expect(sent.body.results).toMatchObject([{ outcome: 'rejected', code: 'wrong_tenant' }])
  const { items }: { items: StoredEvent[] } = (await host.call('/events', { who })).body
  expect(items.map(({ tenantId }) => tenantId)).toEqual(['*'])
})

describe.each([
  ['masked fields', { masked: ['actor.email'] }],
  ['a filter', { filter: { project: ['p2'] } }],
])('an administrator with %s', (_name, more) => {
  test.each(['read', 'export', 'admin'] as const)('makes no key of the scope %s', async (scope) => {
    await using host = await ada(newId(), more)
    const made = await host.call('/keys', { method: 'POST', body: { name: 'x', scopes: ['ingest', scope] } })
    expect(made).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect((await host.call('/keys')).body.items).toEqual([])
    expect((await host.call('/events?category=audit')).body.items).toEqual([])
  })

  test('makes one that only stores', async () => {
    await using host = await ada(newId(), more)
    expect((await host.call('/keys', { method: 'POST', body: { name: 'x', scopes: ['ingest'] } })).status).toBe(200)
  })
})

test('a key cannot say what whodid alone says, but for gaps; the host can', async () => {
  await using host = await ada('acme')
  const by = (action: string) => event({ action, resource: { type: 'audit', id: null } })
  const events = ['audit.exported', 'project.created', 'audit.gap', 'audit.purged'].map(by)
  const who = key(KEYS.acmeIngest)
  const sent = await host.call('/events', { method: 'POST', who, body: events })
  expect(sent.body.results).toMatchObject([
    {
      id: events[0]?.id,
      outcome: 'rejected',
      code: 'invalid_event',
      reason: expect.stringContaining('audit.exported'),
    },
    { outcome: 'stored' },
    { outcome: 'stored' },
    { outcome: 'rejected' },
  ])
  expect(await host.service.append([by('audit.exported')])).toMatchObject([{ outcome: 'stored' }])
})

test('an administrator who erases themselves leaves what whodid says of their deeds', async () => {
  const tenant = newId()
  await using host = await ada(tenant)
  await host.service.append([event({ tenantId: tenant, metadata: { plan: 'pro' } })])
  await host.service.append([
    event({
      tenantId: tenant,
      action: 'audit.purged',
      actor: { type: 'system', id: 'whodid', name: 'whodid' },
      resource: { type: 'retention', id: tenant },
      metadata: { count: 7 },
    }),
  ])
  await host.call('/keys', { method: 'POST', body: { name: 'x', scopes: ['read'] } })
  const metadata = ['scopes', 'expiresAt', 'plan', 'count']
  for (const id of ['ada', 'whodid']) {
    expect((await host.call(`/people/${id}/erase`, { method: 'POST', body: { metadata } })).status).toBe(200)
  }
  const { items }: { items: StoredEvent[] } = (
    await host.call('/events?action=project.created,audit.key_created,audit.purged')
  ).body
  expect(items.map(({ action, actor, metadata }) => [action, actor.name, metadata])).toEqual([
    ['audit.key_created', 'A former user', { scopes: ['read'], expiresAt: null }],
    ['audit.purged', 'whodid', { count: 7 }],
    ['project.created', 'A former user', {}],
  ])
})

test('what the URL says, no body says otherwise', async () => {
  const tenant = newId()
  await using host = await ada(tenant, { tenants: [tenant, 'elsewhere'] })
  const erase = (path: string, body: object) => host.call(`/people/${path}`, { method: 'POST', body })
  expect(await erase('nobody/erase', { id: 'ada' })).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  expect((await erase(`nobody/erase?tenant=${tenant}`, { tenant: 'elsewhere' })).status).toBe(400)
  expect((await erase(`nobody/erase?tenant=${tenant}`, { names: ['Nobody'] })).status).toBe(200)
})

test('a file breaks off when the key is revoked that it is loaded with', async () => {
  const tenant = newId()
  await using host = await ada(tenant)
  await host.service.append(Array.from({ length: 2_001 }, () => event({ tenantId: tenant })))
  const made = (await host.call('/keys', { method: 'POST', body: { name: 'x', scopes: ['export'] } })).body
  const url = 'http://localhost/api/v1/events/export?format=ndjson'
  const response = await host.service.fetch(new Request(url, { headers: key(made.key) }))
  const reader = response?.body?.getReader()
  expect((await reader?.read())?.done).toBe(false)
  expect((await host.call(`/keys/${made.id}`, { method: 'DELETE' })).status).toBe(200)
  await expect(reader?.read()).rejects.toMatchObject({ code: 'closed' })
})
