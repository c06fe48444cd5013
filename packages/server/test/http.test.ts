import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCors } from '../src/http/cors.ts'
import { createEvent, KEYS, openService, type TestService } from './support/acme.ts'
import { bearer, session } from './support/api.ts'
import { type ServedService, serve } from './support/serve.ts'

const APP = 'https://app.acme.test'
const JSON_TYPE = { 'content-type': 'application/json' }

let service: TestService
let served: ServedService
const stored = createEvent()

beforeAll(async () => {
  service = await openService({ cors: { origins: [APP, 'http://localhost:5173'] } })
  served = await serve(service)
  await service.append([stored])
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await service.close()
})

function send(path: string, init: RequestInit = {}) {
  return fetch(`${served.url}${path}`, { ...init, headers: { ...session('ada'), ...init.headers } })
}

describe('an ETag', () => {
  test.each(['/api/v1/events', `/api/v1/events/${stored.id}`, '/api/v1/catalog', '/audit-logs/', '/openapi.json'])(
    'of %s is compared with If-None-Match',
    async (path) => {
      const first = await send(path)
      const etag = first.headers.get('etag') ?? ''
      expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/)
      for (const value of [etag, `"other", ${etag}`, '*']) {
        const again = await send(path, { headers: { 'if-none-match': value } })
        expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
        expect(again.headers.get('cache-control')).toBe(first.headers.get('cache-control'))
      }
      const head = await send(path, { method: 'HEAD', headers: { 'if-none-match': etag } })
      expect(head.status).toBe(304)
      const other = await send(path, { headers: { 'if-none-match': 'W/"0"' } })
      expect([other.status, await other.text()]).toEqual([200, await first.text()])
    },
  )

  test('changes with the response', async () => {
    const before = (await send('/api/v1/events')).headers.get('etag') ?? ''
    await service.append([createEvent()])
    const after = await send('/api/v1/events', { headers: { 'if-none-match': before } })
    expect(after.status).toBe(200)
    expect(after.headers.get('etag')).not.toBe(before)
  })

  test('of an event differs for a viewer with masked fields', async () => {
    const path = `/api/v1/events/${stored.id}`
    const etag = (await send(path)).headers.get('etag') ?? ''
    const masked = await send(path, { headers: { ...session('masked'), 'if-none-match': etag } })
    expect([masked.status, (await masked.json()).actor.email]).toEqual([200, '[redacted]'])
  })

  test('gives no access without permission', async () => {
    const headers = { 'if-none-match': '*' }
    expect((await fetch(`${served.url}/api/v1/events`, { headers })).status).toBe(401)
    const ofUmbrella = await send(`/api/v1/events/${stored.id}`, { headers: { ...headers, ...session('eve') } })
    expect(ofUmbrella.status).toBe(404)
  })
})

test('activity is never cached, and the catalog only in the browser of the viewer', async () => {
  const getCaching = async (path: string) => {
    const { headers } = await send(path)
    return [headers.get('cache-control'), headers.get('vary')]
  }
  expect(await getCaching('/api/v1/events')).toEqual(['no-store', 'Origin'])
  expect(await getCaching('/api/v1/catalog')).toEqual(['private, no-cache', 'Authorization, Cookie, Origin'])
  expect(await getCaching('/openapi.json')).toEqual(['no-cache', 'Origin'])
})

test('HEAD has the headers of GET', async () => {
  for (const path of ['/api/v1/events', '/api/v1/catalog', '/openapi.json', '/health']) {
    const [got, head] = [await send(path), await send(path, { method: 'HEAD' })]
    const getHeaders = ({ headers }: Response) =>
      Object.fromEntries([...headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)))
    expect(getHeaders(head)).toEqual(getHeaders(got))
    expect(head.headers.get('content-length')).toBe(String((await got.arrayBuffer()).byteLength))
    expect(await head.text()).toBe('')
  }
})

test('OPTIONS lists the methods of a path', async () => {
  const allowed = async (path: string) => {
    const response = await send(path, { method: 'OPTIONS' })
    return [response.status, response.headers.get('allow')]
  }
  expect(await allowed('/api/v1/events')).toEqual([204, 'GET, HEAD, POST, OPTIONS'])
  expect(await allowed('/trpc/list')).toEqual([204, 'GET, POST, OPTIONS'])
  expect(await allowed('/openapi.json')).toEqual([204, 'GET, HEAD, OPTIONS'])
  expect(await allowed('/docs')).toEqual([204, 'GET, HEAD, OPTIONS'])
})

