import { type EventStore, newId } from '@whodid/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { toServerSentEvents } from '../src/http/stream.ts'
import { authorizeAs, createEvent, keepOpen, openService } from './support/acme.ts'
import { createRestApi, createTrpcApi, readBlocks, session } from './support/api.ts'
import { serve } from './support/serve.ts'

let store: EventStore
let tenant: string

beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())
beforeEach(() => {
  tenant = newId()
})

function openIn(tenantId: string, over: EventStore = store) {
  return openService({ store: keepOpen(over), authorize: authorizeAs(tenantId) })
}

async function open(url: string, headers: Record<string, string> = {}, signal: AbortSignal | null = null) {
  const response = await fetch(url, { headers: { ...session('ada'), ...headers }, signal })
  const blocks = readBlocks(response)
  return { response, next: async () => (await blocks.next()).value ?? null }
}

describe('the stream over REST', () => {
  test('confirms immediately that it is open, and sends each event with its seq', async () => {
    await using service = await openIn(tenant)
    await using served = await serve(service)
    const { response, next } = await open(`${served.url}/api/v1/stream?category=project`)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await next()).toBe(': connected\nretry: 2000\nid: 0')
    const sent = createEvent({ tenantId: tenant })
    await service.append([
      createEvent({ tenantId: tenant, action: 'job.started', resource: { type: 'job', id: 'j1' } }),
      sent,
    ])
    const block = await next()
    expect(block).toMatch(/^id: 2\ndata: \{/)
    expect(JSON.parse(block?.split('data: ')[1] ?? '')).toMatchObject({ id: sent.id, seq: 2 })
  })

  test('resumes after Last-Event-ID, which overrides ?after=', async () => {
    await using service = await openIn(tenant)
    await using served = await serve(service)
    await service.append([
      createEvent({ tenantId: tenant }),
      createEvent({ tenantId: tenant }),
      createEvent({ tenantId: tenant }),
    ])
    const byHeader = await open(`${served.url}/api/v1/stream?after=0`, { 'last-event-id': '2' })
    await byHeader.next()
    expect(await byHeader.next()).toMatch(/^id: 3\n/)
    const byParameter = await open(`${served.url}/api/v1/stream?after=1`)
    await byParameter.next()
    expect(await byParameter.next()).toMatch(/^id: 2\n/)
  })

  test('rejects invalid requests with a status before it starts', async () => {
    await using service = await openIn(tenant)
    await using served = await serve(service)
    const refusals = [
      ['?tenant=*&after=7', 400, 'invalid_input'],
      ['?after=all.AAAAAAAA7', 400, 'invalid_input'],
      ['?tenant=umbrella', 403, 'forbidden'],
      ['?after=x', 400, 'invalid_input'],
      ['?limit=5', 400, 'invalid_input'],
    ] as const
    for (const [query, status, code] of refusals) {
      const response = await fetch(`${served.url}/api/v1/stream${query}`, { headers: session('ada') })
      expect(response.status).toBe(status)
      expect(await response.json()).toMatchObject({ status, code })
    }
  })

  test('follows the policy: a member follows only their own activity', async () => {
    await using service = await openIn(tenant)
    await using served = await serve(service)
    const linus = createRestApi(served.url, fetch, session('linus'))
    const live = linus.follow({ lastEventId: '0' }, 1)
    await service.append([
      createEvent({ tenantId: tenant }),
      createEvent({ tenantId: tenant, actor: { type: 'user', id: 'linus' } }),
    ])
    expect((await live).map(({ actor }) => actor.id)).toEqual(['linus'])
  })

  test('keeps an idle stream alive and ends it after its lifetime', async () => {
    const never = { start: '7', [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
    const quiet = toServerSentEvents(never, { heartbeatMs: 1 })
    const blocks = [await quiet.next(), await quiet.next(), await quiet.next()].map(({ value }) => value)
    expect(blocks).toEqual([': connected\nretry: 2000\nid: 7\n\n', ': heartbeat\n\n', ': heartbeat\n\n'])
    await quiet.return(undefined)

    const ended: string[] = []
    for await (const block of toServerSentEvents(never, { heartbeatMs: 1, maxMs: 20 })) ended.push(block)
    expect(new Set(ended.slice(1))).toEqual(new Set([': heartbeat\n\n']))
  })
})

describe.each(['REST', 'tRPC'])('a stream over %s', (transport) => {
  const path = transport === 'REST' ? '/api/v1/stream' : '/trpc/follow?input=%7B%7D'

  test('ends when the service closes, so that a client reconnects', async () => {
    await using service = await openIn(tenant)
    await using served = await serve(service)
    const response = await fetch(`${served.url}${path}`, { headers: session('ada') })
    const text = response.text()
    await service.close()
    expect(await text).toMatch(/connected/)
    expect(await text).not.toMatch(/event: return|serialized-error/)
  })

  test.each(['over a socket', 'in process'])(
    'stops reading the store when the viewer disconnects, %s',
    async (where) => {
      const signals: AbortSignal[] = []
      const watched = {
        ...store,
        follow: (...[scope, filter, after, signal]: Parameters<typeof store.follow>) => {
          signals.push(signal)
          return store.follow(scope, filter, after, signal)
        },
      }
      await using service = await openIn(tenant, watched)
      await using served = await serve(service)
      const leave = new AbortController()
      const request = new Request(`${served.url}${path}`, { headers: session('ada'), signal: leave.signal })
      const response =
        where === 'in process' ? await service.fetch(request, { basePath: '/activity' }) : await fetch(request)
      const reader = response?.body?.getReader()
      await reader?.read()
      expect(signals.map(({ aborted }) => aborted)).toEqual([false])
      const ended = new Promise((resolve) => signals[0]?.addEventListener('abort', resolve))
      if (where === 'in process') await reader?.cancel()
      else leave.abort()
      await ended
    },
  )
})

test('the tRPC client reconnects automatically and misses nothing', async () => {
  await using service = await openIn(tenant)
  let served = await serve(service)
  const port = new URL(served.url).port
  const api = createTrpcApi(served.url, fetch, session('ada'))
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const live = api.follow({ lastEventId: '0' }, 3, () => start())
  await started
  await service.append([createEvent({ tenantId: tenant })])
  await served[Symbol.asyncDispose]()
  await service.append([createEvent({ tenantId: tenant })])
  served = await serve(service, Number(port))
  await service.append([createEvent({ tenantId: tenant })])
  expect((await live).map(({ seq }) => seq)).toEqual([1, 2, 3])
  await served[Symbol.asyncDispose]()
})

test('an export reads only as fast as its reader, and stops when the reader leaves', async () => {
  let pages = 0
  const counted = {
    ...store,
    list: (...args: Parameters<typeof store.list>) => {
      pages += 1
      return store.list(...args)
    },
  }
  await using service = await openIn(tenant, counted)
  await service.append(Array.from({ length: 3500 }, () => createEvent({ tenantId: tenant, action: 'job.started' })))
  const open = async () => {
    const request = new Request('http://localhost/api/v1/events/export?format=ndjson', { headers: session('ada') })
    const response = await service.fetch(request)
    if (!response?.body) throw new Error('There is no export.')
    return response.body.pipeThrough(new TextDecoderStream())
  }
  const left = (await open()).getReader()
  expect((await left.read()).value?.trimEnd().split('\n')).toHaveLength(500)
  await left.cancel()
  const whenLeft = pages
  expect(whenLeft).toBeLessThan(7)

  let lines = 0
  for await (const chunk of await open()) lines += chunk.trimEnd().split('\n').length
  expect(lines).toBe(3500)
  expect(pages - whenLeft).toBe(7)
})
