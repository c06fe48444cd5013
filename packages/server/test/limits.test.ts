import type { EventStore } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { generateApiKey } from '../src/auth/api-key.ts'
import { toNetwork } from '../src/limits/address.ts'
import { createTokenBuckets, type Limits } from '../src/limits/rate-limit.ts'
import { createEvent, KEYS, keepOpen, openService } from './support/acme.ts'
import { bearer, type Credentials, createTrpcApi, readBlocks, session } from './support/api.ts'
import { serve } from './support/serve.ts'

let store: EventStore
beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())

/** Opens a service with limits and serves it. */
async function open(limits: Partial<Limits>) {
  const clock = { now: Date.now() }
  const service = await openService({ store: keepOpen(store), limits, now: () => clock.now })
  const served = await serve(service)
  return {
    clock,
    service,
    url: served.url,
    async get(path: string, who: Credentials = session('ada')) {
      const response = await fetch(`${served.url}${path}`, { headers: who })
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
    async send(events: unknown, who: Credentials = bearer(KEYS.acmeIngest)) {
      const init = {
        method: 'POST',
        headers: { ...who, 'content-type': 'application/json' },
        body: JSON.stringify(events),
      }
      const response = await fetch(`${served.url}/api/v1/events`, init)
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await service.close()
    },
  }
}

function getLimitHeaders(headers: Headers) {
  return [headers.get('ratelimit-policy'), headers.get('ratelimit'), headers.get('retry-after')]
}

describe('calls of one viewer', () => {
  test('are rejected when their budget is used up, and it refills steadily', async () => {
    await using at = await open({ calls: { quota: 3, seconds: 60 } })
    const path = '/api/v1/events?limit=1'
    expect(getLimitHeaders((await at.get(path)).headers)).toEqual(['"calls";q=3;w=60', '"calls";r=2;t=20', null])
    await at.get(path)
    expect(getLimitHeaders((await at.get('/api/v1/facets')).headers)[1]).toBe('"calls";r=0;t=20')
    const refused = await at.get(path)
    expect(refused).toMatchObject({
      status: 429,
      body: {
        status: 429,
        code: 'rate_limited',
        title: 'Too many requests',
        detail: 'Rate limit exceeded (3 calls / 60 s). Retry in 20 s.',
      },
    })
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(getLimitHeaders(refused.headers)).toEqual(['"calls";q=3;w=60', '"calls";r=0;t=20', '20'])

    at.clock.now += 19_999
    expect((await at.get(path)).status).toBe(429)
    at.clock.now += 1
    expect((await at.get(path)).status).toBe(200)
    expect((await at.get(path)).status).toBe(429)
    at.clock.now += 3_600_000
    expect((await at.get(path)).headers.get('ratelimit')).toBe('"calls";r=2;t=20')
  })

  test('are counted separately for each viewer and key', async () => {
    await using at = await open({ calls: { quota: 1, seconds: 60 } })
    for (const who of [
      session('ada'),
      session('linus'),
      session('eve'),
      bearer(KEYS.acmeRead),
      bearer(KEYS.umbrellaRead),
    ]) {
      expect((await at.get('/api/v1/catalog', who)).status).toBe(200)
      expect((await at.get('/api/v1/catalog', who)).status).toBe(429)
    }
  })

  test('are not counted for health, the OpenAPI document and the docs page', async () => {
    await using at = await open({ calls: { quota: 1, seconds: 60 }, attempts: { quota: 1, seconds: 60 } })
    for (const path of ['/health', '/openapi.json', '/health', '/openapi.json']) {
      const { status, headers } = await at.get(path)
      expect([status, headers.get('ratelimit')]).toEqual([200, null])
    }
  })

  test('in a tRPC batch count one each, with errors in the tRPC format', async () => {
    await using at = await open({ calls: { quota: 3, seconds: 60 } })
    const batch = async (count: number) => {
      const names = Array.from({ length: count }, () => 'viewer').join(',')
      const response = await fetch(`${at.url}/trpc/${names}?batch=1`, { headers: session('ada') })
      return { headers: response.headers, answers: await response.json() }
    }
    const first = await batch(4)
    const codes = first.answers.map(({ error }: { error?: { data: object } }) => error?.data)
    expect(codes).toEqual([
      undefined,
      undefined,
      undefined,
      expect.objectContaining({ code: 'TOO_MANY_REQUESTS', httpStatus: 429, whodid: 'rate_limited' }),
    ])
    const alone = await fetch(`${at.url}/trpc/viewer`, { headers: session('ada') })
    expect(alone.status).toBe(429)
    expect(getLimitHeaders(alone.headers)).toEqual(['"calls";q=3;w=60', '"calls";r=0;t=20', '20'])
    await expect(createTrpcApi(at.url, fetch, session('ada')).list({})).rejects.toMatchObject({
      code: 'rate_limited',
      status: 429,
    })
  })
})

describe('events of one key', () => {
  test('have a separate budget and are counted one by one', async () => {
    await using at = await open({ events: { quota: 10, seconds: 10 }, calls: { quota: 1, seconds: 60 } })
    expect(getLimitHeaders((await at.send([createEvent(), createEvent(), createEvent()])).headers)[1]).toBe(
      '"events";r=7;t=3',
    )
    expect((await at.send(createEvent())).headers.get('ratelimit')).toBe('"events";r=6;t=4')
    // With one event left a whole batch is accepted, and the rest is owed.
    expect((await at.send(Array.from({ length: 26 }, () => createEvent()))).status).toBe(200)
    const refused = await at.send(createEvent())
    expect([refused.status, refused.body.code, ...getLimitHeaders(refused.headers)]).toEqual([
      429,
      'rate_limited',
      '"events";q=10;w=10',
      '"events";r=0;t=21',
      '21',
    ])
    expect((await at.send(createEvent({ tenantId: 'umbrella' }), bearer(KEYS.umbrellaIngest))).status).toBe(200)
    at.clock.now += 21_000
    expect((await at.send(createEvent())).status).toBe(200)
  })

  test('are not counted when the host appends', async () => {
    await using at = await open({ events: { quota: 1, seconds: 60 } })
    for (let round = 0; round < 3; round += 1) {
      expect(await at.service.append([createEvent(), createEvent()])).toMatchObject([
        { outcome: 'stored' },
        { outcome: 'stored' },
      ])
    }
  })
})

describe('open connections', () => {
  const stream = async (url: string, who: Credentials) => {
    const leave = new AbortController()
    const response = await fetch(`${url}/api/v1/stream`, { headers: who, signal: leave.signal })
    const blocks = readBlocks(response)
    if (response.ok) await blocks.next()
    return { status: response.status, response, leave: () => leave.abort() }
  }
  const until = async <T extends { readonly status: number }>(status: number, ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      const answer = await ask()
      if (answer.status === status) return answer
    }
  }

  test('streams are limited per viewer and in total, and count until they end', async () => {
    await using at = await open({ streams: { perViewer: 2, total: 3 } })
    const first = await stream(at.url, session('ada'))
    await stream(at.url, session('ada'))
    const third = await stream(at.url, session('ada'))
    expect([third.status, third.response.headers.get('retry-after'), (await third.response.json()).code]).toEqual([
      429,
      '5',
      'rate_limited',
    ])
    expect((await stream(at.url, bearer(KEYS.acmeRead))).status).toBe(200)
    const full = await stream(at.url, session('eve'))
    expect([full.status, (await full.response.json()).detail]).toEqual([
      429,
      expect.stringContaining('too many open streams: the limit is 3'),
    ])
    const followed = await fetch(`${at.url}/trpc/follow?input=%7B%7D`, { headers: session('eve') })
    expect(followed.status === 429 || (await followed.text()).includes('TOO_MANY_REQUESTS')).toBe(true)
    first.leave()
    expect((await until(200, () => stream(at.url, session('ada')))).status).toBe(200)
    expect((await stream(at.url, session('ada'))).status).toBe(429)
  })

  test('exports are limited the same way', async () => {
    await using at = await open({ exports: { perViewer: 1, total: 8 }, calls: null })
    await at.service.append(Array.from({ length: 3000 }, () => createEvent({ action: 'job.finished' })))
    const begin = (who = session('ada')) => {
      const leave = new AbortController()
      const init = { headers: who, signal: leave.signal }
      return fetch(`${at.url}/api/v1/events/export?format=json&action=job.finished`, init).then((response) => ({
        status: response.status,
        response,
        leave: () => leave.abort(),
      }))
    }
    const first = await begin()
    expect(first.status).toBe(200)
    expect((await begin()).status).toBe(429)
    expect((await begin(bearer(KEYS.acmeExport))).status).toBe(200)
    expect(JSON.parse(await first.response.text())).toHaveLength(3000)
    const second = await until(200, () => begin())
    second.leave()
    expect((await until(200, () => begin())).status).toBe(200)
  })
})

