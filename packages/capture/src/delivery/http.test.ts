import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AppRoute, type NewEvent, newId, WhodidError } from '@whodid/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { http } from './http.ts'
import { decideRetry } from './retry.ts'

interface Seen {
  readonly path: string | undefined
  readonly authorization: string | undefined
  readonly connection: number
  readonly events: readonly NewEvent[]
}

/** Starts a service that responds with `answer`. */
async function startService(
  answer: (res: ServerResponse, events: readonly NewEvent[], req: IncomingMessage, text: string) => void,
) {
  const seen: Seen[] = []
  const connections = new Map<unknown, number>()
  const server = createServer(async (req: IncomingMessage, res) => {
    if (!connections.has(req.socket)) connections.set(req.socket, connections.size)
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(Buffer.from(chunk))
    const text = Buffer.concat(chunks).toString()
    const events: readonly NewEvent[] = text === '' ? [] : JSON.parse(text)
    seen.push({
      path: req.url,
      authorization: req.headers.authorization,
      connection: connections.get(req.socket) ?? -1,
      events,
    })
    answer(res, events, req, text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const isAddress = (value: typeof address): value is AddressInfo => typeof value === 'object'
  const port = isAddress(address) ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/activity/`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function stored(res: ServerResponse, events: readonly NewEvent[]): void {
  const results = events.map(({ id }, index) =>
    id === 'poison'
      ? { id, outcome: 'rejected', code: 'invalid_event', reason: 'bad' }
      : { id, outcome: 'stored', seq: index + 1, leafHash: '00' },
  )
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify({ results }))
}

function event(fields: Partial<NewEvent> = {}): NewEvent {
  return {
    id: newId(),
    action: 'project.created',
    actor: { type: 'user', id: 'u1' },
    resource: { type: 'project', id: 'p1' },
    ...fields,
  }
}

async function failure(promise: Promise<unknown>): Promise<WhodidError> {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  if (!(error instanceof WhodidError)) throw new Error('Expected a WhodidError.')
  return error
}

test('posts with the key below the mount path, reuses connections, and returns a result per event', async () => {
  await using service = await startService(stored)
  const writer = http({ url: service.url, key: 'k1' })
  const events = [event(), event({ id: 'poison' })]
  expect(await writer.append(events)).toEqual([
    { id: events[0]?.id, outcome: 'stored', seq: 1, leafHash: '00' },
    { id: 'poison', outcome: 'rejected', code: 'invalid_event', reason: 'bad' },
  ])
  expect(service.seen).toMatchObject([{ path: '/activity/api/v1/events', authorization: 'Bearer k1', events }])
  for (let count = 0; count < 20; count += 1) await writer.append([event()])
  expect(new Set(service.seen.map(({ connection }) => connection)).size).toBeLessThan(5)
})

test('splits requests at the service’s limits, and keeps the order', async () => {
  await using service = await startService(stored)
  const large = Array.from({ length: 40 }, (_, index) => event({ metadata: { index, text: 'é'.repeat(30_000) } }))
  const small = Array.from({ length: 1_500 }, () => event())
  const writer = http({ url: service.url, key: 'k1' })
  expect(await writer.append(large)).toHaveLength(40)
  expect(await writer.append(small)).toHaveLength(1_500)
  for (const { events } of service.seen) {
    expect(events.length).toBeLessThanOrEqual(1_000)
    expect(Buffer.byteLength(JSON.stringify(events))).toBeLessThanOrEqual(1_048_576)
  }
  expect(service.seen.flatMap(({ events }) => events.map(({ id }) => id))).toEqual(
    [...large, ...small].map(({ id }) => id),
  )
})

describe('the size of a request is measured in bytes of UTF-8', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  test.each(['x', 'é', '€', '😀'])('of %s, without the Buffer of Node', async (character) => {
    const create = (text: string) => [event({ id: 'a', metadata: { text } }), event({ id: 'b' })]
    const rest = 1_048_576 - Buffer.byteLength(JSON.stringify(create('')))
    const size = Buffer.byteLength(character)
    const text = character.repeat(Math.floor(rest / size)) + 'x'.repeat(rest % size)
    let requests = 0
    const count: typeof fetch = async () => {
      requests += 1
      // Responses of Node use its Buffer.
      vi.unstubAllGlobals()
      return Response.json({ results: [] })
    }
    const writer = http({ url: 'https://audit.acme.test', key: 'k', fetch: count })
    const send = async (events: readonly NewEvent[]) => {
      vi.stubGlobal('Buffer', undefined)
      await writer.append(events)
    }
    await send(create(text))
    expect(requests).toBe(1)
    await send(create(`${text}x`))
    expect(requests).toBe(3)
  })
})

describe('a service that does not accept events', () => {
  test.each([
    [400, 'reject'],
    [401, 'pause'],
    [403, 'pause'],
    [404, 'reject'],
    [408, 'retry'],
    [413, 'reject'],
    [422, 'reject'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('with %i: %s', async (status, decision) => {
    await using service = await startService((res) => {
      res.writeHead(status, { 'content-type': 'application/problem+json' })
      res.end(JSON.stringify({ detail: 'Because.' }))
    })
    const error = await failure(http({ url: service.url, key: 'k' }).append([event()]))
    expect(decideRetry(error)).toBe(decision)
    expect(error.message).toContain(`responded with ${status}: Because.`)
  })

  test('sets `retryAfter`, from seconds or a date', async () => {
    let header = '7'
    await using service = await startService((res) => {
      res.writeHead(429, { 'retry-after': header })
      res.end()
    })
    const writer = http({ url: service.url, key: 'k' })
    expect((await failure(writer.append([event()]))).retryAfter).toBe(7)
    header = new Date(Date.now() + 60_000).toUTCString()
    expect((await failure(writer.append([event()]))).retryAfter).toBeGreaterThan(50)
    header = 'soon'
    expect((await failure(writer.append([event()]))).retryAfter).toBeUndefined()
  })

  test('responds with another page', async () => {
    await using service = await startService((res) => res.end('<html>'))
    const error = await failure(http({ url: service.url, key: 'k' }).append([event()]))
    expect(decideRetry(error)).toBe('retry')
    expect(error.message).toContain('mount path')
  })

  test('redirects: the key is not sent along', async () => {
    await using other = await startService(stored)
    await using service = await startService((res) => {
      res.writeHead(307, { location: `${other.url}api/v1/events` })
      res.end()
    })
    for (const response of [undefined, Response.error()]) {
      // Browsers answer a redirect with the status 0, as this response has.
      const options = response && { fetch: async () => response }
      const error = await failure(http({ url: service.url, key: 'k', ...options }).append([event()]))
      expect(decideRetry(error)).toBe('retry')
      expect(error.message).toContain('redirects, and redirects are not followed: set `url`')
    }
    expect(other.seen).toEqual([])
  })

  test('hangs, or is unreachable', async () => {
    await using service = await startService(() => {})
    const hung = await failure(http({ url: service.url, key: 'k', timeoutMs: 20 }).append([event()]))
    expect([decideRetry(hung), hung.message]).toEqual(['retry', expect.stringContaining('could not be reached')])
    const gone = await failure(http({ url: 'http://127.0.0.1:1/activity', key: 'k' }).append([event()]))
    expect(decideRetry(gone)).toBe('retry')
  })
})

describe('routes of the app', () => {
  const route: AppRoute = { method: 'POST', path: '/api/projects/:id', action: 'project.updated' }

  /** Starts a service that responds to routes with a status and a body. */
  async function startRoutes(status: number, body: string | ((routes: readonly AppRoute[]) => string)) {
    const received: { path: string | undefined; authorization: string | undefined; routes: readonly AppRoute[] }[] = []
    const service = await startService((res, _events, req, text) => {
      const { routes }: { routes: readonly AppRoute[] } = JSON.parse(text)
      received.push({ path: req.url, authorization: req.headers.authorization, routes })
      res.writeHead(status, { 'content-type': 'application/json' })
      res.end(typeof body === 'string' ? body : body(routes))
    })
    return { ...service, received, report: http({ url: service.url, key: 'k1' }).reportRoutes }
  }

  function store(routes: readonly AppRoute[]) {
    return JSON.stringify({ stored: routes.length, ignored: 0 })
  }

  test('are posted with the key below the mount path', async () => {
    await using service = await startRoutes(200, store)
    await service.report?.([route])
    expect(service.received).toEqual([{ path: '/activity/api/v1/routes', authorization: 'Bearer k1', routes: [route] }])
  })

  test('are split at the service’s limits', async () => {
    await using service = await startRoutes(200, store)
    const routes = Array.from({ length: 1_500 }, (_, index) => ({ ...route, path: `/${index}/${'é'.repeat(600)}` }))
    await service.report?.(routes)
    for (const { routes } of service.received) {
      expect(routes.length).toBeLessThanOrEqual(1_000)
      expect(Buffer.byteLength(JSON.stringify({ routes }))).toBeLessThanOrEqual(1_048_576)
    }
    expect(service.received.flatMap(({ routes }) => routes)).toEqual(routes)
  })

  test.each([404, 405])('are ignored by an old service, which responds with %i', async (status) => {
    await using service = await startRoutes(status, JSON.stringify({ detail: 'No route matches.' }))
    const routes = Array.from({ length: 1_001 }, () => route)
    expect(await service.report?.(routes)).toBeUndefined()
    expect(service.received).toHaveLength(1)
  })

  test.each([
    [400, 'invalid_input', 'responded with 400: Because'],
    [401, 'unauthenticated', 'responded with 401: Because'],
    [429, 'rate_limited', 'responded with 429: Because'],
    [500, 'delivery_failed', 'responded with 500: Because'],
    [302, 'delivery_failed', 'redirects, and redirects are not followed'],
    [200, 'delivery_failed', 'responded with 200 and no results'],
  ])('reject with %i like events: %s', async (status, code, message) => {
    await using service = await startRoutes(status, JSON.stringify({ detail: 'Because.' }))
    const error = await failure(service.report?.([route]) ?? Promise.resolve())
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(`/api/v1/routes ${message}`)])
  })

  test('reject when the service is unreachable', async () => {
    const { reportRoutes } = http({ url: 'http://127.0.0.1:1/activity', key: 'k' })
    const error = await failure(reportRoutes?.([route]) ?? Promise.resolve())
    expect([error.code, error.message]).toEqual(['delivery_failed', expect.stringContaining('could not be reached')])
  })
})
