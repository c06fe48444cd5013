import { type EventStore, newId, type StoredEvent } from '@whodid/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { authorize, createEvent, keepOpen, openService } from './support/acme.ts'
import { createTrpcApi, readBlocks, session } from './support/api.ts'
import { serve } from './support/serve.ts'

let store: EventStore

beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())

/** Opens a service where Ada has these tenants, which may grow. */
function openFor(tenants: readonly string[]) {
  return openService({
    store: keepOpen(store),
    authorize: async (request, extra) => {
      const viewer = await authorize(request, extra)
      return viewer && { ...viewer, tenants }
    },
  })
}

async function open(url: string, lastEventId: string | undefined) {
  const leave = new AbortController()
  const response = await fetch(`${url}/api/v1/stream?tenant=*`, {
    headers: { ...session('ada'), ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    signal: leave.signal,
  })
  const blocks = readBlocks(response)
  return {
    leave: () => leave.abort(),
    async next(): Promise<{ id: string; event: StoredEvent | null }> {
      const text = (await blocks.next()).value ?? ''
      const data = /^data: (.*)$/m.exec(text)?.[1]
      return { id: /^id: (.*)$/m.exec(text)?.[1] ?? '', event: data === undefined ? null : JSON.parse(data) }
    },
  }
}

test('over all tenants, a reader that reconnects again and again sees each event once, in order', async () => {
  const tenants = [newId(), newId(), newId()]
  await using service = await openFor(tenants)
  await using served = await serve(service)
  await service.append(tenants.map((tenantId) => createEvent({ tenantId })))

  // A reader that leaves an idle stream resumes at its start.
  const quiet = await open(served.url, undefined)
  let { id } = await quiet.next()
  quiet.leave()

  const perTenant = 40
  const writing = (async () => {
    for (let count = 0; count < perTenant; count += 1) {
      await service.append(tenants.map((tenantId) => createEvent({ tenantId })))
    }
  })()
  const seen: StoredEvent[] = []
  for (let visit = 0; seen.length < tenants.length * perTenant; visit += 1) {
    const stream = await open(served.url, id)
    expect((await stream.next()).id).toBe(id)
    for (let left = visit % 7; left >= 0 && seen.length < tenants.length * perTenant; left -= 1) {
      const next = await stream.next()
      id = next.id
      if (next.event) seen.push(next.event)
    }
    stream.leave()
  }
  await writing
  for (const tenantId of tenants) {
    const seqs = seen.filter((each) => each.tenantId === tenantId).map(({ seq }) => seq)
    expect(seqs).toEqual(Array.from({ length: perTenant }, (_, index) => index + 2))
  }
})

test('on resume, a newly added tenant starts with new events and the others where they stopped', async () => {
  const [first, second] = [newId(), newId()]
  const tenants = [first]
  await using service = await openFor(tenants)
  await using served = await serve(service)
  const before = await open(served.url, '0')
  await before.next()
  await service.append([createEvent({ tenantId: first })])
  const { id } = await before.next()
  before.leave()

  const old = createEvent({ tenantId: second })
  const missed = createEvent({ tenantId: first })
  await service.append([old, missed])
  tenants.unshift(second)
  const after = await open(served.url, id)
  await after.next()
  expect((await after.next()).event?.id).toBe(missed.id)
  const fresh = createEvent({ tenantId: second })
  await service.append([fresh])
  expect((await after.next()).event?.id).toBe(fresh.id)
  after.leave()
})

test('the tRPC client resumes automatically over all tenants', async () => {
  const tenants = [newId(), newId()]
  await using service = await openFor(tenants)
  let served = await serve(service)
  const port = Number(new URL(served.url).port)
  const both = () => service.append(tenants.map((tenantId) => createEvent({ tenantId })))
  await both()
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const ada = createTrpcApi(served.url, fetch, session('ada'))
  const live = ada.follow({ tenant: '*', lastEventId: '0' }, 6, () => start())
  await started
  await both()
  await served[Symbol.asyncDispose]()
  await both()
  served = await serve(service, port)
  const events = await live
  for (const tenantId of tenants) {
    expect(events.filter((each) => each.tenantId === tenantId).map(({ seq }) => seq)).toEqual([1, 2, 3])
  }
  await served[Symbol.asyncDispose]()
})

test('a stream over all tenants follows the policy: own activity only, and no other tenant', async () => {
  await using service = await openService({ store: keepOpen(store) })
  await using served = await serve(service)
  await service.append([
    createEvent({ tenantId: 'initech' }),
    createEvent(),
    createEvent({ actor: { type: 'user', id: 'linus' } }),
  ])
  const linus = createTrpcApi(served.url, fetch, session('linus')).follow({ tenant: '*', lastEventId: '0' }, 1)
  expect((await linus).map(({ actor }) => actor.id)).toEqual(['linus'])
  const both = createTrpcApi(served.url, fetch, session('both')).follow({ tenant: '*', lastEventId: '0' }, 2)
  expect((await both).map(({ tenantId }) => tenantId)).toEqual(['acme', 'acme'])
})
