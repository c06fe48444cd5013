import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEvent, KEYS, openService, type TestService } from './support/acme.ts'
import { bearer, session } from './support/api.ts'
import { type ServedService, serve } from './support/serve.ts'

let service: TestService
let served: ServedService

beforeAll(async () => {
  service = await openService()
  served = await serve(service)
  await service.append([createEvent()])
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await service.close()
})

const JSON_TYPE = { 'content-type': 'application/json' }

function get(path: string, headers: Record<string, string> = session('ada')) {
  return fetch(`${served.url}${path}`, { headers })
}

function post(path: string, body: BodyInit, headers: Record<string, string> = {}) {
  return fetch(`${served.url}${path}`, { method: 'POST', body, headers: { ...JSON_TYPE, ...headers } })
}

function append(body: BodyInit, headers: Record<string, string> = {}) {
  return post('/api/v1/events', body, { ...bearer(KEYS.acmeIngest), ...headers })
}

describe('methods', () => {
  test.each([
    ['PUT', '/api/v1/events', 'GET, HEAD, POST, OPTIONS'],
    ['DELETE', '/api/v1/events/x', 'GET, HEAD, OPTIONS'],
    ['POST', '/api/v1/events/export', 'GET, HEAD, OPTIONS'],
    ['GET', '/api/v1/inbox/seen', 'POST, OPTIONS'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
  ])('%s %s is not allowed, and the response lists the allowed methods', async (method, path, allow) => {
    const response = await fetch(`${served.url}${path}`, { method, headers: session('ada') })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
    expect(await response.json()).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
      title: 'Method not allowed',
    })
    const options = await fetch(`${served.url}${path}`, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, allow])
  })

  test('HEAD is GET without its body', async () => {
    for (const path of [
      '/api/v1/events',
      '/api/v1/events/export?format=csv',
      '/api/v1/stream',
      '/openapi.json',
      '/docs',
    ]) {
      const head = await fetch(`${served.url}${path}`, { method: 'HEAD', headers: session('ada') })
      expect([path, head.status, await head.text()]).toEqual([path, 200, ''])
    }
  })
})

describe('paths', () => {
  test('that are not the service’s are left to the host', async () => {
    for (const path of ['', '/', '/feed', '/apiary', '/docs/more', '/healthy']) {
      expect(await service.fetch(new Request(`http://localhost/activity${path}`), { basePath: '/activity' })).toBe(null)
    }
    expect(await service.fetch(new Request('http://localhost/activity2/health'), { basePath: '/activity' })).toBe(null)
  })

  test('work without a mount path and with one that ends in a slash', async () => {
    expect((await service.fetch(new Request('http://localhost/health')))?.status).toBe(200)
    expect((await service.fetch(new Request('http://localhost/a/b/health'), { basePath: '/a/b/' }))?.status).toBe(200)
  })

  test('that do not exist return a problem', async () => {
    const response = await get('/api/v1/nothing')
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect([response.status, await response.json()]).toEqual([
      404,
      {
        type: 'about:blank',
        title: 'Not found',
        status: 404,
        code: 'not_found',
        detail: 'No route matches /api/v1/nothing: see /openapi.json for all routes.',
      },
    ])
    expect((await get('/api/v1/events/%ff')).status).toBe(400)
  })
})

