import type { EventStore } from '@whodid/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { createService } from '../src/service.ts'
import { catalog, KEYS, keepOpen, openService, type TestService } from './support/acme.ts'
import { bearer, session } from './support/api.ts'

let store: EventStore
let service: TestService

beforeAll(async () => {
  store = await openMemoryStore()
  service = await openService({ store: keepOpen(store) })
})
afterAll(async () => {
  await service.close()
  await store.close()
})

const OWN = 'https://console.acme.test'

async function markSeen(path: string, headers: Record<string, string>) {
  const body = JSON.stringify({ all: true })
  const init = {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', host: 'console.acme.test', ...headers },
  }
  const response = await service.fetch(new Request(`${OWN}/activity${path}`, init), { basePath: '/activity' })
  return response?.status
}

test.each(['/api/v1/inbox/seen', '/trpc/inbox.seen'])('%s rejects cross-site requests with a cookie', async (path) => {
  const ada = session('ada')
  expect(await markSeen(path, { ...ada, 'sec-fetch-site': 'same-origin', origin: OWN })).toBe(200)
  expect(await markSeen(path, { ...ada, origin: OWN })).toBe(200)
  expect(await markSeen(path, ada)).toBe(200)
  expect(await markSeen(path, { ...ada, 'sec-fetch-site': 'none' })).toBe(200)
  expect(await markSeen(path, { ...ada, 'sec-fetch-site': 'cross-site', origin: OWN })).toBe(403)
  expect(await markSeen(path, { ...ada, 'sec-fetch-site': 'same-site' })).toBe(403)
  expect(await markSeen(path, { ...ada, origin: 'https://evil.test' })).toBe(403)
  expect(await markSeen(path, { ...ada, origin: 'http://console.acme.test:8080' })).toBe(403)
  expect(await markSeen(path, { ...ada, origin: 'null' })).toBe(403)
  // A form cannot send JSON without a CORS preflight.
  expect(await markSeen(path, { ...ada, 'content-type': 'text/plain' })).toBe(415)
})

test('a key is accepted from any origin, since no browser sends it automatically', async () => {
  expect(await markSeen('/api/v1/inbox/seen', { ...bearer(KEYS.acmeRead), origin: 'https://other.test' })).toBe(200)
})

test('Basic credentials are treated like a cookie, since browsers send them automatically', async () => {
  await using basic = await openService({
    store: keepOpen(store),
    authorize: () => ({ id: 'ada', name: 'Ada', tenants: ['acme'], permissions: ['view'] }),
  })
  const headers = {
    authorization: 'Basic YWRhOnNlY3JldA==',
    origin: 'https://other.test',
    'content-type': 'application/json',
  }
  const request = new Request(`${OWN}/api/v1/inbox/seen`, { method: 'POST', headers, body: '{"all":true}' })
  expect((await basic.fetch(request))?.status).toBe(403)
})

test('a bearer token of the host is accepted from any origin, and an unknown one is rejected', async () => {
  await using tokens = await openService({
    store: keepOpen(store),
    authorize: (request) =>
      request.headers.get('authorization') === 'Bearer viewer-token'
        ? { id: 'ada', name: 'Ada', tenants: ['acme'], permissions: ['view'] }
        : null,
  })
  const status = async (token: string) => {
    const headers = {
      authorization: `Bearer ${token}`,
      origin: 'https://other.test',
      'content-type': 'application/json',
    }
    const request = new Request(`${OWN}/api/v1/inbox/seen`, { method: 'POST', headers, body: '{"all":true}' })
    return (await tokens.fetch(request))?.status
  }
  expect(await status('viewer-token')).toBe(200)
  expect(await status('another')).toBe(401)
})

test('without authorize and keys every request is rejected', async () => {
  const closed = await createService({ catalog, store: keepOpen(store) })
  const paths = [
    '/api/v1/events',
    '/api/v1/catalog',
    '/api/v1/facets',
    '/api/v1/stream',
    '/api/v1/viewer',
    '/trpc/catalog',
  ]
  for (const path of paths) {
    const response = await closed.fetch(new Request(`${OWN}${path}`, { headers: session('ada') }))
    expect([path, response?.status, response?.headers.get('www-authenticate')]).toEqual([
      path,
      401,
      'Bearer realm="whodid"',
    ])
  }
  const health = await closed.fetch(new Request(`${OWN}/health`))
  expect(await health?.json()).toEqual({ status: 'ok', durability: 'memory' })
  await closed.close()
})

test('short or repeated keys are rejected at startup', async () => {
  const open = (...secrets: string[]) =>
    openService({
      store: keepOpen(store),
      keys: secrets.map((secret) => ({ key: secret, name: secret.slice(0, 4), scopes: ['read'], tenant: 'acme' })),
    })
  await expect(open('short')).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringMatching(/"shor"/) })
  await expect(open('0123456789abcdef', '0123456789abcdef')).rejects.toMatchObject({ code: 'invalid_input' })
})

test('an authorize that returns an invalid viewer denies access and warns only the host', async () => {
  const wrong: unknown[] = [
    { id: 'ada', name: 'Ada', tenants: 'acme', permissions: ['view'] },
    { id: '', tenants: [], permissions: [] },
  ]
  for (const viewer of wrong) {
    await using broken = await openService({
      store: keepOpen(store),
      authorize: () => JSON.parse(JSON.stringify(viewer)),
    })
    const response = await broken.fetch(new Request(`${OWN}/api/v1/events`))
    expect(response?.status).toBe(500)
    expect(await response?.text()).not.toContain('authorize')
    expect(broken.warnings).toEqual([expect.stringMatching(/^internal: `authorize` returned an invalid viewer/)])
  }
  await using throwing = await openService({
    store: keepOpen(store),
    authorize: () => {
      throw new Error('the session store at 10.0.0.7 is down')
    },
  })
  expect((await throwing.fetch(new Request(`${OWN}/health`)))?.status).toBe(200)
  const response = await throwing.fetch(new Request(`${OWN}/trpc/viewer`))
  expect(response?.status).toBe(500)
  expect(await response?.text()).not.toContain('10.0.0.7')
  expect(throwing.warnings).toEqual([expect.stringContaining('10.0.0.7')])
})

test('an export with a cookie cannot start from another site, but from a link on the same site', async () => {
  const path = '/activity/api/v1/events/export?format=csv'
  const status = async (headers: Record<string, string>) => {
    const response = await service.fetch(new Request(`${OWN}${path}`, { headers }), { basePath: '/activity' })
    await response?.text()
    return response?.status
  }
  expect(await status({ ...session('ada'), 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await status({ ...session('ada'), 'sec-fetch-site': 'same-origin' })).toBe(200)
  expect(await status({ ...session('ada'), 'sec-fetch-site': 'none' })).toBe(200)
  expect(await status(session('ada'))).toBe(200)
})