test('a trailing slash changes nothing', async () => {
  for (const path of ['/api/v1/events', `/api/v1/events/${stored.id}`, '/api/v1/users/ada/activity', '/health']) {
    const [without, slashed] = [await send(path), await send(`${path}/`)]
    expect([path, slashed.status, await slashed.text()]).toEqual([path, 200, await without.text()])
  }
  expect((await send('/api/v1/events//')).status).toBe(404)
})

test('a single-value parameter cannot be repeated', async () => {
  for (const name of ['q', 'from', 'to', 'inbox', 'limit', 'tenant', 'cursor']) {
    const response = await send(`/api/v1/events?${name}=2026-01-01&${name}=2026-01-02`)
    expect([response.status, (await response.json()).detail]).toEqual([
      400,
      `${name} must have one value, not several.`,
    ])
  }
})

test('malformed paths return a problem, not a server error', async () => {
  for (const path of ['/api/v1/events/%', '/api/v1/users/%E0%A4%A/activity', '/users/%ff/activity', '/api/%']) {
    const response = await send(path)
    expect([path, response.headers.get('content-type')]).toEqual([path, 'application/problem+json'])
    expect([400, 404]).toContain(response.status)
  }
  expect((await send('/trpc/%')).status).toBeLessThan(500)
  expect((await send('/trpc/list?input=%')).status).toBe(400)
  expect(service.warnings).toEqual([])
})

describe('a body', () => {
  const append = (body: BodyInit, headers: Record<string, string> = {}) =>
    fetch(`${served.url}/api/v1/events`, {
      method: 'POST',
      body,
      headers: { ...JSON_TYPE, ...bearer(KEYS.acmeIngest), ...headers },
    })
  const { tenantId: _, ...one } = createEvent()
  const gzip = { 'content-encoding': 'gzip' }

  test('can be compressed with gzip', async () => {
    const response = await append(gzipSync(JSON.stringify(one)), gzip)
    expect((await response.json()).results).toMatchObject([{ id: one.id, outcome: 'stored' }])
  })

  test('has the same size limit after decompression', async () => {
    const bomb = gzipSync(JSON.stringify({ ...one, metadata: { pad: ' '.repeat(50_000_000) } }))
    expect(bomb.byteLength).toBeLessThan(100_000)
    const response = await append(bomb, gzip)
    expect([response.status, (await response.json()).code]).toEqual([413, 'payload_too_large'])
  })

  test('must be gzip when the header says so', async () => {
    for (const body of [JSON.stringify(one), gzipSync(JSON.stringify(one)).subarray(0, 40)]) {
      const response = await append(body, gzip)
      expect([response.status, (await response.json()).detail]).toEqual([400, expect.stringMatching(/not valid gzip/)])
    }
  })

  test.each([
    [{ 'content-encoding': 'br' }, /Content-Encoding "br" is not supported/],
    [{ 'content-type': 'text/plain' }, /must be JSON/],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, /must be JSON/],
  ])('with %j is rejected', async (headers, words) => {
    const response = await append(JSON.stringify(one), headers)
    expect(await response.json()).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
      detail: expect.stringMatching(words),
    })
  })

  test('has the same checks over tRPC, in the tRPC error format', async () => {
    const call = (body: BodyInit, headers: Record<string, string>) =>
      fetch(`${served.url}/trpc/append`, { method: 'POST', body, headers: { ...bearer(KEYS.acmeIngest), ...headers } })
    const getError = async (response: Response) => {
      const { error } = await response.json()
      return [response.status, error.data.whodid]
    }
    expect(await getError(await call('{}', { 'content-type': 'text/plain' }))).toEqual([415, 'unsupported_media_type'])
    expect(await getError(await call('{', JSON_TYPE))).toEqual([400, 'invalid_input'])
    expect(await getError(await call(' '.repeat(1_100_000), JSON_TYPE))).toEqual([413, 'payload_too_large'])
    expect((await call(gzipSync(JSON.stringify({ ...one, id: undefined })), { ...JSON_TYPE, ...gzip })).status).toBe(
      200,
    )
  })
})