describe('parameters', () => {
  test('that are unknown are named in the error', async () => {
    const response = await get('/api/v1/events?color=red')
    expect([response.status, (await response.json()).detail]).toEqual([
      400,
      expect.stringMatching(/^Unknown parameter "color": use one of .*limit, cursor/),
    ])
    expect((await get('/api/v1/resources/project/p1/history?resourceType=job')).status).toBe(400)
    expect((await get('/api/v1/viewer?x=1')).status).toBe(400)
  })

  test.each([
    ['limit=0', /limit must be at least 1/],
    ['limit=1001', /limit must be at most 1000/],
    ['limit=ten', /limit must be a number/],
    ['limit=1.5', /limit must be an? int/],
    ['limit=5&limit=6', /limit/],
    ['sort=color', /sort must be one of occurredAt, actor/],
    ['order=up', /order must be one of asc, desc/],
    ['status=maybe', /status must be one of success, failure/],
    ['inbox=all', /inbox must be one of unread, inbox, archived/],
    ['from=yesterday', /from must be a date .*, not "yesterday"/],
    ['from=2026-02-30', /from/],
    ['cursor=e30', /Invalid cursor/],
    ['q=%00', /U\+0000/],
    ['tenant=%00', /tenant must not contain U\+0000/],
  ])('%s is rejected with a clear message', async (query, words) => {
    const response = await get(`/api/v1/events?${query}`)
    expect([response.status, (await response.json()).detail]).toEqual([400, expect.stringMatching(words)])
  })

  test('accept commas and repetition, and are ignored when empty', async () => {
    const both = await (await get('/api/v1/events?action=project.created,job.started&q=&limit=&kind=')).json()
    expect(both.items.length).toBeGreaterThan(0)
    const repeated = await (await get('/api/v1/events?action=job.started&action=project.created')).json()
    expect(repeated.items).toEqual(both.items)
    const none = await (await get('/api/v1/events?not.action=project.created')).json()
    expect(none.items).toEqual([])
    const facets = await (await get('/api/v1/facets?dimensions=actor,action&category=project')).json()
    expect(Object.keys(facets.values)).toEqual(['actor', 'action'])
  })

  test('can name the tenant of a write', async () => {
    const response = await post('/api/v1/inbox/seen?tenant=umbrella', '{"all":true}', session('both'))
    expect([response.status, await response.json()]).toEqual([200, { changed: 0 }])
    expect((await post('/api/v1/inbox/seen?tenant=initech', '{"all":true}', session('both'))).status).toBe(403)
  })
})

describe('bodies', () => {
  test.each([
    ['', 400],
    ['{', 400],
    ['null', 400],
    ['7', 400],
    ['"text"', 400],
    [new Uint8Array([0x22, 0xff, 0x22]), 400],
    ['[]', 200],
    ['[null]', 200],
    ['{}', 200],
  ])('%j returns %i', async (body, status) => {
    const response = await append(body)
    expect(response.status).toBe(status)
    const answer = await response.json()
    if (status === 400) expect(answer).toMatchObject({ code: 'invalid_input', detail: expect.stringMatching(/\.$/) })
    else expect(answer.results.every(({ outcome }: { outcome: string }) => outcome === 'rejected')).toBe(true)
  })

  test('must have a JSON content type', async () => {
    const plain = await append('{}', { 'content-type': 'text/plain' })
    expect([plain.status, (await plain.json()).code]).toEqual([415, 'unsupported_media_type'])
    expect(
      (await append(JSON.stringify(createEvent()), { 'content-type': 'Application/JSON; charset=utf-8' })).status,
    ).toBe(200)
  })

  test('are limited to 1,000 events and 1 MiB', async () => {
    const { tenantId: _, ...one } = createEvent()
    const many = Array.from({ length: 1000 }, () => ({ ...one, id: undefined, metadata: { pad: 'x'.repeat(600) } }))
    const stored = await append(JSON.stringify(many))
    expect((await stored.json()).results).toHaveLength(1000)
    const tooMany = await append(JSON.stringify([...many.map(({ metadata: __, ...rest }) => rest), one]))
    expect([tooMany.status, (await tooMany.json()).code]).toEqual([413, 'payload_too_large'])
    const tooLarge = await append(JSON.stringify({ ...one, metadata: { pad: 'x'.repeat(1024 * 1024) } }))
    expect([tooLarge.status, (await tooLarge.json()).code]).toEqual([413, 'payload_too_large'])
    const tooDeep = await append(`${'['.repeat(70)}${']'.repeat(70)}`)
    expect([tooDeep.status, (await tooDeep.json()).code]).toEqual([413, 'payload_too_large'])
    const chunked = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(' '.repeat(100_000)))
      },
    })
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { ...JSON_TYPE, ...bearer(KEYS.acmeIngest) },
      body: chunked,
      duplex: 'half',
    }
    const endless = await service.fetch(new Request(`${served.url}/api/v1/events`, init), { basePath: '/activity' })
    expect(endless?.status).toBe(413)
  })

  test('an invalid event does not affect the others', async () => {
    const { tenantId: _, ...one } = createEvent()
    const bad = [
      { ...one, id: createEvent().id, resource: { type: 'project', id: 'a\0b' } },
      { ...one, id: createEvent().id, metadata: { half: '\ud800' } },
      { ...one, id: createEvent().id, metadata: { text: 'x'.repeat(70_000) } },
      { ...one, id: createEvent().id, metadata: JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) },
      { ...one, id: createEvent().id, occurredAt: 'soon' },
    ]
    const good = { ...one, id: createEvent().id }
    const { results } = await (await append(JSON.stringify([...bad, good]))).json()
    expect(results.map(({ outcome, code }: { outcome: string; code?: string }) => code ?? outcome)).toEqual([
      ...bad.map(() => 'invalid_event'),
      'stored',
    ])
  })
})

