import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { type EventStore, newId, type StoredEvent } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { authorize, createEvent, keepOpen, openService } from './support/acme.ts'
import { session } from './support/api.ts'
import { serve } from './support/serve.ts'

let store: EventStore

beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())

/** Opens a service whose signed-in viewers have these tenants. */
async function openFor(tenants: readonly string[], over: EventStore = store) {
  const service = await openService({
    store: keepOpen(over),
    authorize: async (request, extra) => {
      const viewer = await authorize(request, extra)
      return viewer && { ...viewer, tenants }
    },
  })
  const served = await serve(service)
  const url = (query: string) => `${served.url}/api/v1/events/export?${query}`
  return {
    service,
    url,
    get: (query: string, headers: Record<string, string> = {}) =>
      fetch(url(query), { headers: { ...session('ada'), ...headers } }),
    audit: async (action: string): Promise<StoredEvent[]> =>
      (
        await (
          await fetch(`${served.url}/api/v1/events?action=${action}&order=asc`, { headers: session('ada') })
        ).json()
      ).items,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await service.close()
    },
  }
}

const START = Date.now() - 3_600_000

function createEventAt(ms: number, tenantId: string) {
  return createEvent({ id: newId(START + ms), tenantId })
}

function createEvents(count: number, tenantId: string) {
  return Array.from({ length: count }, (_, index) => createEventAt(index, tenantId))
}

function getIds(ndjson: string) {
  return ndjson.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).id]))
}

