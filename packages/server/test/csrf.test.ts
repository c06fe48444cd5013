import type { EventStore } from '@whodid/core'
import { pglite } from '@whodid/postgres/pglite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createService } from '../src/service.ts'
import { catalog, KEYS, openService, shared, type TestService } from './support/acme.ts'
import { key, person } from './support/api.ts'

let store: EventStore
let service: TestService

beforeAll(async () => {
  store = await pglite('memory')
  service = await openService({ store: shared(store) })
})
afterAll(async () => {
  await service.close()
  await store.close()
})

const OWN = 'https://console.acme.test'

async function change(path: string, headers: Record<string, string>) {
  const body = JSON.stringify({ all: true })
  const init = {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', host: 'console.acme.test', ...headers },
  }
  const response = await service.fetch(new Request(`${OWN}/activity${path}`, init), { basePath: '/activity' })
  return response?.status
}

test.each(['/api/v1/inbox/seen', '/trpc/inbox.seen'])(
  '%s refuses what another site sends with a cookie',
  async (path) => {
    const ada = person('ada')
    expect(await change(path, { ...ada, 'sec-fetch-site': 'same-origin', origin: OWN })).toBe(200)
    expect(await change(path, { ...ada, origin: OWN })).toBe(200)
    expect(await change(path, ada)).toBe(200)
    expect(await change(path, { ...ada, 'sec-fetch-site': 'none' })).toBe(200)
    expect(await change(path, { ...ada, 'sec-fetch-site': 'cross-site', origin: OWN })).toBe(403)
    expect(await change(path, { ...ada, 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await change(path, { ...ada, origin: 'https://evil.test' })).toBe(403)
    expect(await change(path, { ...ada, origin: 'http://console.acme.test:8080' })).toBe(403)
    expect(await change(path, { ...ada, origin: 'null' })).toBe(403)
    // No browser sends a form as JSON without asking first.
    expect(await change(path, { ...ada, 'content-type': 'text/plain' })).toBe(415)
  },
)

test('a key is never sent by a browser of itself, so it may come from anywhere', async () => {
  expect(await change('/api/v1/inbox/seen', { ...key(KEYS.acmeRead), origin: 'https://other.test' })).toBe(200)
})

test('what a browser keeps and sends by itself in Authorization is as good as a cookie', async () => {
  await using basic = await openService({
    store: shared(store),
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

test('a token that the host knows is no cookie either, and an unknown one is nobody', async () => {
  await using tokens = await openService({
    store: shared(store),
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

test('without authorize and keys nobody gets in', async () => {
  const closed = await createService({ catalog, store: shared(store) })
  const paths = [
    '/api/v1/events',
    '/api/v1/catalog',
    '/api/v1/facets',
    '/api/v1/stream',
    '/api/v1/viewer',
    '/trpc/catalog',
  ]
  for (const path of paths) {
    const response = await closed.fetch(new Request(`${OWN}${path}`, { headers: person('ada') }))
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

test('keys that could be guessed, or are given twice, are refused at the start', async () => {
  const open = (...secrets: string[]) =>
    openService({
      store: shared(store),
      keys: secrets.map((secret) => ({ key: secret, name: secret.slice(0, 4), scopes: ['read'], tenant: 'acme' })),
    })
  await expect(open('short')).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringMatching(/"shor"/) })
  await expect(open('0123456789abcdef', '0123456789abcdef')).rejects.toMatchObject({ code: 'invalid_input' })
})

test('an authorize that gives no viewer by type lets nobody in, and says so to the host alone', async () => {
  const wrong: unknown[] = [
    { id: 'ada', name: 'Ada', tenants: 'acme', permissions: ['view'] },
    { id: '', tenants: [], permissions: [] },
  ]
  for (const viewer of wrong) {
    await using broken = await openService({
      store: shared(store),
      authorize: () => JSON.parse(JSON.stringify(viewer)),
    })
    const response = await broken.fetch(new Request(`${OWN}/api/v1/events`))
    expect(response?.status).toBe(500)
    expect(await response?.text()).not.toContain('authorize')
    expect(broken.warnings).toEqual([expect.stringMatching(/^internal: authorize gave a viewer without/)])
  }
  await using throwing = await openService({
    store: shared(store),
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

test('a page of another site begins no file with a cookie, and a link of the own site does', async () => {
  const path = '/activity/api/v1/events/export?format=csv'
  const status = async (headers: Record<string, string>) => {
    const response = await service.fetch(new Request(`${OWN}${path}`, { headers }), { basePath: '/activity' })
    await response?.text()
    return response?.status
  }
  expect(await status({ ...person('ada'), 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await status({ ...person('ada'), 'sec-fetch-site': 'same-origin' })).toBe(200)
  expect(await status({ ...person('ada'), 'sec-fetch-site': 'none' })).toBe(200)
  expect(await status(person('ada'))).toBe(200)
})
