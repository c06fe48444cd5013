import { type EventStore, newId, type StoredEvent } from '@whodid/core'
import { pglite } from '@whodid/postgres/pglite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authorize, event, openService, shared } from './support/acme.ts'
import { blocksOf, person, trpcApi } from './support/api.ts'
import { serve } from './support/serve.ts'

let store: EventStore

beforeAll(async () => {
  store = await pglite('memory')
})
afterAll(() => store.close())

/** Ada, who may join further tenants. */
function openFor(tenants: readonly string[]) {
  return openService({
    store: shared(store),
    authorize: async (request, extra) => {
      const viewer = await authorize(request, extra)
      return viewer && { ...viewer, tenants }
    },
  })
}

async function open(url: string, lastEventId: string | undefined) {
  const leave = new AbortController()
  const response = await fetch(`${url}/api/v1/stream?tenant=*`, {
    headers: { ...person('ada'), ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    signal: leave.signal,
  })
  const blocks = blocksOf(response)
  return {
    leave: () => leave.abort(),
    async next(): Promise<{ id: string; event: StoredEvent | null }> {
      const text = (await blocks.next()).value ?? ''
      const data = /^data: (.*)$/m.exec(text)?.[1]
      return { id: /^id: (.*)$/m.exec(text)?.[1] ?? '', event: data === undefined ? null : JSON.parse(data) }
    },
  }
}

test('over all tenants, a reader who leaves and comes back again and again sees each event once, in order', async () => {
  const tenants = [newId(), newId(), newId()]
  await using service = await openFor(tenants)
  await using served = await serve(service)
  await service.append(tenants.map((tenantId) => event({ tenantId })))

  // Whoever leaves a quiet stream goes on from where it began.
  const quiet = await open(served.url, undefined)
  let { id } = await quiet.next()
  quiet.leave()

  const perTenant = 40
  const writing = (async () => {
    for (let count = 0; count < perTenant; count += 1) {
      await service.append(tenants.map((tenantId) => event({ tenantId })))
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

test('a tenant that its reader has joined since begins with what is new, the others where they were', async () => {
  const [first, second] = [newId(), newId()]
  const tenants = [first]
  await using service = await openFor(tenants)
  await using served = await serve(service)
  const before = await open(served.url, '0')
  await before.next()
  await service.append([event({ tenantId: first })])
  const { id } = await before.next()
  before.leave()

  const old = event({ tenantId: second })
  const missed = event({ tenantId: first })
  await service.append([old, missed])
  tenants.unshift(second)
  const after = await open(served.url, id)
  await after.next()
  expect((await after.next()).event?.id).toBe(missed.id)
  const fresh = event({ tenantId: second })
  await service.append([fresh])
  expect((await after.next()).event?.id).toBe(fresh.id)
  after.leave()
})

test("tRPC's own client goes on by itself over all tenants", async () => {
  const tenants = [newId(), newId()]
  await using service = await openFor(tenants)
  let served = await serve(service)
  const port = Number(new URL(served.url).port)
  const both = () => service.append(tenants.map((tenantId) => event({ tenantId })))
  await both()
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const ada = trpcApi(served.url, fetch, person('ada'))
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

test('a stream over all tenants is under the policy: own activity alone, and never another tenant', async () => {
  await using service = await openService({ store: shared(store) })
  await using served = await serve(service)
  await service.append([event({ tenantId: 'initech' }), event(), event({ actor: { type: 'user', id: 'linus' } })])
  const linus = trpcApi(served.url, fetch, person('linus')).follow({ tenant: '*', lastEventId: '0' }, 1)
  expect((await linus).map(({ actor }) => actor.id)).toEqual(['linus'])
  const both = trpcApi(served.url, fetch, person('both')).follow({ tenant: '*', lastEventId: '0' }, 2)
  expect((await both).map(({ tenantId }) => tenantId)).toEqual(['acme', 'acme'])
})