describe('failed attempts', () => {
  test('are counted by address and do not affect valid callers', async () => {
    await using at = await open({ attempts: { quota: 2, seconds: 60 } })
    expect((await at.get('/api/v1/events', bearer('wrong-key-of-nobody'))).status).toBe(401)
    expect((await at.get('/api/v1/events', {})).status).toBe(401)
    const refused = await at.get('/api/v1/events', {})
    expect([refused.status, ...getLimitHeaders(refused.headers)]).toEqual([
      429,
      '"attempts";q=2;w=60',
      '"attempts";r=0;t=30',
      '30',
    ])
    expect((await fetch(`${at.url}/trpc/viewer`)).status).toBe(429)
    expect((await at.get('/api/v1/events')).status).toBe(200)
    expect((await at.get('/api/v1/events', bearer(KEYS.acmeRead))).status).toBe(200)
    // A header does not change the address.
    expect((await at.get('/api/v1/events', { 'x-forwarded-for': '198.51.100.7' })).status).toBe(429)
    at.clock.now += 30_000
    expect((await at.get('/api/v1/events', {})).status).toBe(401)
  })

  test('limit database lookups, however many keys are tried', async () => {
    let lookUps = 0
    const find: EventStore['keys']['find'] = (hash) => {
      lookUps += 1
      return store.keys.find(hash)
    }
    const counted = keepOpen({ ...store, keys: { ...store.keys, find } })
    await using service = await openService({ store: counted, limits: { attempts: { quota: 5, seconds: 60 } } })
    await using served = await serve(service)
    const made = await fetch(`${served.url}/api/v1/keys`, {
      method: 'POST',
      headers: { ...session('ada'), 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'ci', scopes: ['read'] }),
    })
    const { key: good } = await made.json()
    const status = async (secret: string) =>
      (await fetch(`${served.url}/api/v1/events`, { headers: bearer(secret) })).status
    expect(await status(good)).toBe(200)
    lookUps = 0
    const statuses: number[] = []
    for (let round = 0; round < 12; round += 1) statuses.push(await status(generateApiKey(['admin']).key))
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(7).fill(429)])
    expect(lookUps).toBe(5)
    // A key that was valid before still works.
    expect(await status(good)).toBe(200)
  })

  test('are not counted without an address', async () => {
    await using service = await openService({ store: keepOpen(store), limits: { attempts: { quota: 1, seconds: 60 } } })
    const status = async () => (await service.fetch(new Request('http://localhost/api/v1/events')))?.status
    expect([await status(), await status(), await status()]).toEqual([401, 401, 401])
  })

  test('from one IPv6 network are counted together', () => {
    expect(toNetwork('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(toNetwork('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64')
    expect(toNetwork('2001:DB8::9')).toBe('2001:db8:0:0::/64')
    expect(toNetwork('::1')).toBe('0:0:0:0::/64')
    expect(toNetwork('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
    expect(toNetwork('::ffff:192.0.2.1')).toBe('192.0.2.1')
    expect(toNetwork('192.0.2.1')).toBe('192.0.2.1')
  })
})

test('a budget evicts the least recently active callers', () => {
  const budget = createTokenBuckets({ quota: 5, seconds: 5 }, () => 0)
  for (let caller = 0; caller < 30_000; caller += 1) {
    budget.take(`caller ${caller}`, 1)
    if (caller % 1000 === 0) budget.take('busy', 1)
  }
  expect(budget.peek('busy').remaining).toBe(0)
  expect(budget.peek('caller 0').remaining).toBe(5)
  expect(budget.peek('caller 29999').remaining).toBe(4)
})
