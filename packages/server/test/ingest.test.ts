import { type AppendResult, type EventStore, newId, type PreparedEvent, WhodidError } from '@whodid/core'
import { pglite } from '@whodid/postgres/pglite'
import { describe, expect, test } from 'vitest'
import { createIngest, type IngestOptions } from '../src/ingest.ts'
import { catalog, event, KEYS, openService } from './support/acme.ts'
import { key } from './support/api.ts'

/** A real store whose batches are written down, and held back as long as a gate is closed. */
async function watched() {
  const store = await pglite('memory')
  const batches: { readonly tenantId: string; readonly size: number }[] = []
  let gate = Promise.resolve()
  return {
    batches,
    close: () => {
      let open = () => {}
      gate = new Promise((resolve) => {
        open = resolve
      })
      return open
    },
    store: {
      ...store,
      async append(tenantId: string, events: readonly PreparedEvent[]): Promise<readonly AppendResult[]> {
        batches.push({ tenantId, size: events.length })
        await gate
        return store.append(tenantId, events)
      },
    } satisfies EventStore,
  }
}

function ingestOver(store: EventStore, options: Partial<IngestOptions> = {}) {
  return createIngest({ store, catalog: catalog.json, now: Date.now, onConflict: () => {}, ...options })
}

function many(count: number, tenantId = 'acme') {
  return Array.from({ length: count }, () => event({ id: newId(), tenantId }))
}

describe('what waits is stored in batches', () => {
  test('of one tenant each, one under way at a time, results in the order of the events', async () => {
    const { store, batches, close } = await watched()
    const ingest = ingestOver(store)
    const open = close()
    const events = many(3).flatMap((one) => [one, event({ tenantId: 'umbrella' })])
    const first = ingest.append(events, null)
    await expect.poll(() => batches.length).toBe(2)
    const second = ingest.append(many(2), null)
    const third = ingest.append(many(1), null)
    open()
    const results = await first
    expect(results.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
    expect(results.map((result) => (result.outcome === 'stored' ? result.seq : 0))).toEqual([1, 1, 2, 2, 3, 3])
    await Promise.all([second, third])
    expect(batches).toEqual([
      { tenantId: 'acme', size: 3 },
      { tenantId: 'umbrella', size: 3 },
      { tenantId: 'acme', size: 3 },
    ])
    await ingest.close()
    await store.close()
  })

  test('a full one is handed over while one is stored, and no third', async () => {
    const { store, batches, close } = await watched()
    const ingest = ingestOver(store, { linger: 300 })
    const open = close()
    const first = ingest.append(many(1), null)
    const taken = ingest.append(many(999), null)
    const more = ingest.append(many(600), null)
    await expect.poll(() => batches.length, { timeout: 20_000 }).toBe(2)
    const other = ingest.append(many(20, 'umbrella'), null)
    await expect.poll(() => batches.at(-1)?.tenantId, { timeout: 20_000 }).toBe('umbrella')
    expect(batches.filter(({ tenantId }) => tenantId === 'acme')).toHaveLength(2)
    open()
    const stored = (await Promise.all([first, taken, more])).flat()
    expect(stored.map((result) => ('seq' in result ? result.seq : null))).toEqual(stored.map((_, index) => index + 1))
    await other
    await ingest.close()
    await store.close()
  })

  test('of one call before those of the next are made ready', async () => {
    const { store, batches } = await watched()
    let made = 0
    const seen: number[] = []
    const now = () => {
      made += 1
      if (batches.length > seen.length) seen.push(made)
      return Date.now()
    }
    const ingest = ingestOver(store, { now })
    await Promise.all([ingest.append(many(500), null), ingest.append(many(500, 'umbrella'), null)])
    expect(batches).toHaveLength(2)
    expect(seen[0]).toBeLessThan(600)
    await ingest.close()
    await store.close()
  })

  test('of 500 at most', async () => {
    const { store, batches } = await watched()
    const ingest = ingestOver(store)
    const results = await ingest.append(many(1200), null)
    expect(results.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1200)
    expect(batches.map(({ size }) => size)).toEqual([500, 500, 200])
    await ingest.close()
    await store.close()
  })
})

test('too much is refused at once, by name, and taken again when there is room', async () => {
  const { store, close } = await watched()
  const ingest = ingestOver(store, { capacity: 10 })
  const open = close()
  const taken = ingest.append(many(10), null)
  await expect(async () => ingest.append(many(1), null)).rejects.toMatchObject({ code: 'overloaded', retryAfter: 1 })
  open()
  await taken
  expect(await ingest.append(many(1), null)).toMatchObject([{ outcome: 'stored', seq: 11 }])
  await ingest.close()
  await store.close()
})

test('closing stores what waits and takes no more', async () => {
  const { store } = await watched()
  const ingest = ingestOver(store, { linger: 60_000 })
  const taken = ingest.append(many(3), null)
  const closed = ingest.close()
  await expect(async () => ingest.append(many(1), null)).rejects.toMatchObject({ code: 'closed' })
  await closed
  expect((await taken).map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'stored'])
  await store.close()
})

