import { type AppendResult, type EventStore, newId, type PreparedEvent, WhodidError } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { createIngest, type IngestOptions } from '../src/ingest.ts'
import { catalog, createEvent, KEYS, openService } from './support/acme.ts'
import { bearer } from './support/api.ts'

/** Opens a store that records its batches and holds them back while its gate is closed. */
async function openWatchedStore() {
  const store = await openMemoryStore()
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

function createTestIngest(store: EventStore, options: Partial<IngestOptions> = {}) {
  return createIngest({ store, catalog: catalog.json, now: Date.now, onConflict: () => {}, ...options })
}

function createEvents(count: number, tenantId = 'acme') {
  return Array.from({ length: count }, () => createEvent({ id: newId(), tenantId }))
}

describe('pending events are stored in batches', () => {
  test('per tenant, one at a time, with results in the order of the events', async () => {
    const { store, batches, close } = await openWatchedStore()
    const ingest = createTestIngest(store)
    const open = close()
    const events = createEvents(3).flatMap((one) => [one, createEvent({ tenantId: 'umbrella' })])
    const first = ingest.appendFromHost(events)
    await expect.poll(() => batches.length).toBe(2)
    const second = ingest.appendFromHost(createEvents(2))
    const third = ingest.appendFromHost(createEvents(1))
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

  test('with a full second batch sent while the first is stored, but no third', async () => {
    const { store, batches, close } = await openWatchedStore()
    // Long enough to prepare all events on a busy machine.
    const ingest = createTestIngest(store, { lingerMs: 2_000 })
    const open = close()
    const first = ingest.appendFromHost(createEvents(1))
    const accepted = ingest.appendFromHost(createEvents(999))
    const more = ingest.appendFromHost(createEvents(600))
    await expect.poll(() => batches.length, { timeout: 20_000 }).toBe(2)
    const other = ingest.appendFromHost(createEvents(20, 'umbrella'))
    await expect.poll(() => batches.at(-1)?.tenantId, { timeout: 20_000 }).toBe('umbrella')
    expect(batches.filter(({ tenantId }) => tenantId === 'acme')).toHaveLength(2)
    open()
    const stored = (await Promise.all([first, accepted, more])).flat()
    expect(stored.map((result) => ('seq' in result ? result.seq : null))).toEqual(stored.map((_, index) => index + 1))
    await other
    await ingest.close()
    await store.close()
  })

  test('of one call before the events of the next are prepared', async () => {
    const { store, batches } = await openWatchedStore()
    let made = 0
    const seen: number[] = []
    const now = () => {
      made += 1
      if (batches.length > seen.length) seen.push(made)
      return Date.now()
    }
    const ingest = createTestIngest(store, { now })
    await Promise.all([ingest.appendFromHost(createEvents(500)), ingest.appendFromHost(createEvents(500, 'umbrella'))])
    expect(batches).toHaveLength(2)
    expect(seen[0]).toBeLessThan(600)
    await ingest.close()
    await store.close()
  })

  test('of at most 500 events', async () => {
    const { store, batches } = await openWatchedStore()
    const ingest = createTestIngest(store)
    const results = await ingest.appendFromHost(createEvents(1200))
    expect(results.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1200)
    expect(batches.map(({ size }) => size)).toEqual([500, 500, 200])
    await ingest.close()
    await store.close()
  })
})

test('events over the capacity are rejected immediately, and accepted again when there is room', async () => {
  const { store, close } = await openWatchedStore()
  const ingest = createTestIngest(store, { maxWaiting: 10 })
  const open = close()
  const accepted = ingest.appendFromHost(createEvents(10))
  await expect(async () => ingest.appendFromHost(createEvents(1))).rejects.toMatchObject({
    code: 'overloaded',
    retryAfter: 1,
  })
  open()
  await accepted
  expect(await ingest.appendFromHost(createEvents(1))).toMatchObject([{ outcome: 'stored', seq: 11 }])
  await ingest.close()
  await store.close()
})

test('closing stores pending events and accepts no more', async () => {
  const { store } = await openWatchedStore()
  const ingest = createTestIngest(store, { lingerMs: 60_000 })
  const accepted = ingest.appendFromHost(createEvents(3))
  const closed = ingest.close()
  await expect(async () => ingest.appendFromHost(createEvents(1))).rejects.toMatchObject({ code: 'closed' })
  await closed
  expect((await accepted).map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'stored'])
  await store.close()
})

test('a failing store fails only the events of its batch and reveals nothing to clients', async () => {
  const store = await openMemoryStore()
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
  const [acme, umbrella] = await Promise.allSettled([
    service.append(createEvents(1)),
    service.append(createEvents(1, 'umbrella')),
  ])
  expect([acme.status, umbrella.status]).toEqual(['rejected', 'fulfilled'])
  const headers = { ...bearer(KEYS.acmeIngest), 'content-type': 'application/json' }
  const post = (path: string) =>
    service.fetch(
      new Request(`http://localhost${path}`, { method: 'POST', headers, body: JSON.stringify(createEvent()) }),
    )
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

test('a store error with a code reaches clients as the code and the host as the message', async () => {
  const store = await openMemoryStore()
  const unavailable = async () => {
    throw new WhodidError('store_unavailable', 'The database at 10.0.0.7:5432 refuses the user whodid_service.')
  }
  await using service = await openService({ store: { ...store, append: unavailable, list: unavailable } })
  const headers = { ...bearer(KEYS.acmeIngest), 'content-type': 'application/json' }
  const write = { method: 'POST', headers, body: JSON.stringify(createEvent()) }
  const read = { headers: bearer(KEYS.acmeRead) }
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

test('only the host can append an event without a tenant', async () => {
  await using service = await openService()
  const { tenantId: _, ...stray } = createEvent()
  await service.append([stray])
  const read = (secret: string, tenant: string) =>
    service.fetch(new Request(`http://localhost/api/v1/events?tenant=${tenant}`, { headers: bearer(secret) }))
  expect((await (await read(KEYS.allRead, '-'))?.json())?.items).toHaveLength(1)
  expect((await read(KEYS.acmeRead, '-'))?.status).toBe(403)
})
