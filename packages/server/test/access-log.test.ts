import { expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { createEvent, KEYS, keepOpen, openService } from './support/acme.ts'
import { bearer, createRestApi, session } from './support/api.ts'

const HOUR = 3_600_000

function createApis(service: Awaited<ReturnType<typeof openService>>) {
  const inProcess = async (input: string, init?: RequestInit) => {
    const response = await service.fetch(new Request(input, init), { basePath: '/activity' })
    if (!response) throw new Error(`${input} is not a path of the service.`)
    return response
  }
  return (credentials: Record<string, string>) => createRestApi('http://localhost/activity', inProcess, credentials)
}

const DIGEST = expect.stringMatching(/^[0-9a-f]{64}$/)

test('reading the activity of another person and exporting are logged once per viewer, filter and hour', async () => {
  let now = Date.now()
  await using service = await openService({ now: () => now })
  const as = createApis(service)
  await service.append([createEvent({ actor: { type: 'user', id: 'linus' } }), createEvent({ tenantId: 'umbrella' })])
  const audit = async () =>
    (await as(session('ada')).list({ category: ['audit'], not: { action: ['audit.export_ended'] } })).items
      .toSorted((a, b) => a.seq - b.seq)
      .map(
        ({ action, actor, resource }) =>
          `${action} ${resource.type} ${resource.id ?? resource.name} by ${actor.type} ${actor.id}`,
      )

  // Reading your own activity, or everyone's, is not logged.
  await as(session('ada')).userActivity({ userId: 'ada' })
  await as(session('ada')).list({})
  await as(session('linus')).list({ actor: ['linus'] })
  expect(await audit()).toEqual([])

  await as(session('ada')).userActivity({ userId: 'linus' })
  await Promise.all([
    as(session('ada')).userActivity({ userId: 'linus' }),
    as(session('ada')).list({ actor: ['linus'] }),
    as(session('ada')).list({ actor: ['linus'], limit: 1, order: 'asc' }),
  ])
  expect(await audit()).toEqual(['audit.viewed user linus by user ada'])

  await as(session('both')).userActivity({ userId: 'linus' })
  await as(bearer(KEYS.acmeRead)).userActivity({ userId: 'linus' })
  await as(session('ada')).userActivity({ userId: 'linus', from: '2026-01-01' })
  await as(session('ada')).export({ format: 'csv' })
  await as(session('ada')).export({ format: 'csv' })
  await as(session('ada')).export({ format: 'json' })
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
  await as(session('ada')).userActivity({ userId: 'linus' })
  expect(await audit()).toEqual([...inFirstHour, 'audit.viewed user linus by user ada'])

  // Naming another actor as well hides nothing.
  await as(session('ada')).list({ actor: ['ada', 'linus', 'nobody'] })
  expect(await audit()).toHaveLength(inFirstHour.length + 2)
})

test('audit events are left out of lists, inbox, facets and exports unless requested', async () => {
  await using service = await openService()
  const ada = createApis(service)(session('ada'))
  await service.append([createEvent()])
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

test('a filter too long for an event is still logged', async () => {
  await using service = await openService()
  const ada = createApis(service)(session('ada'))
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

test('filters too long for an event are told apart by their last actor', async () => {
  await using service = await openService()
  const ada = createApis(service)(session('ada'))
  const many = Array.from({ length: 40 }, (_, index) => `${index}-${'x'.repeat(500)}`)
  for (const last of ['linus', 'bob', 'linus']) await ada.list({ actor: [...many, last] })
  const { items } = await ada.list({ action: ['audit.viewed'] })
  expect(items.map(({ metadata }) => metadata.filter)).toEqual([
    expect.objectContaining({ tooLong: true, digest: DIGEST }),
    expect.objectContaining({ tooLong: true, digest: DIGEST }),
  ])
})

test('an id sent again with other content is rejected, and the rejection is logged', async () => {
  await using service = await openService()
  const ada = createApis(service)(session('ada'))
  const first = createEvent()
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
  await service.append([createEvent()])
  expect((await ada.list({ action: ['audit.id_conflict'] })).total.value).toBe(1)
})

test('several processes on one database log one event per viewer, filter and hour', async () => {
  let now = Date.parse('2026-11-20T10:42:00Z')
  const store = await openMemoryStore()
  await using first = await openService({ store: keepOpen(store), now: () => now })
  await using second = await openService({ store: keepOpen(store), now: () => now })
  const readers = [first, second, first, second].map((service, index) => async () => {
    const agent = { ...session('ada'), 'user-agent': `agent ${index}`, 'x-request-id': `r${index}` }
    await createApis(service)(agent).userActivity({ userId: 'linus' })
    await createApis(service)(agent).userActivity({ userId: 'linus', q: 'engine' })
  })
  const audit = async () => (await createApis(second)(session('ada')).list({ category: ['audit'], order: 'asc' })).items
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

test('every actor named in a request is logged, whichever way they are named', async () => {
  await using service = await openService()
  const ada = createApis(service)(session('ada'))
  await service.append([createEvent({ actor: { type: 'user', id: 'grace' } }), createEvent()])
  const reads = [
    () =>
      service.fetch(new Request('http://localhost/activity/api/v1/stats?actor=bob', { headers: session('ada') }), {
        basePath: '/activity',
      }),
    () => ada.facets({ filter: { q: 'actor:eve' } }),
    () => ada.list({ actorName: ['Linus'] }),
    () => ada.list({ actor: ['decoy', 'bob'] }),
    () => ada.follow({ filter: { actor: ['grace'] }, lastEventId: '0' }, 1),
    // Reading your own activity, or everyone's, is not logged.
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

test('an event lists as many of the named actors as fit', async () => {
  await using service = await openService()
  const ada = createApis(service)(session('ada'))
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
      'Viewed activity of 0-short and 39 more',
      { subjects: ids('short').slice(0, 20), filter: { actor: ids('short') } },
    ],
    [
      `0-${'x'.repeat(500)}`,
      `Viewed activity of 0-${'x'.repeat(500)} and 39 more`,
      { subjects: cut, filter: { tooLong: true, digest: DIGEST, conditions: ['actor'], actor: cut } },
    ],
  ])
})