test('responses are not cached, and their type is not sniffed', async () => {
  for (const path of ['/api/v1/events', '/api/v1/nothing', '/audit-logs/', '/trpc/viewer', '/docs', '/health']) {
    const { headers } = await get(path)
    expect([path, headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual([
      path,
      'no-store',
      'nosniff',
    ])
  }
})

test('an export is a file download', async () => {
  const types = { csv: 'text/csv', json: 'application/json', ndjson: 'application/x-ndjson' }
  for (const [format, type] of Object.entries(types)) {
    const { headers } = await get(`/api/v1/events/export?format=${format}`)
    expect(headers.get('content-disposition')).toBe(`attachment; filename="activity.${format}"`)
    expect(headers.get('content-type')).toContain(type)
  }
  const missing = await get('/api/v1/events/export')
  expect([missing.status, (await missing.json()).detail]).toEqual([400, expect.stringMatching(/format must be one of/)])
})

test('no input causes a server error', async () => {
  const names = [
    'q',
    'actor',
    'limit',
    'cursor',
    'from',
    'tenant',
    'sort',
    'not.kind',
    'after',
    'format',
    'id',
    'unknown',
  ]
  const paths = [
    '/api/v1/events',
    '/api/v1/events/export',
    '/api/v1/facets',
    '/api/v1/users/u/activity',
    '/api/v1/inbox/count',
  ]
  const query = fc.array(fc.tuple(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 40 })), {
    maxLength: 3,
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), query, async (path, pairs) => {
      const params = new URLSearchParams(pairs.map(([name, value]) => [name, value]))
      const request = new Request(`http://localhost/activity${path}?${params}`, { headers: session('ada') })
      const response = await service.fetch(request, { basePath: '/activity' })
      expect(response?.status).toBeLessThan(500)
      await response?.text()
    }),
    { numRuns: 150 },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('append', 'inbox.seen', 'nothing', 'list'),
      fc.json({ maxDepth: 5 }),
      async (name, body) => {
        const headers = { ...JSON_TYPE, ...(name === 'append' ? bearer(KEYS.acmeIngest) : session('ada')) }
        const trpc = new Request(`http://localhost/activity/trpc/${name}`, { method: 'POST', headers, body })
        const rest = new Request('http://localhost/activity/api/v1/events', {
          method: 'POST',
          headers: { ...JSON_TYPE, ...bearer(KEYS.acmeIngest) },
          body,
        })
        for (const request of [trpc, rest]) {
          const response = await service.fetch(request, { basePath: '/activity' })
          expect(response?.status).toBeLessThan(500)
        }
      },
    ),
    { numRuns: 100 },
  )
  expect(service.warnings).toEqual([])
})
