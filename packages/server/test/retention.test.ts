import { type EventStore, newId, type StoredEvent } from '@whodid/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { createPurge } from '../src/lifecycle/purge.ts'
import { createRetentionWindows, type RetentionOptions } from '../src/lifecycle/retention.ts'
import { purgePreviewOutput, retentionOutput } from '../src/openapi/schemas/administration.ts'
import { authorize, createEvent, keepOpen, openService } from './support/acme.ts'
import { session } from './support/api.ts'

const DAY = 86_400_000
let store: EventStore

beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())

/** Opens a service with a new tenant and a manual clock. */
async function openFor(retention: RetentionOptions, over: EventStore = store) {
  const tenant = newId()
  const clock = { now: Date.now() }
  // Hides the tenants of other tests.
  const own: EventStore = { ...over, retention: { ...over.retention, listTenants: async () => [tenant] } }
  const service = await openService({
    store: keepOpen(own),
    now: () => clock.now,
    retention: { autoPurge: false, ...retention },
    authorize: async (request, extra) => {
      const viewer = await authorize(request, extra)
      return viewer && { ...viewer, tenants: [tenant] }
    },
  })
  const call = async (method: string, path: string, body?: unknown, who = 'ada') => {
    const init: RequestInit = { method, headers: { ...session(who), 'content-type': 'application/json' } }
    if (body !== undefined) init.body = JSON.stringify(body)
    const response = await service.fetch(new Request(`http://localhost/activity/api/v1${path}`, init), {
      basePath: '/activity',
    })
    if (!response) throw new Error(`${path} is not a path of the service.`)
    return { status: response.status, answer: await response.json() }
  }
  return {
    tenant,
    clock,
    service,
    call,
    append: (daysAgo: number, count = 1) =>
      service.append(
        Array.from({ length: count }, () => createEvent({ id: newId(clock.now - daysAgo * DAY), tenantId: tenant })),
      ),
    listed: async (query = ''): Promise<StoredEvent[]> => (await call('GET', `/events?order=asc${query}`)).answer.items,
    [Symbol.asyncDispose]: () => service.close(),
  }
}

test('a tenant sets its retention within its plan, and each change is logged', async () => {
  await using host = await openFor({ plan: async () => 90 })
  const { tenant: tenantId } = host
  const defaults = { tenantId, days: 90, legalHold: false, tenantDays: null, plan: 90, allowLonger: false }
  const first = await host.call('GET', '/retention')
  expect(retentionOutput.parse(first.answer)).toEqual(defaults)
  expect((await host.call('PUT', '/retention', { days: 30 })).answer).toEqual({ ...defaults, days: 30, tenantDays: 30 })
  expect((await host.call('GET', '/retention')).answer).toEqual({ ...defaults, days: 30, tenantDays: 30 })
  expect(await host.call('PUT', '/retention', { days: 91 })).toMatchObject({
    status: 403,
    answer: { code: 'forbidden', detail: expect.stringContaining('90 days') },
  })
  await host.call('PUT', '/retention', { days: 30 })
  expect((await host.call('PUT', '/retention', { legalHold: true })).answer).toMatchObject({
    days: 30,
    legalHold: true,
  })
  // An omitted setting keeps its value, so that nobody ends a hold by accident.
  expect((await host.call('PUT', '/retention', { days: null })).answer).toEqual({ ...defaults, legalHold: true })
  await host.call('PUT', '/retention', { days: null })
  for (const days of [0, 1.5, 'x', 36_501]) {
    expect((await host.call('PUT', '/retention', { days })).status).toBe(400)
  }
  expect((await host.call('PUT', '/retention', { days: 7 }, 'linus')).status).toBe(403)
  const changes = await host.listed('&action=audit.retention_changed')
  expect(changes.map((change) => change.changes)).toEqual([
    [{ path: '/days', from: null, to: 30 }],
    [{ path: '/legalHold', from: false, to: true }],
    [{ path: '/days', from: 30, to: null }],
  ])
  expect(changes[0]).toMatchObject({ actor: { id: 'ada' }, description: expect.stringContaining('30 days') })
})

test('a tenant can set a longer retention only where the host allows it', async () => {
  await using host = await openFor({ plan: () => 7, allowLonger: true })
  expect((await host.call('PUT', '/retention', { days: 365 })).answer).toMatchObject({ days: 365, plan: 7 })
  expect((await host.call('PUT', '/retention', { days: null })).answer).toMatchObject({ days: 7 })
  await using free = await openFor({})
  expect((await free.call('GET', '/retention')).answer).toMatchObject({ days: null, plan: null })
  expect((await free.call('PUT', '/retention', { days: 1 })).answer).toMatchObject({ days: 1 })
})

test('a shortened plan overrides a longer setting', async () => {
  let days = 90
  await using host = await openFor({ plan: () => days })
  expect((await host.call('PUT', '/retention', { days: 60 })).answer).toMatchObject({ days: 60 })
  await host.append(40)
  days = 30
  expect((await host.call('GET', '/retention')).answer).toMatchObject({ days: 30, tenantDays: 60, plan: 30 })
  expect(await host.service.purge()).toBe(1)
})

