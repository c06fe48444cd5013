import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { type EventStore, newId, type StoredEvent } from '@whodid/core'
import { pglite } from '@whodid/postgres/pglite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorize, event, openService, shared } from './support/acme.ts'
import { person } from './support/api.ts'
import { serve } from './support/serve.ts'

let store: EventStore

beforeAll(async () => {
  store = await pglite('memory')
})
afterAll(() => store.close())

/** A service with tenants of its own, for whoever signs in. */
async function openFor(tenants: readonly string[], over: EventStore = store) {
  const service = await openService({
    store: shared(over),
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
      fetch(url(query), { headers: { ...person('ada'), ...headers } }),
    audit: async (action: string): Promise<StoredEvent[]> =>
      (await (await fetch(`${served.url}/api/v1/events?action=${action}&order=asc`, { headers: person('ada') })).json())
        .items,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await service.close()
    },
  }
}

const START = Date.now() - 3_600_000

function at(ms: number, tenantId: string) {
  return event({ id: newId(START + ms), tenantId })
}

function many(count: number, tenantId: string) {
  return Array.from({ length: count }, (_, index) => at(index, tenantId))
}

function idsIn(ndjson: string) {
  return ndjson.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).id]))
}

describe('a file that broke off', () => {
  test.each(['asc', 'desc'])(
    'goes on where it was, %s, whatever was stored since, over several tenants',
    async (order) => {
      const tenants = [newId(), newId()]
      await using host = await openFor(tenants)
      const stored = [...many(40, tenants[0] ?? ''), ...many(30, tenants[1] ?? '')]
      await host.service.append(stored)
      const first = await host.get(`format=ndjson&tenant=*&order=${order}`)
      const upTo = first.headers.get('whodid-up-to') ?? ''
      const whole = await first.text()
      expect(idsIn(whole).toSorted()).toEqual(stored.map(({ id }) => id).toSorted())

      // Late ones in the middle, and new ones.
      await host.service.append(
        tenants.flatMap((tenantId) => [at(15, tenantId), at(25, tenantId), event({ tenantId })]),
      )
      const lines = whole.split('\n')
      for (const kept of [1, 17, 69, 70]) {
        const after = idsIn(lines.slice(0, kept).join('\n')).at(-1)
        const rest = await host.get(`format=ndjson&tenant=*&order=${order}&after=${after}&upTo=${upTo}`)
        expect(rest.headers.get('whodid-up-to')).toBe(upTo)
        expect(`${lines.slice(0, kept).join('\n')}\n${await rest.text()}`).toBe(whole)
      }
      const now = await host.get(`format=ndjson&tenant=*&order=${order}`)
      expect(idsIn(await now.text())).toHaveLength(76)
    },
  )

  test('goes on without a header as CSV, and is an array of its own as JSON', async () => {
    const [tenant = ''] = [newId()]
    await using host = await openFor([tenant])
    await host.service.append(many(3, tenant))
    const first = await host.get('format=csv&order=asc')
    expect(first.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    const whole = await first.text()
    const [header = '', one = '', ...others] = whole.split('\r\n')
    const rest = `order=asc&after=${one.split(',')[0]}&upTo=${first.headers.get('whodid-up-to')}`
    const csv = await host.get(`format=csv&${rest}`)
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=absent')
    expect([header, one, await csv.text()].join('\r\n')).toBe(whole)
    const json = await (await host.get(`format=json&${rest}`)).json()
    expect(json.map(({ id }: StoredEvent) => id)).toEqual(others.slice(0, 2).map((line) => line.split(',')[0]))
    expect(await (await host.get(`format=csv&after=${json[1].id}&order=asc`)).text()).toBe('')
  })

  test('is refused where it cannot go on', async () => {
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

test('a file is compressed for whoever takes gzip, and for nobody else', async () => {
  const tenant = newId()
  await using host = await openFor([tenant])
  await host.service.append(many(5, tenant))
  /** Without what fetch does by itself. */
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
  for (const taken of ['accept-encoding: deflate, GZIP;q=0.5\r\n', 'accept-encoding: *\r\n']) {
    const { head, body } = await raw(taken)
    expect(head).toMatch(/^content-encoding: gzip$/m)
    expect(head).toMatch(/^vary: .*accept-encoding/m)
    expect(gunzipSync(dechunked(body)).toString()).toBe(dechunked(plain.body).toString())
  }
})

function dechunked(body: Buffer): Buffer {
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

/** A store whose pages are counted, and where something happens when one is asked for. */
function watched(nth = 0, happens = () => {}) {
  let pages = 0
  const list: EventStore['list'] = async (scope, filter, page) => {
    if (filter.category?.includes('project')) {
      pages += 1
      if (pages === nth) happens()
    }
    return store.list(scope, filter, page)
  }
  return { over: { ...store, list }, pages: () => pages }
}

describe.each([
  ['plain', 'identity'],
  ['compressed', 'gzip'],
])('%s', (_name, encoding) => {
  test('an error in the middle breaks the connection, and the log says so', async () => {
    const tenant = newId()
    const { over } = watched(3, () => {
      throw new Error('The disk is on fire.')
    })
    await using host = await openFor([tenant], over)
    for (let part = 0; part < 3; part += 1) await host.service.append(many(1000, tenant))
    const response = await host.get('format=csv&category=project', { 'accept-encoding': encoding })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('terminated')
    expect(host.service.warnings).toEqual([expect.stringContaining('The disk is on fire.')])
    const [ended] = await host.audit('audit.export_ended')
    expect(ended).toMatchObject({ status: 'failure', error: { code: 'aborted' } })
    expect(ended?.metadata.count).toBeLessThan(3000)
  })

  test('reads no further when the client leaves, and the log says so', async () => {
    const tenant = newId()
    const { over, pages } = watched()
    await using host = await openFor([tenant], over)
    for (let part = 0; part < 12; part += 1) await host.service.append(many(1000, tenant))
    const leave = new AbortController()
    const response = await fetch(host.url('format=ndjson&category=project'), {
      headers: { ...person('ada'), 'accept-encoding': encoding },
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
      error: { code: 'aborted', message: 'The reader left before the end, or the service closed.' },
    })
    expect(ended.metadata.count).toBeLessThan(12_000)
    expect(pages()).toBe(read)
    expect(host.service.warnings).toEqual([])
  })
})

test('who leaves while a page is read has left all the same, which is no trouble of the service', async () => {
  const tenant = newId()
  const leave = new AbortController()
  const { over } = watched(4, () => leave.abort())
  await using host = await openFor([tenant], over)
  for (let part = 0; part < 3; part += 1) await host.service.append(many(1000, tenant))
  const request = new Request('http://localhost/activity/api/v1/events/export?format=csv&category=project', {
    headers: person('ada'),
    signal: leave.signal,
  })
  const response = await host.service.fetch(request, { basePath: '/activity' })
  await expect(response?.text()).rejects.toMatchObject({ code: 'closed' })
  expect(await host.audit('audit.export_ended')).toMatchObject([
    {
      status: 'failure',
      error: { code: 'aborted', message: 'The reader left before the end, or the service closed.' },
    },
  ])
  expect(host.service.warnings).toEqual([])
})

test('a slow reader holds the store back: two pages are read ahead, and no more', async () => {
  const tenant = newId()
  const { over, pages } = watched()
  await using host = await openFor([tenant], over)
  for (let part = 0; part < 12; part += 1) await host.service.append(many(1000, tenant))
  const request = new Request('http://localhost/activity/api/v1/events/export?format=csv&category=project', {
    headers: person('ada'),
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

test('an export is an event that says from where, and one that says how many', async () => {
  const tenants = [newId(), newId()]
  await using host = await openFor(tenants)
  await host.service.append([...many(3, tenants[0] ?? ''), ...many(2, tenants[1] ?? '')])
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
    { status: 'success', metadata: { count: 3 }, causedBy: exported[0]?.id, description: 'An export gave 3 events' },
    { status: 'success', metadata: { count: 3 } },
  ])
  expect(await host.audit(`audit.export_ended&tenant=${tenants[1]}`)).toMatchObject([
    { metadata: { count: 2 } },
    { metadata: { count: 2 } },
  ])
})
