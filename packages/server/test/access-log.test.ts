import { pglite } from '@whodid/postgres/pglite'
import { expect, test } from 'vitest'
import { event, KEYS, openService, shared } from './support/acme.ts'
import { key, person, restApi } from './support/api.ts'

const HOUR = 3_600_000

function apiOf(service: Awaited<ReturnType<typeof openService>>) {
  const inProcess = async (input: string, init?: RequestInit) => {
    const response = await service.fetch(new Request(input, init), { basePath: '/activity' })
    if (!response) throw new Error(`${input} is not the service's.`)
    return response
  }
  return (credentials: Record<string, string>) => restApi('http://localhost/activity', inProcess, credentials)
}

const DIGEST = expect.stringMatching(/^[0-9a-f]{64}$/)

test("R27: reading one other person's activity, and exporting, are events: one a viewer, filter and hour", async () => {
  let now = Date.now()
  await using service = await openService({ now: () => now })
  const as = apiOf(service)
  await service.append([event({ actor: { type: 'user', id: 'linus' } }), event({ tenantId: 'umbrella' })])
  const audit = async () =>
    (await as(person('ada')).list({ category: ['audit'], not: { action: ['audit.export_ended'] } })).items
      .toSorted((a, b) => a.seq - b.seq)
      .map(
        ({ action, actor, resource }) =>
          `${action} ${resource.type} ${resource.id ?? resource.name} by ${actor.type} ${actor.id}`,
      )

  // Not others' activity: one's own, and everybody's.
  await as(person('ada')).userActivity({ userId: 'ada' })
  await as(person('ada')).list({})
  await as(person('linus')).list({ actor: ['linus'] })
  expect(await audit()).toEqual([])

  await as(person('ada')).userActivity({ userId: 'linus' })
  await Promise.all([
    as(person('ada')).userActivity({ userId: 'linus' }),
    as(person('ada')).list({ actor: ['linus'] }),
    as(person('ada')).list({ actor: ['linus'], limit: 1, order: 'asc' }),
  ])
  expect(await audit()).toEqual(['audit.viewed user linus by user ada'])

  await as(person('both')).userActivity({ userId: 'linus' })
  await as(key(KEYS.acmeRead)).userActivity({ userId: 'linus' })
  await as(person('ada')).userActivity({ userId: 'linus', from: '2026-01-01' })
  await as(person('ada')).export({ format: 'csv' })
  await as(person('ada')).export({ format: 'csv' })
  await as(person('ada')).export({ format: 'json' })
  const inFirstHour = [
    'audit.viewed user linus by user ada',
    'audit.viewed user linus by user both',
    'audit.viewed user linus by api_key key:acme-read',
    'audit.viewed user linus by user ada',
    'audit.exported export activity.csv by user ada',
    'audit.exported export activity.json by user ada',
  ]
  expect(await audit()).toEqual(inFirstHour)

  now += HOUR
  await as(person('ada')).userActivity({ userId: 'linus' })
  expect(await audit()).toEqual([...inFirstHour, 'audit.viewed user linus by user ada'])

  // Naming somebody beside them hides nothing.
  await as(person('ada')).list({ actor: ['ada', 'linus', 'nobody'] })
  expect(await audit()).toHaveLength(inFirstHour.length + 2)
})

test('the log of the log is out of lists, inbox, facets and exports unless it is asked for', async () => {
  await using service = await openService()
  const ada = apiOf(service)(person('ada'))
  await service.append([event()])
  await ada.export({ format: 'csv' })
  await ada.userActivity({ userId: 'linus' })
  expect((await ada.list({})).items.map(({ action }) => action)).toEqual(['project.created'])
  expect((await ada.list({ q: 'linus' })).total.value).toBe(0)
  expect(await ada.inboxCount()).toEqual({ unread: 1, exact: true })
  expect((await ada.facets({ dimensions: ['category'] })).values.category?.map(({ value }) => value)).toEqual([
    'project',
  ])
  expect(JSON.parse(await ada.export({ format: 'json' }))).toHaveLength(1)
  expect((await ada.list({ action: ['audit.viewed'] })).total.value).toBe(1)
  expect((await ada.list({ category: ['audit', 'project'] })).total.value).toBe(6)
})

test('a filter too long for an event is still written down', async () => {
  await using service = await openService()
  const ada = apiOf(service)(person('ada'))
  const resourceId = Array.from({ length: 30 }, (_, index) => `${index}-${'x'.repeat(500)}`)
  await ada.export({ format: 'csv', resourceId, tenant: 'acme' })
  const { items } = await ada.list({ action: ['audit.exported'] })
  expect(items.map(({ metadata }) => metadata)).toEqual([
    { format: 'csv', filter: expect.objectContaining({ resourceId: expect.arrayContaining(resourceId) }) },
  ])
  const longer = [...resourceId, ...resourceId.map((id) => `${id}y`)]
  await ada.userActivity({ userId: 'linus', resourceId: longer.slice(0, 40) })
  expect((await ada.list({ action: ['audit.viewed'] })).items[0]?.metadata).toEqual({
    filter: { tooLong: true, digest: DIGEST, conditions: ['actor', 'resourceId'], actor: ['linus'] },
  })
})