test('a store that fails, fails the events of its batch and nothing else, and tells clients nothing of itself', async () => {
  const store = await pglite('memory')
  let broken = true
  await using service = await openService({
    store: {
      ...store,
      append: async (tenantId, events) => {
        if (broken && tenantId === 'acme') throw new Error('connect ECONNREFUSED 10.0.0.7:5432')
        return store.append(tenantId, events)
      },
    },
  })
  const [acme, umbrella] = await Promise.allSettled([service.append(many(1)), service.append(many(1, 'umbrella'))])
  expect([acme.status, umbrella.status]).toEqual(['rejected', 'fulfilled'])
  const headers = { ...key(KEYS.acmeIngest), 'content-type': 'application/json' }
  const post = (path: string) =>
    service.fetch(new Request(`http://localhost${path}`, { method: 'POST', headers, body: JSON.stringify(event()) }))
  for (const path of ['/api/v1/events', '/trpc/append']) {
    const response = await post(path)
    expect(response?.status).toBe(500)
    const text = await response?.text()
    expect(text).toContain('"internal"')
    expect(text).not.toMatch(/ECONNREFUSED|10\.0\.0\.7|stack/)
  }
  expect(service.warnings).toEqual([expect.stringContaining('ECONNREFUSED'), expect.stringContaining('ECONNREFUSED')])
  broken = false
  expect((await post('/api/v1/events'))?.status).toBe(200)
})

test('trouble of the store that has a code of its own is told by the code, and in words to the host alone', async () => {
  const store = await pglite('memory')
  const unavailable = async () => {
    throw new WhodidError('store_unavailable', 'The database at 10.0.0.7:5432 refuses the user whodid_service.')
  }
  await using service = await openService({ store: { ...store, append: unavailable, list: unavailable } })
  const headers = { ...key(KEYS.acmeIngest), 'content-type': 'application/json' }
  const write = { method: 'POST', headers, body: JSON.stringify(event()) }
  const read = { headers: key(KEYS.acmeRead) }
  const asked: [string, RequestInit][] = [
    ['/api/v1/events', write],
    ['/trpc/append', write],
    ['/api/v1/events', read],
    ['/trpc/list?input=%7B%7D', read],
  ]
  for (const [path, init] of asked) {
    const response = await service.fetch(new Request(`http://localhost${path}`, init))
    expect(response?.status).toBe(503)
    const text = await response?.text()
    expect(text).toContain('"store_unavailable"')
    expect(text).not.toMatch(/10\.0\.0\.7|whodid_service|stack/)
  }
  expect(service.warnings.filter((warning) => warning.includes('10.0.0.7'))).toHaveLength(asked.length)
})

test('an event without a tenant belongs to nobody’s, which the host alone can say', async () => {
  await using service = await openService()
  const { tenantId: _, ...stray } = event()
  await service.append([stray])
  const read = (secret: string, tenant: string) =>
    service.fetch(new Request(`http://localhost/api/v1/events?tenant=${tenant}`, { headers: key(secret) }))
  expect((await (await read(KEYS.allRead, '-'))?.json())?.items).toHaveLength(1)
  expect((await read(KEYS.acmeRead, '-'))?.status).toBe(403)
})
