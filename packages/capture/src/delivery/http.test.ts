import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type NewEvent, newId, WhodidError } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { http } from './http.ts'
import { decideRetry } from './retry.ts'

interface Seen {
  readonly path: string | undefined
  readonly authorization: string | undefined
  readonly connection: number
  readonly events: readonly NewEvent[]
}

/** Starts a service that responds with `answer`. */
async function startService(answer: (res: ServerResponse, events: readonly NewEvent[]) => void) {
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
    answer(res, events)
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
    expect(decideRetry(await failure(http({ url: service.url, key: 'k' }).append([event()])))).toBe('retry')
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