describe('a page of another site', () => {
  const preflight = (path: string, method: string, origin: string, at = served) =>
    fetch(`${at.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
    })
  const allowedOrigin = ({ headers }: Response) => headers.get('access-control-allow-origin')
  const from = (origin: string, path: string, at = served, init: RequestInit = {}) =>
    fetch(`${at.url}${path}`, { ...init, headers: { origin, ...bearer(KEYS.acmeRead), ...init.headers } })

  test('reads nothing by default', async () => {
    await using closed = await openService()
    await using server = await serve(closed)
    const allowed = await preflight('/api/v1/events', 'GET', APP, server)
    expect([allowed.status, allowedOrigin(allowed)]).toEqual([204, null])
    const answered = await from(APP, '/api/v1/events', server)
    expect([allowedOrigin(answered), answered.headers.get('vary')]).toEqual([null, null])
  })

  test('can read when its origin is allowed', async () => {
    for (const path of ['/api/v1/events', '/api/v1/stream', '/trpc/viewer', '/audit-logs/', '/api/v1/nothing']) {
      const allowed = await preflight(path, 'GET', APP)
      expect([path, allowed.status, allowedOrigin(allowed)]).toEqual([path, 204, APP])
      expect(allowed.headers.get('access-control-allow-headers')).toMatch(/authorization.*content-type.*last-event-id/)
      expect(allowed.headers.get('vary')).toMatch(/Origin/)
      const answered = await from(APP, path)
      expect([path, allowedOrigin(answered)]).toEqual([path, APP])
      expect(answered.headers.get('vary')).toMatch(/Origin/)
      expect(answered.headers.get('access-control-expose-headers')).toMatch(/etag/)
      expect(answered.headers.get('access-control-allow-credentials')).toBe(null)
      await answered.body?.cancel()
    }
    const refused = await fetch(`${served.url}/api/v1/events`, { headers: { origin: APP } })
    expect([refused.status, allowedOrigin(refused)]).toEqual([401, APP])
  })

  test.each(['https://app.acme.test.evil.test', 'http://app.acme.test', 'https://acme.test', 'null', `${APP}:8443`])(
    'from %s has another origin',
    async (origin) => {
      expect(allowedOrigin(await preflight('/api/v1/events', 'GET', origin))).toBe(null)
      expect(allowedOrigin(await from(origin, '/api/v1/events'))).toBe(null)
    },
  )

  test.each([
    '/api/v1/events',
    '/api/v1/events/',
    '/trpc/append',
    '/trpc/list,append',
    '/trpc/%61ppend',
    '/api/v1/routes',
    '/api/v1/routes/',
    '/trpc/routes.report',
    '/trpc/list,routes.report',
    '/trpc/routes%2Ereport',
  ])('can never send events or routes to %s', async (path) => {
    expect(allowedOrigin(await preflight(path, 'POST', APP))).toBe(null)
    const { tenantId: _, ...one } = createEvent()
    const init = { method: 'POST', body: JSON.stringify(one), headers: { ...JSON_TYPE, ...bearer(KEYS.acmeIngest) } }
    expect(allowedOrigin(await from(APP, path, served, init))).toBe(null)
  })

  test('can be allowed other methods on the same path', async () => {
    const methods = (await preflight('/api/v1/events', 'GET', APP)).headers.get('access-control-allow-methods')
    expect(methods).toBe('GET, HEAD, PUT, DELETE')
  })

  test('can write with cookies only where credentials are allowed', async () => {
    const seen = (at: ServedService, origin: string) =>
      from(origin, '/api/v1/inbox/seen', at, {
        method: 'POST',
        body: '{"all":true}',
        headers: { ...JSON_TYPE, ...session('ada'), authorization: '', 'sec-fetch-site': 'cross-site' },
      })
    expect((await seen(served, APP)).status).toBe(403)
    await using trusting = await openService({ cors: { origins: [APP], credentials: true } })
    await using server = await serve(trusting)
    const done = await seen(server, APP)
    expect([done.status, done.headers.get('access-control-allow-credentials')]).toEqual([200, 'true'])
    expect((await seen(server, 'https://evil.test')).status).toBe(403)
    expect(allowedOrigin(await from('https://evil.test', '/api/v1/events', server))).toBe(null)
  })

  test.each(['*', 'https://*.acme.test', 'https://app.acme.test/', 'app.acme.test', 'null', 'ftp://acme.test'])(
    'cannot be allowed as %j',
    (origin) => {
      expect(() => createCors({ origins: [origin] })).toThrow(`cors.origins contains "${origin}"`)
    },
  )
})