test('R27: who is named last in a filter too long for an event tells it from another', async () => {
  await using service = await openService()
  const ada = apiOf(service)(person('ada'))
  const many = Array.from({ length: 40 }, (_, index) => `${index}-${'x'.repeat(500)}`)
  for (const last of ['linus', 'bob', 'linus']) await ada.list({ actor: [...many, last] })
  const { items } = await ada.list({ action: ['audit.viewed'] })
  expect(items.map(({ metadata }) => metadata.filter)).toEqual([
    expect.objectContaining({ tooLong: true, digest: DIGEST }),
    expect.objectContaining({ tooLong: true, digest: DIGEST }),
  ])
})

test('R10: an id that comes with another content is refused, and the refusal is an event', async () => {
  await using service = await openService()
  const ada = apiOf(service)(person('ada'))
  const first = event()
  const other = { ...first, resource: { type: 'project', id: 'p2' } }
  const results = await service.append([first, first, other, other])
  expect(results.map((result) => (result.outcome === 'rejected' ? result.code : result.outcome))).toEqual([
    'stored',
    'duplicate',
    'id_conflict',
    'id_conflict',
  ])
  const { items } = await ada
    .follow({ filter: { category: ['audit'] }, lastEventId: '0' }, 1)
    .then((found) => ({ items: found }))
  expect(items[0]).toMatchObject({
    action: 'audit.id_conflict',
    status: 'failure',
    resource: { type: 'event', id: first.id },
    error: { code: 'id_conflict' },
  })
  await service.append([other])
  await service.append([event()])
  expect((await ada.list({ action: ['audit.id_conflict'] })).total.value).toBe(1)
})

test('R27: several processes on one database write one event a viewer, filter and hour together', async () => {
  let now = Date.parse('2026-11-20T10:42:00Z')
  const store = await pglite('memory')
  await using first = await openService({ store: shared(store), now: () => now })
  await using second = await openService({ store: shared(store), now: () => now })
  const readers = [first, second, first, second].map((service, index) => async () => {
    const agent = { ...person('ada'), 'user-agent': `agent ${index}`, 'x-request-id': `r${index}` }
    await apiOf(service)(agent).userActivity({ userId: 'linus' })
    await apiOf(service)(agent).userActivity({ userId: 'linus', q: 'engine' })
  })
  const audit = async () => (await apiOf(second)(person('ada')).list({ category: ['audit'], order: 'asc' })).items
  const readInTurn = async () => {
    for (const read of readers) await read()
  }
  await readInTurn()
  const inFirstHour = await audit()
  expect(inFirstHour.map(({ action, metadata }) => [action, metadata.filter])).toEqual(
    expect.arrayContaining([
      ['audit.viewed', { actor: ['linus'] }],
      ['audit.viewed', { actor: ['linus'], q: 'engine' }],
    ]),
  )
  expect(inFirstHour).toHaveLength(2)
  expect(inFirstHour.map(({ occurredAt }) => occurredAt)).toEqual(Array(2).fill('2026-11-20T10:42:00.000Z'))

  now += HOUR
  await readInTurn()
  expect(await audit()).toHaveLength(4)
  expect([...first.warnings, ...second.warnings]).toEqual([])
  await store.close()
})

test('R27: whoever is named is written down, however they are asked for', async () => {
  await using service = await openService()
  const ada = apiOf(service)(person('ada'))
  await service.append([event({ actor: { type: 'user', id: 'grace' } }), event()])
  const reads = [
    () =>
      service.fetch(new Request('http://localhost/activity/api/v1/stats?actor=bob', { headers: person('ada') }), {
        basePath: '/activity',
      }),
    () => ada.facets({ filter: { q: 'actor:eve' } }),
    () => ada.list({ actorName: ['Linus'] }),
    () => ada.list({ actor: ['decoy', 'bob'] }),
    () => ada.follow({ filter: { actor: ['grace'] }, lastEventId: '0' }, 1),
    // Not others' activity: one's own, and everybody's.
    () => ada.follow({ filter: { actor: ['ada'] }, lastEventId: '0' }, 1),
    () => ada.follow({ lastEventId: '0' }, 1),
  ]
  for (const read of reads) await read()
  const { items } = await ada.list({ action: ['audit.viewed'], order: 'asc' })
  expect(items.map(({ resource, metadata }) => [resource.id, metadata.subjects])).toEqual([
    ['bob', undefined],
    ['eve', undefined],
    ['Linus', undefined],
    ['decoy', ['decoy', 'bob']],
    ['grace', undefined],
  ])
})

test('R27: of many who are named at once, there are as many in the event as it has room for', async () => {
  await using service = await openService()
  const ada = apiOf(service)(person('ada'))
  const ids = (end: string) => Array.from({ length: 40 }, (_, index) => `${index}-${end}`)
  await ada.list({ actor: ids('short') })
  await ada.list({ actor: ids('x'.repeat(500)) })
  const { items } = await ada.list({ action: ['audit.viewed'], order: 'asc' })
  const cut = ids('x'.repeat(500))
    .slice(0, 20)
    .map((id) => id.slice(0, 100))
  expect(items.map(({ resource, description, metadata }) => [resource.id, description, metadata])).toEqual([
    [
      '0-short',
      'The activity of 0-short and of 39 more was viewed',
      { subjects: ids('short').slice(0, 20), filter: { actor: ids('short') } },
    ],
    [
      `0-${'x'.repeat(500)}`,
      `The activity of 0-${'x'.repeat(500)} and of 39 more was viewed`,
      { subjects: cut, filter: { tooLong: true, digest: DIGEST, conditions: ['actor'], actor: cut } },
    ],
  ])
})
