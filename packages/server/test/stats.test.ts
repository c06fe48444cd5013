import { type EventStore, newId, type Stats } from '@whodid/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { statsOutput } from '../src/openapi/schemas/stats.ts'
import { authorize, createEvent, keepOpen, openService, type TestService } from './support/acme.ts'
import { session } from './support/api.ts'

let store: EventStore
let service: TestService
const tenants = [newId(), newId()]
const [one = '', two = ''] = tenants

function user(id: string, name: string) {
  return { type: 'user' as const, id, name, email: `${id}@acme.test` }
}

// A Monday, 23:30 in UTC.
const MONDAY = Date.parse('2026-10-05T23:30:00.000Z')

beforeAll(async () => {
  store = await openMemoryStore()
  service = await openService({
    store: keepOpen(store),
    authorize: async (request, extra) => {
      const viewer = await authorize(request, extra)
      const masked = /masked=([\w.,]+)/.exec(request.headers.get('cookie') ?? '')?.[1]
      return viewer && { ...viewer, tenants, ...(masked && { masked: masked.split(',') }) }
    },
  })
  const at = (tenantId: string, days: number, more: Parameters<typeof createEvent>[0]) =>
    createEvent({ tenantId, id: newId(MONDAY + days * 86_400_000), ...more })
  await service.append([
    at(one, -20, { actor: user('gone', 'Gone') }),
    at(one, -20, { actor: user('linus', 'Linus') }),
    at(one, 0, { actor: user('ada', 'Ada') }),
    at(one, 0, { actor: user('ada', 'Ada'), action: 'project.deleted', error: { code: 'no' } }),
    at(one, 1, { actor: user('grace', 'Grace'), resource: { type: 'project', id: 'p2', name: 'Two' } }),
    at(two, 0, { actor: user('ada', 'Ada'), resource: { type: 'project', id: 'p1', name: 'Other' } }),
    at(two, 1, { actor: user('linus', 'Linus'), action: 'job.started', resource: { type: 'job', id: 'j1' } }),
  ])
})
afterAll(async () => {
  await service.close()
  await store.close()
})

async function read(query: string, cookie = session('ada')) {
  const request = new Request(`http://localhost/activity/api/v1/stats?${query}`, { headers: cookie })
  const response = await service.fetch(request, { basePath: '/activity' })
  if (!response) throw new Error('This is not the service’s.')
  return { status: response.status, answer: await response.json() }
}

const PERIOD = 'from=2026-10-05&to=2026-10-07'

async function stats(query: string, cookie = session('ada')): Promise<Stats> {
  const { answer } = await read(`${PERIOD}&${query}`, cookie)
  expect(statsOutput.parse(answer)).toEqual(answer)
  return answer
}

function getHours({ hours }: Stats) {
  return hours.flatMap((count, hour) => (count > 0 ? [[hour, count]] : []))
}

test('the numbers of one tenant, by hour of a time zone', async () => {
  const found = await stats('')
  expect(found).toMatchObject({
    from: '2026-10-05T00:00:00.000Z',
    to: '2026-10-08T00:00:00.000Z',
    total: { value: 3, exact: true },
    days: [
      { day: '2026-10-05', kinds: { create: 1, update: 0, delete: 1, other: 0 }, failures: 1 },
      { day: '2026-10-06', kinds: { create: 1, update: 0, delete: 0, other: 0 }, failures: 0 },
    ],
    actions: [
      { value: 'project.created', count: 2 },
      { value: 'project.deleted', count: 1 },
    ],
    activeActors: { value: 2, exact: true },
    actors: [
      { value: 'ada', label: 'Ada', detail: 'ada@acme.test', count: 2 },
      { value: 'grace', count: 1 },
    ],
    resources: [
      { type: 'project', id: 'p1', name: 'Engine', count: 2 },
      { type: 'project', id: 'p2', name: 'Two', count: 1 },
    ],
  })
  expect(getHours(found)).toEqual([
    [23, 2],
    [47, 1],
  ])
  expect(getHours(await stats('timeZone=Asia/Tokyo'))).toEqual([
    [24 + 8, 2],
    [48 + 8, 1],
  ])
  expect(await stats('limit=1&category=project')).toMatchObject({ actions: [{ count: 2 }], total: { value: 3 } })
})

test('the numbers of several tenants are merged, and nobody counts twice', async () => {
  const found = await stats('tenant=*')
  expect(found).toMatchObject({
    total: { value: 5, exact: true },
    days: [
      { day: '2026-10-05', kinds: { create: 2, update: 0, delete: 1, other: 0 }, failures: 1 },
      { day: '2026-10-06', kinds: { create: 1, update: 1, delete: 0, other: 0 }, failures: 0 },
    ],
    actions: [
      { value: 'project.created', count: 3 },
      { value: 'job.started', count: 1 },
      { value: 'project.deleted', count: 1 },
    ],
    activeActors: { value: 3, exact: true },
    actors: [{ value: 'ada', count: 3 }, { value: 'grace' }, { value: 'linus' }],
  })
  expect(getHours(found)).toEqual([
    [23, 3],
    [47, 2],
  ])
  // The same id in another tenant is another resource.
  expect(found.resources.map(({ id, name, count }) => [id, name, count])).toContainEqual(['p1', 'Other', 1])
  expect(found.resources.map(({ id, name, count }) => [id, name, count])).toContainEqual(['p1', 'Engine', 2])
  // Active in the second tenant only.
  const before = `from=2026-10-05&to=2026-10-24`
  const inactive = async (tenant: string) =>
    (await read(`${before}&tenant=${tenant}`)).answer.inactiveActors.map(({ value }: { value: string }) => value)
  expect(await inactive(one)).toEqual(['gone', 'linus'])
  expect(await inactive('*')).toEqual(['gone'])
})

test('a viewer without view:all gets their own numbers, and a masked field is in no number', async () => {
  expect(await stats('', session('linus'))).toMatchObject({ total: { value: 0 }, actors: [] })
  expect(await stats(`tenant=${two}`, session('linus'))).toMatchObject({
    total: { value: 1, exact: true },
    actors: [{ value: 'linus', count: 1 }],
    days: [{ day: '2026-10-06' }],
  })
  const masked = (paths: string) => ({ cookie: `session=ada; masked=${paths}` })
  const hidden = await stats('tenant=*', masked('actor,resource'))
  expect(hidden).toMatchObject({ total: { value: 5 }, actors: [], inactiveActors: [], resources: [] })
  expect(JSON.stringify(hidden)).not.toMatch(/ada|linus|p1|Engine/i)
  const nameless = await stats('', masked('actor.name,actor.email,resource.name'))
  expect(nameless.actors[0]).toEqual({ value: 'ada', label: 'ada', detail: '[redacted]', count: 2 })
  expect(nameless.resources[0]).toMatchObject({ id: 'p1', name: null })
})

test('invalid input is rejected with a clear message', async () => {
  for (const query of ['timeZone=Moon', 'timeZone=%2B02:00', 'limit=0', 'limit=101', 'from=yesterday', 'sort=actor']) {
    expect(await read(query)).toMatchObject({ status: 400, answer: { code: 'invalid_input' } })
  }
})
