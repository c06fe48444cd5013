import type { EventStore } from '@whodid/core'
import { pglite } from '@whodid/postgres/pglite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeApiKey } from '../src/auth/api-key.ts'
import { networkOf } from '../src/limits/address.ts'
import { createBudget, type Limits } from '../src/limits/rate-limit.ts'
import { event, KEYS, openService, shared } from './support/acme.ts'
import { blocksOf, type Credentials, key, person, trpcApi } from './support/api.ts'
import { serve } from './support/serve.ts'

let store: EventStore
beforeAll(async () => {
  store = await pglite('memory')
})
afterAll(() => store.close())

/** A service with limits, and the real addresses of it. */
async function open(limits: Partial<Limits>) {
  const clock = { now: Date.now() }
  const service = await openService({ store: shared(store), limits, now: () => clock.now })
  const served = await serve(service)
  return {
    clock,
    service,
    url: served.url,
    async get(path: string, who: Credentials = person('ada')) {
      const response = await fetch(`${served.url}${path}`, { headers: who })
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
    async send(events: unknown, who: Credentials = key(KEYS.acmeIngest)) {
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

function told(headers: Headers) {
  return [headers.get('ratelimit-policy'), headers.get('ratelimit'), headers.get('retry-after')]
}

describe('calls of one viewer', () => {
  test('are refused when their budget is used up, which fills again steadily', async () => {
    await using at = await open({ calls: { quota: 3, seconds: 60 } })
    const path = '/api/v1/events?limit=1'
    expect(told((await at.get(path)).headers)).toEqual(['"calls";q=3;w=60', '"calls";r=2;t=20', null])
    await at.get(path)
    expect(told((await at.get('/api/v1/facets')).headers)[1]).toBe('"calls";r=0;t=20')
    const refused = await at.get(path)
    expect(refused).toMatchObject({
      status: 429,
      body: {
        status: 429,
        code: 'rate_limited',
        title: 'Too many requests',
        detail: 'More than 3 calls in 60 seconds is too many: go on in 20 seconds, and more slowly.',
      },
    })
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(told(refused.headers)).toEqual(['"calls";q=3;w=60', '"calls";r=0;t=20', '20'])

    at.clock.now += 19_999
    expect((await at.get(path)).status).toBe(429)
    at.clock.now += 1
    expect((await at.get(path)).status).toBe(200)
    expect((await at.get(path)).status).toBe(429)
    at.clock.now += 3_600_000
    expect((await at.get(path)).headers.get('ratelimit')).toBe('"calls";r=2;t=20')
  })

  test('are counted for each viewer and key by themselves', async () => {
    await using at = await open({ calls: { quota: 1, seconds: 60 } })
    for (const who of [person('ada'), person('linus'), person('eve'), key(KEYS.acmeRead), key(KEYS.umbrellaRead)]) {
      expect((await at.get('/api/v1/catalog', who)).status).toBe(200)
      expect((await at.get('/api/v1/catalog', who)).status).toBe(429)
    }
  })

  test('need no budget for health, the description and the page to try it', async () => {
    await using at = await open({ calls: { quota: 1, seconds: 60 }, attempts: { quota: 1, seconds: 60 } })
    for (const path of ['/health', '/openapi.json', '/health', '/openapi.json']) {
      const { status, headers } = await at.get(path)
      expect([status, headers.get('ratelimit')]).toEqual([200, null])
    }
  })

  test('cost one each in a batch of tRPC, which answers in its own shape', async () => {
    await using at = await open({ calls: { quota: 3, seconds: 60 } })
    const batch = async (count: number) => {
      const names = Array.from({ length: count }, () => 'viewer').join(',')
      const response = await fetch(`${at.url}/trpc/${names}?batch=1`, { headers: person('ada') })
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
    const alone = await fetch(`${at.url}/trpc/viewer`, { headers: person('ada') })
    expect(alone.status).toBe(429)
    expect(told(alone.headers)).toEqual(['"calls";q=3;w=60', '"calls";r=0;t=20', '20'])
    await expect(trpcApi(at.url, fetch, person('ada')).list({})).rejects.toMatchObject({
      code: 'rate_limited',
      status: 429,
    })
  })
})

describe('events of one key', () => {
  test('have a budget of their own, and are counted one by one', async () => {
    await using at = await open({ events: { quota: 10, seconds: 10 }, calls: { quota: 1, seconds: 60 } })
    expect(told((await at.send([event(), event(), event()])).headers)[1]).toBe('"events";r=7;t=3')
    expect((await at.send(event())).headers.get('ratelimit')).toBe('"events";r=6;t=4')
    // Whoever has one left may send a whole batch, and owes the rest.
    expect((await at.send(Array.from({ length: 26 }, () => event()))).status).toBe(200)
    const refused = await at.send(event())
    expect([refused.status, refused.body.code, ...told(refused.headers)]).toEqual([
      429,
      'rate_limited',
      '"events";q=10;w=10',
      '"events";r=0;t=21',
      '21',
    ])
    expect((await at.send(event({ tenantId: 'umbrella' }), key(KEYS.umbrellaIngest))).status).toBe(200)
    at.clock.now += 21_000
    expect((await at.send(event())).status).toBe(200)
  })

  test('are not counted when the host itself appends', async () => {
    await using at = await open({ events: { quota: 1, seconds: 60 } })
    for (let round = 0; round < 3; round += 1) {
      expect(await at.service.append([event(), event()])).toMatchObject([{ outcome: 'stored' }, { outcome: 'stored' }])
    }
  })
})

describe('what stays open', () => {
  const stream = async (url: string, who: Credentials) => {
    const leave = new AbortController()
    const response = await fetch(`${url}/api/v1/stream`, { headers: who, signal: leave.signal })
    const blocks = blocksOf(response)
    if (response.ok) await blocks.next()
    return { status: response.status, response, leave: () => leave.abort() }
  }
  const until = async <T extends { readonly status: number }>(status: number, ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      const answer = await ask()
      if (answer.status === status) return answer
    }
  }

  test('streams are bounded for each viewer and in all, and count until they end', async () => {
    await using at = await open({ streams: { perViewer: 2, total: 3 } })
    const first = await stream(at.url, person('ada'))
    await stream(at.url, person('ada'))
    const third = await stream(at.url, person('ada'))
    expect([third.status, third.response.headers.get('retry-after'), (await third.response.json()).code]).toEqual([
      429,
      '5',
      'rate_limited',
    ])
    expect((await stream(at.url, key(KEYS.acmeRead))).status).toBe(200)
    const full = await stream(at.url, person('eve'))
    expect([full.status, (await full.response.json()).detail]).toEqual([429, expect.stringContaining('3 streams open')])
    const followed = await fetch(`${at.url}/trpc/follow?input=%7B%7D`, { headers: person('eve') })
    expect(followed.status === 429 || (await followed.text()).includes('TOO_MANY_REQUESTS')).toBe(true)
    first.leave()
    expect((await until(200, () => stream(at.url, person('ada')))).status).toBe(200)
    expect((await stream(at.url, person('ada'))).status).toBe(429)
  })

  test('exports too', async () => {
    await using at = await open({ exports: { perViewer: 1, total: 8 }, calls: null })
    await at.service.append(Array.from({ length: 3000 }, () => event({ action: 'job.finished' })))
    const begin = (who = person('ada')) => {
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
    expect((await begin(key(KEYS.acmeExport))).status).toBe(200)
    expect(JSON.parse(await first.response.text())).toHaveLength(3000)
    const second = await until(200, () => begin())
    second.leave()
    expect((await until(200, () => begin())).status).toBe(200)
  })
})

describe('attempts by nobody who may', () => {
  test('are counted by address, and leave those alone who may', async () => {
    await using at = await open({ attempts: { quota: 2, seconds: 60 } })
    expect((await at.get('/api/v1/events', key('wrong-key-of-nobody'))).status).toBe(401)
    expect((await at.get('/api/v1/events', {})).status).toBe(401)
    const refused = await at.get('/api/v1/events', {})
    expect([refused.status, ...told(refused.headers)]).toEqual([
      429,
      '"attempts";q=2;w=60',
      '"attempts";r=0;t=30',
      '30',
    ])
    expect((await fetch(`${at.url}/trpc/viewer`)).status).toBe(429)
    expect((await at.get('/api/v1/events')).status).toBe(200)
    expect((await at.get('/api/v1/events', key(KEYS.acmeRead))).status).toBe(200)
    // A header says nothing of where a request comes from.
    expect((await at.get('/api/v1/events', { 'x-forwarded-for': '198.51.100.7' })).status).toBe(429)
    at.clock.now += 30_000
    expect((await at.get('/api/v1/events', {})).status).toBe(401)
  })

  test('ask the database no more than that, however many keys are tried', async () => {
    let lookUps = 0
    const find: EventStore['keys']['find'] = (hash) => {
      lookUps += 1
      return store.keys.find(hash)
    }
    const counted = shared({ ...store, keys: { ...store.keys, find } })
    await using service = await openService({ store: counted, limits: { attempts: { quota: 5, seconds: 60 } } })
    await using served = await serve(service)
    const made = await fetch(`${served.url}/api/v1/keys`, {
      method: 'POST',
      headers: { ...person('ada'), 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'ci', scopes: ['read'] }),
    })
    const { key: good } = await made.json()
    const status = async (secret: string) =>
      (await fetch(`${served.url}/api/v1/events`, { headers: key(secret) })).status
    expect(await status(good)).toBe(200)
    lookUps = 0
    const statuses: number[] = []
    for (let round = 0; round < 12; round += 1) statuses.push(await status(makeApiKey(['admin']).key))
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(7).fill(429)])
    expect(lookUps).toBe(5)
    // A key that was good before is not held up by them.
    expect(await status(good)).toBe(200)
  })

  test('are not counted where no address is known', async () => {
    await using service = await openService({ store: shared(store), limits: { attempts: { quota: 1, seconds: 60 } } })
    const status = async () => (await service.fetch(new Request('http://localhost/api/v1/events')))?.status
    expect([await status(), await status(), await status()]).toEqual([401, 401, 401])
  })

  test('of one network of IPv6 are counted together', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(networkOf('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64')
    expect(networkOf('2001:DB8::9')).toBe('2001:db8:0:0::/64')
    expect(networkOf('::1')).toBe('0:0:0:0::/64')
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1')
    expect(networkOf('192.0.2.1')).toBe('192.0.2.1')
  })
})

test('a budget forgets whoever has asked for nothing for longest, not the busy', () => {
  const budget = createBudget({ quota: 5, seconds: 5 }, () => 0)
  for (let caller = 0; caller < 30_000; caller += 1) {
    budget.take(`caller ${caller}`, 1)
    if (caller % 1000 === 0) budget.take('busy', 1)
  }
  expect(budget.left('busy').rest).toBe(0)
  expect(budget.left('caller 0').rest).toBe(5)
  expect(budget.left('caller 29999').rest).toBe(4)
})
