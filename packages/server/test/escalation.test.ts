import { type EventStore, newId, type StoredEvent, type Viewer } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { createEvent, KEYS, keepOpen, openService } from './support/acme.ts'
import { bearer, type Credentials } from './support/api.ts'

let store: EventStore
beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())

/** Opens a service where every signed-in request has the same viewer. */
async function openAs(viewer: Omit<Viewer, 'name'>) {
  const service = await openService({
    store: keepOpen(store),
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
      if (!response) throw new Error(`${path} is not a path of the service.`)
      return { status: response.status, body: await response.json() }
    },
    [Symbol.asyncDispose]: () => service.close(),
  }
}

function ada(tenant: string, more: Partial<Viewer> = {}) {
  return openAs({ id: 'ada', tenants: [tenant], permissions: ['view', 'view:all', 'export', 'admin'], ...more })
}

test('a key created in a tenant named * is valid for that tenant only', async () => {
  const other = newId()
  await using host = await ada('*')
  await host.service.append([createEvent({ tenantId: other }), createEvent({ tenantId: '*' })])
  const made = await host.call('/keys', { method: 'POST', body: { name: 'x', scopes: ['read', 'admin', 'ingest'] } })
  expect(made.status).toBe(200)
  const who = bearer(made.body.key)
  for (const path of ['/events', '/keys', '/retention', '/stats']) {
    expect([path, (await host.call(`${path}?tenant=${other}`, { who })).status]).toEqual([path, 403])
  }
  const sent = await host.call('/events', { method: 'POST', who, body: createEvent({ tenantId: other }) })
  expect(sent.body.results).toMatchObject([{ outcome: 'rejected', code: 'wrong_tenant' }])
  const { items }: { items: StoredEvent[] } = (await host.call('/events', { who })).body
  expect(items.map(({ tenantId }) => tenantId)).toEqual(['*'])
})

describe.each([
  ['masked fields', { masked: ['actor.email'] }],
  ['a filter', { filter: { project: ['p2'] } }],
])('an administrator with %s', (_name, more) => {
  test.each(['read', 'export', 'admin'] as const)('cannot create a key with the scope %s', async (scope) => {
    await using host = await ada(newId(), more)
    const made = await host.call('/keys', { method: 'POST', body: { name: 'x', scopes: ['ingest', scope] } })
    expect(made).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect((await host.call('/keys')).body.items).toEqual([])
    expect((await host.call('/events?category=audit')).body.items).toEqual([])
  })

  test('can create an ingest key', async () => {
    await using host = await ada(newId(), more)
    expect((await host.call('/keys', { method: 'POST', body: { name: 'x', scopes: ['ingest'] } })).status).toBe(200)
  })
})

test('a key cannot append audit events other than audit.gap, but the host can', async () => {
  await using host = await ada('acme')
  const by = (action: string) => createEvent({ action, resource: { type: 'audit', id: null } })
  const events = ['audit.exported', 'project.created', 'audit.gap', 'audit.purged'].map(by)
  const who = bearer(KEYS.acmeIngest)
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

test('an administrator who erases themselves keeps the metadata of their audit events', async () => {
  const tenant = newId()
  await using host = await ada(tenant)
  await host.service.append([createEvent({ tenantId: tenant, metadata: { plan: 'pro' } })])
  await host.service.append([
    createEvent({
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

test('a body cannot override the URL', async () => {
  const tenant = newId()
  await using host = await ada(tenant, { tenants: [tenant, 'elsewhere'] })
  const erase = (path: string, body: object) => host.call(`/people/${path}`, { method: 'POST', body })
  expect(await erase('nobody/erase', { id: 'ada' })).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  expect((await erase(`nobody/erase?tenant=${tenant}`, { tenant: 'elsewhere' })).status).toBe(400)
  expect((await erase(`nobody/erase?tenant=${tenant}`, { names: ['Nobody'] })).status).toBe(200)
})

test('a download stops when its key is revoked', async () => {
  const tenant = newId()
  await using host = await ada(tenant)
  await host.service.append(Array.from({ length: 2_001 }, () => createEvent({ tenantId: tenant })))
  const made = (await host.call('/keys', { method: 'POST', body: { name: 'x', scopes: ['export'] } })).body
  const url = 'http://localhost/api/v1/events/export?format=ndjson'
  const response = await host.service.fetch(new Request(url, { headers: bearer(made.key) }))
  const reader = response?.body?.getReader()
  expect((await reader?.read())?.done).toBe(false)
  expect((await host.call(`/keys/${made.id}`, { method: 'DELETE' })).status).toBe(200)
  await expect(reader?.read()).rejects.toMatchObject({ code: 'closed' })
})
