import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEvent, KEYS, openService, type TestService } from './support/acme.ts'
import { bearer, session } from './support/api.ts'

let service: TestService

beforeAll(async () => {
  service = await openService()
})
afterAll(() => service.close())

async function call(path: string, init: RequestInit = {}) {
  const headers = { ...session('ada'), 'content-type': 'application/json', ...init.headers }
  const request = new Request(`http://localhost/activity/trpc/${path}`, { ...init, headers })
  const response = await service.fetch(request, { basePath: '/activity' })
  return { status: response?.status, headers: response?.headers, body: JSON.parse((await response?.text()) ?? '') }
}

function toInput(value: unknown) {
  return `input=${encodeURIComponent(JSON.stringify(value))}`
}

test('an error has the code of whodid and no internals', async () => {
  expect(await call(`list?${toInput({ limit: 0, color: 'red' })}`)).toMatchObject({
    status: 400,
    body: {
      error: {
        message: 'limit must be at least 1; color is not a known field.',
        data: { code: 'BAD_REQUEST', httpStatus: 400, whodid: 'invalid_input', path: 'list' },
      },
    },
  })
  const surrogate = await call(`list?${toInput({ actor: ['\ud800'] })}`)
  expect(surrogate).toMatchObject({ status: 400, body: { error: { message: expect.stringMatching(/surrogate/) } } })
  expect(JSON.stringify(surrogate.body)).not.toContain('stack')
  expect(await call('nothing')).toMatchObject({ status: 404, body: { error: { data: { whodid: 'not_found' } } } })
  expect(await call('append')).toMatchObject({
    status: 405,
    body: { error: { data: { whodid: 'method_not_allowed' } } },
  })
})

test('an anonymous caller gets 401 with WWW-Authenticate', async () => {
  const { status, headers } = await call('viewer', { headers: { cookie: '' } })
  expect([status, headers?.get('www-authenticate')]).toEqual([401, 'Bearer realm="whodid"'])
})

test('errors outside tRPC have the tRPC error format', async () => {
  const large = JSON.stringify(createEvent({ metadata: { pad: 'x'.repeat(1024 * 1024) } }))
  expect(await call('append', { method: 'POST', body: large, headers: bearer(KEYS.acmeIngest) })).toMatchObject({
    status: 413,
    body: { error: { data: { code: 'PAYLOAD_TOO_LARGE', whodid: 'payload_too_large' } } },
  })
  const foreign = { method: 'POST', body: '{"all":true}', headers: { origin: 'https://evil.test' } }
  expect(await call('inbox.seen', foreign)).toMatchObject({
    status: 403,
    body: { error: { data: { code: 'FORBIDDEN', whodid: 'forbidden' } } },
  })
  expect(await call('inbox.seen', { method: 'POST', body: '{' })).toMatchObject({
    status: 400,
    body: { error: { data: { whodid: 'invalid_input' } } },
  })
})

test('a batch is limited to 10 calls and 2,000 events in total', async () => {
  const batch = (count: number) => call(`${Array(count).fill('viewer').join(',')}?batch=1&input=%7B%7D`)
  expect((await batch(10)).body).toHaveLength(10)
  expect((await batch(11)).status).toBe(400)
  const input = encodeURIComponent(JSON.stringify({ 0: { limit: 1000 }, 1: { limit: 1000 }, 2: { limit: 1 } }))
  const [first, second, third] = (await call(`list,list,list?batch=1&input=${input}`)).body
  expect(first).toHaveProperty('result')
  expect(second).toHaveProperty('result')
  expect(third).toMatchObject({ error: { data: { whodid: 'payload_too_large' } } })
})

test('accepts the input of infinite queries', async () => {
  expect((await call(`list?${toInput({ limit: 1, direction: 'forward' })}`)).status).toBe(200)
})

test('a closed service rejects requests', async () => {
  const closed = await openService()
  await closed.close()
  const status = async (path: string, init: RequestInit) =>
    (await closed.fetch(new Request(`http://localhost${path}`, init)))?.status
  const headers = { ...session('ada'), 'content-type': 'application/json' }
  expect(await status('/api/v1/events', { headers })).toBe(503)
  expect(await status('/health', {})).toBe(503)
  const body = JSON.stringify(createEvent())
  expect(
    await status('/api/v1/events', { method: 'POST', body, headers: { ...headers, ...bearer(KEYS.acmeIngest) } }),
  ).toBe(503)
  await expect(closed.append([createEvent()])).rejects.toMatchObject({ code: 'closed' })
})