describe('an interrupted file', () => {
  test.each(['asc', 'desc'])(
    'resumes where it stopped, %s, over several tenants, despite newer events',
    async (order) => {
      const tenants = [newId(), newId()]
      await using host = await openFor(tenants)
      const stored = [...createEvents(40, tenants[0] ?? ''), ...createEvents(30, tenants[1] ?? '')]
      await host.service.append(stored)
      const first = await host.get(`format=ndjson&tenant=*&order=${order}`)
      const upTo = first.headers.get('whodid-up-to') ?? ''
      const file = await first.text()
      expect(getIds(file).toSorted()).toEqual(stored.map(({ id }) => id).toSorted())

      // Late events in the middle, and new ones.
      await host.service.append(
        tenants.flatMap((tenantId) => [
          createEventAt(15, tenantId),
          createEventAt(25, tenantId),
          createEvent({ tenantId }),
        ]),
      )
      const lines = file.split('\n')
      for (const count of [1, 17, 69, 70]) {
        const after = getIds(lines.slice(0, count).join('\n')).at(-1)
        const rest = await host.get(`format=ndjson&tenant=*&order=${order}&after=${after}&upTo=${upTo}`)
        expect(rest.headers.get('whodid-up-to')).toBe(upTo)
        expect(`${lines.slice(0, count).join('\n')}\n${await rest.text()}`).toBe(file)
      }
      const now = await host.get(`format=ndjson&tenant=*&order=${order}`)
      expect(getIds(await now.text())).toHaveLength(76)
    },
  )

  test('resumes without a header as CSV, and as a new array as JSON', async () => {
    const [tenant = ''] = [newId()]
    await using host = await openFor([tenant])
    await host.service.append(createEvents(3, tenant))
    const first = await host.get('format=csv&order=asc')
    expect(first.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    const file = await first.text()
    const [header = '', one = '', ...others] = file.split('\r\n')
    const rest = `order=asc&after=${one.split(',')[0]}&upTo=${first.headers.get('whodid-up-to')}`
    const csv = await host.get(`format=csv&${rest}`)
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=absent')
    expect([header, one, await csv.text()].join('\r\n')).toBe(file)
    const json = await (await host.get(`format=json&${rest}`)).json()
    expect(json.map(({ id }: StoredEvent) => id)).toEqual(others.slice(0, 2).map((line) => line.split(',')[0]))
    expect(await (await host.get(`format=csv&after=${json[1].id}&order=asc`)).text()).toBe('')
  })

  test('is rejected with an invalid position', async () => {
    await using host = await openFor([newId()])
    const refusals = [
      'after=x',
      'upTo=x',
      'upTo=all.AAAAAAAA7',
      'preset=compliance&after=01990000-0000-7000-8000-000000000000',
    ]
    for (const refusal of refusals) {
      const response = await host.get(`format=csv&${refusal}`)
      expect([response.status, (await response.json()).code]).toEqual([400, 'invalid_input'])
    }
  })
})

test('a file is compressed only for clients that accept gzip', async () => {
  const tenant = newId()
  await using host = await openFor([tenant])
  await host.service.append(createEvents(5, tenant))
  /** Sends a request without the headers and decoding of fetch. */
  const raw = async (acceptEncoding: string) => {
    const { hostname, port, pathname, search } = new URL(host.url('format=csv&order=asc'))
    const socket = connect(Number(port), hostname)
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nhost: x\r\ncookie: session=ada\r\nconnection: close\r\n${acceptEncoding}\r\n`,
    )
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk)
    const answer = Buffer.concat(chunks)
    const end = answer.indexOf('\r\n\r\n')
    return { head: answer.subarray(0, end).toString().toLowerCase(), body: answer.subarray(end + 4) }
  }
  const plain = await raw('')
  expect(plain.head).not.toContain('content-encoding')
  expect(plain.head).toMatch(/^vary: .*accept-encoding/m)
  for (const refused of ['accept-encoding: br\r\n', 'accept-encoding: gzip;q=0, *;q=0.5\r\n']) {
    expect((await raw(refused)).head).not.toContain('content-encoding')
  }
  for (const accepted of ['accept-encoding: deflate, GZIP;q=0.5\r\n', 'accept-encoding: *\r\n']) {
    const { head, body } = await raw(accepted)
    expect(head).toMatch(/^content-encoding: gzip$/m)
    expect(head).toMatch(/^vary: .*accept-encoding/m)
    expect(gunzipSync(removeChunks(body)).toString()).toBe(removeChunks(plain.body).toString())
  }
})

function removeChunks(body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at)
    const length = Number.parseInt(body.subarray(at, end).toString(), 16)
    if (length === 0) break
    parts.push(body.subarray(end + 2, end + 2 + length))
    at = end + 4 + length
  }
  return Buffer.concat(parts)
}

/** Wraps the store: counts pages, and calls `happens` when the nth page is read. */
function watchPages(nth = 0, onPageRead = () => {}) {
  let pages = 0
  const list: EventStore['list'] = async (scope, filter, page) => {
    if (filter.category?.includes('project')) {
      pages += 1
      if (pages === nth) onPageRead()
    }
    return store.list(scope, filter, page)
  }
  return { over: { ...store, list }, pages: () => pages }
}

describe.each([
  ['plain', 'identity'],
  ['compressed', 'gzip'],
])('%s', (_name, encoding) => {
  test('an error in the middle breaks the connection and is logged', async () => {
    const tenant = newId()
    const { over } = watchPages(3, () => {
      throw new Error('The disk is on fire.')
    })
    await using host = await openFor([tenant], over)
    for (let part = 0; part < 3; part += 1) await host.service.append(createEvents(1000, tenant))
    const response = await host.get('format=csv&category=project', { 'accept-encoding': encoding })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('terminated')
    expect(host.service.warnings).toEqual([expect.stringContaining('The disk is on fire.')])
    const [ended] = await host.audit('audit.export_ended')
    expect(ended).toMatchObject({ status: 'failure', error: { code: 'aborted' } })
    expect(ended?.metadata.count).toBeLessThan(3000)
  })

  test('stops reading when the client disconnects, which is logged', async () => {
    const tenant = newId()
    const { over, pages } = watchPages()
    await using host = await openFor([tenant], over)
    for (let part = 0; part < 12; part += 1) await host.service.append(createEvents(1000, tenant))
    const leave = new AbortController()
    const response = await fetch(host.url('format=ndjson&category=project'), {
      headers: { ...session('ada'), 'accept-encoding': encoding },
      signal: leave.signal,
    })
    await response.body?.getReader().read()
    leave.abort()
    let ended: StoredEvent | undefined
    while (ended === undefined) [ended] = await host.audit('audit.export_ended')
    const read = pages()
    expect(read).toBeLessThan(24)
    const [exported] = await host.audit('audit.exported')
    expect(ended).toMatchObject({
      status: 'failure',
      causedBy: exported?.id,
      error: { code: 'aborted', message: 'The client disconnected, or the service closed.' },
    })
    expect(ended.metadata.count).toBeLessThan(12_000)
    expect(pages()).toBe(read)
    expect(host.service.warnings).toEqual([])
  })
})

test('a client that disconnects while a page is read aborts the export without a warning', async () => {
  const tenant = newId()
  const leave = new AbortController()
  const { over } = watchPages(4, () => leave.abort())
  await using host = await openFor([tenant], over)
  for (let part = 0; part < 3; part += 1) await host.service.append(createEvents(1000, tenant))
  const request = new Request('http://localhost/activity/api/v1/events/export?format=csv&category=project', {
    headers: session('ada'),
    signal: leave.signal,
  })
  const response = await host.service.fetch(request, { basePath: '/activity' })
  await expect(response?.text()).rejects.toMatchObject({ code: 'closed' })
  expect(await host.audit('audit.export_ended')).toMatchObject([
    {
      status: 'failure',
      error: { code: 'aborted', message: 'The client disconnected, or the service closed.' },
    },
  ])
  expect(host.service.warnings).toEqual([])
})

test('a slow reader causes backpressure: at most two pages are read ahead', async () => {
  const tenant = newId()
  const { over, pages } = watchPages()
  await using host = await openFor([tenant], over)
  for (let part = 0; part < 12; part += 1) await host.service.append(createEvents(1000, tenant))
  const request = new Request('http://localhost/activity/api/v1/events/export?format=csv&category=project', {
    headers: session('ada'),
  })
  const response = await host.service.fetch(request, { basePath: '/activity' })
  const reader = response?.body?.getReader()
  for (const expected of [3, 4]) {
    await reader?.read()
    await expect.poll(pages).toBe(expected)
    await host.audit('audit.exported')
    expect(pages()).toBe(expected)
  }
  await reader?.cancel()
})

test('an export logs one event with its source and one with its count', async () => {
  const tenants = [newId(), newId()]
  await using host = await openFor(tenants)
  await host.service.append([...createEvents(3, tenants[0] ?? ''), ...createEvents(2, tenants[1] ?? '')])
  const headers = { 'user-agent': 'curl/8', 'x-request-id': 'r-1' }
  await (await host.get('format=ndjson&tenant=*&category=project', headers)).text()
  await (await host.get('format=ndjson&tenant=*&category=project', headers)).text()
  const exported = await host.audit('audit.exported')
  expect(exported).toMatchObject([
    {
      actor: { type: 'user', id: 'ada' },
      metadata: { format: 'ndjson', filter: { category: ['project'] } },
      context: { channel: 'ui', ip: '127.0.0.1', userAgent: 'curl/8', requestId: 'r-1', method: 'GET' },
    },
  ])
  const ended = await host.audit('audit.export_ended')
  expect(ended).toMatchObject([
    { status: 'success', metadata: { count: 3 }, causedBy: exported[0]?.id, description: 'Exported 3 events' },
    { status: 'success', metadata: { count: 3 } },
  ])
  expect(await host.audit(`audit.export_ended&tenant=${tenants[1]}`)).toMatchObject([
    { metadata: { count: 2 } },
    { metadata: { count: 2 } },
  ])
})