test('expired events are hidden, and purged after an event is logged', async () => {
  await using host = await openFor({ plan: () => 30 })
  await host.append(40, 3)
  await host.append(20, 2)
  host.clock.now += DAY
  const [old] = await host.listed()
  expect(await host.listed()).toHaveLength(2)
  expect(old && Date.parse(old.occurredAt)).toBeGreaterThan(host.clock.now - 30 * DAY)
  const { items } = await store.list(
    { tenantId: host.tenant, viewerId: 'ada', restrict: [] },
    {},
    { sort: 'occurredAt', order: 'asc', limit: 10, after: null },
  )
  const [expired] = items
  expect(items).toHaveLength(5)
  expect((await host.call('GET', `/events/${expired?.id}`)).status).toBe(404)
  expect((await host.call('GET', '/facets?dimensions=actor')).answer.counted.value).toBe(2)
  expect((await host.call('GET', '/stats?from=2020-01-01')).answer.total).toEqual({ value: 2, exact: true })
  expect((await host.call('GET', '/inbox/count')).answer.unread).toBe(2)
  expect((await host.call('GET', '/events/export?format=json')).answer).toHaveLength(2)
  const ofAda: StoredEvent[] = (await host.call('GET', '/people/ada/export')).answer
  expect(ofAda.filter(({ category }) => category === 'project').map(({ seq }) => seq)).toEqual([4, 5])

  const preview = await host.call('POST', '/retention/preview')
  expect(purgePreviewOutput.parse(preview.answer)).toMatchObject({ count: 3, first: { seq: 1 }, last: { seq: 3 } })
  expect((await host.call('POST', '/retention/preview', { days: 7 })).answer).toMatchObject({ count: 5 })
  expect((await host.call('POST', '/retention/preview', { legalHold: true })).answer).toEqual({
    before: null,
    count: 0,
    first: null,
    last: null,
  })
  expect(await host.service.purge()).toBe(3)
  expect(await host.service.purge()).toBe(0)
  const purged = await host.listed('&action=audit.purged')
  expect(purged).toMatchObject([
    {
      actor: { type: 'system', id: 'whodid' },
      metadata: {
        before: preview.answer.before,
        count: 3,
        first: preview.answer.first,
        last: preview.answer.last,
        policy: { days: 30, tenantDays: null, plan: 30 },
      },
    },
  ])
  expect(await host.listed()).toHaveLength(2)
})

test('a legal hold keeps and shows everything', async () => {
  await using host = await openFor({ plan: () => 7 })
  await host.append(40, 3)
  expect(await host.listed()).toHaveLength(0)
  await host.call('PUT', '/retention', { days: null, legalHold: true })
  expect(await host.service.purge()).toBe(0)
  expect(await host.listed()).toHaveLength(3)
  await host.call('PUT', '/retention', { days: null, legalHold: false })
  expect(await host.service.purge()).toBe(3)
})

test('a purge runs in batches, and a hold set in between stops it', async () => {
  const steps: number[] = []
  const purge: EventStore['retention']['purge'] = async (tenantId, before, limit) => {
    const { items } = await store.list(
      { tenantId, viewerId: 'x', restrict: [] },
      { action: ['audit.purged'] },
      { sort: 'occurredAt', order: 'asc', limit: 9, after: null },
    )
    expect(items).toHaveLength(1)
    steps.push(await store.retention.purge(tenantId, before, limit))
    if (steps.length === 2) await store.retention.set(tenantId, { days: null, legalHold: true })
    return steps.at(-1) ?? 0
  }
  await using host = await openFor({ plan: () => 7 }, { ...store, retention: { ...store.retention, purge } })
  for (let part = 0; part < 3; part += 1) await host.append(40, 900)
  expect(await host.service.purge()).toBe(2000)
  expect(steps).toEqual([1000, 1000])
})

test('the purge runs automatically until the service closes, in one process at a time', async () => {
  const tenant = newId()
  const own: EventStore = { ...store, retention: { ...store.retention, listTenants: async () => [tenant] } }
  const windows = createRetentionWindows(own, { plan: () => 7 }, Date.now)
  const log: string[] = []
  let wake = () => {}
  const onWarning = (message: string, cause: unknown) => log.push(`${message} ${cause}`)
  const record = async (_tenant: string, { action }: { readonly action: string }) => {
    log.push(action)
    wake()
  }
  const old = () => createEvent({ id: newId(Date.now() - 40 * DAY), tenantId: tenant })
  await using service = await openService({ store: keepOpen(store) })
  await service.append([old()])
  const purge = createPurge({ store: own, windows, record, now: Date.now, onWarning })
  const ran = new Promise<void>((resolve) => {
    wake = resolve
  })
  purge.start({ firstMs: 1, everyMs: 1 })
  await ran
  await service.append([old()])
  await new Promise<void>((resolve) => {
    wake = resolve
  })
  await purge.close()
  expect(log).toEqual(['audit.purged', 'audit.purged'])

  const other = createPurge({ store: own, windows, record, now: Date.now, onWarning })
  expect(await store.retention.runExclusive(() => other.run())).toBe(null)
  // Purges what was left when it closed.
  await other.run()
  expect((await store.retention.findExpired(tenant, Date.now() - 7 * DAY)).count).toBe(0)
})
