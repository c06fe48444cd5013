import type { NewEvent } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appendOutput, eventOutput, inboxCountOutput, listOutput } from '../src/openapi/schemas/events.ts'
import { facetsOutput } from '../src/openapi/schemas/facets.ts'
import { catalogOutput, healthOutput, viewerOutput } from '../src/openapi/schemas/service.ts'
import { createEvent, KEYS, openService, type TestService } from './support/acme.ts'
import { type Api, bearer, type ConnectedService, connect, session, TRANSPORTS } from './support/api.ts'

function jobs(count: number, more: Partial<NewEvent> = {}) {
  return Array.from({ length: count }, (_, index) =>
    createEvent({ action: 'job.started', resource: { type: 'job', id: `j${index}`, name: `Job ${index}` }, ...more }),
  )
}

/** Creates a promise and the function that resolves it. */
function signal() {
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  return { started, start }
}

describe.each(TRANSPORTS)('%s', (_name, make, overHttp) => {
  let service: TestService
  let reached: ConnectedService
  let ada: Api

  beforeAll(async () => {
    service = await openService()
    reached = await connect(service, make, overHttp)
    ada = reached.as(session('ada'))
  })
  afterAll(async () => {
    await reached[Symbol.asyncDispose]()
    await service.close()
  })

  /** Reads every page of a list and returns the ids of its resources. */
  const walk = async (api: Api, input: Parameters<Api['list']>[0]) => {
    const found: (string | null)[] = []
    let cursor: string | null | undefined
    do {
      const page = await api.list({ ...input, ...(cursor && { cursor }) })
      found.push(...page.items.map(({ resource }) => resource.id))
      cursor = page.nextCursor
    } while (cursor)
    return found
  }

  test('append stores events with a result each, and get reads them back', async () => {
    const { tenantId: _, ...created } = createEvent()
    const answer = await reached
      .as(bearer(KEYS.acmeIngest))
      .append([created, created, createEvent({ tenantId: 'umbrella' }), { ...created, id: 'x' }])
    expect(appendOutput.parse(answer)).toEqual(answer)
    const { results } = answer
    expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'duplicate', 'rejected', 'rejected'])
    expect(results[0]).toMatchObject({ id: created.id, leafHash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(results[2]).toMatchObject({ code: 'wrong_tenant' })
    expect(results[3]).toMatchObject({ id: 'x', code: 'invalid_event', reason: expect.stringContaining('id') })

    const read = await ada.get({ id: created.id ?? '' })
    expect(eventOutput.parse(read)).toEqual(read)
    expect(read).toMatchObject({
      tenantId: 'acme',
      description: 'Project Engine was created',
      resource: { type: 'project', id: 'p1', href: '/projects/p1', deleted: false },
      seen: false,
    })
  })

  test('append takes a single event, and a key for all tenants can name a tenant', async () => {
    const ingest = reached.as(bearer(KEYS.allIngest))
    expect((await ingest.append(createEvent({ tenantId: 'single' }))).results).toMatchObject([
      { outcome: 'stored', seq: 1 },
    ])
    expect((await ingest.append([])).results).toEqual([])
  })

  test('get rejects an unknown id', async () => {
    await expect(ada.get({ id: '01990000-0000-7000-8000-000000000000' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(ada.get({ id: 'no such id' })).rejects.toMatchObject({ code: 'not_found', status: 404 })
  })

  test('list pages through all events without losing or repeating one', async () => {
    await service.append(jobs(7))
    const first = await ada.list({ action: ['job.started'], limit: 3 })
    expect(listOutput.parse(first)).toEqual(first)
    expect(first).toMatchObject({ total: { value: 7, exact: true }, windowed: false })
    expect(await walk(ada, { action: ['job.started'], limit: 3 })).toEqual(['j6', 'j5', 'j4', 'j3', 'j2', 'j1', 'j0'])
    expect(await walk(ada, { action: ['job.started'], limit: 2, order: 'asc', sort: 'resource' })).toEqual([
      'j0',
      'j1',
      'j2',
      'j3',
      'j4',
      'j5',
      'j6',
    ])
  })

  test('list, facets and export apply the same filter, including groups', async () => {
    await service.append([
      createEvent({
        action: 'membership.role_changed',
        resource: { type: 'membership', id: 'm1', name: 'Grace, the "1st"' },
      }),
      createEvent({ action: 'novelty.found', resource: { type: 'novelty', id: 'n1' } }),
    ])
    const cases = [
      [{ group: ['Security'] }, ['m1']],
      [{ group: ['Other'] }, ['n1']],
      [{ group: ['Other', 'Security'] }, ['m1', 'n1']],
      [{ group: ['Security'], category: ['membership', 'job'] }, ['m1']],
      [{ group: ['Security'], category: ['job'] }, []],
      [{ group: ['No such group'] }, []],
      [{ group: ['Security', 'Training'], not: { group: ['Training'] } }, ['m1']],
      [{ q: 'grace' }, ['m1']],
    ] as const
    for (const [filter, expected] of cases) {
      const { items } = await ada.list(filter)
      expect(new Set(items.map(({ resource }) => resource.id))).toEqual(new Set(expected))
      const { counted } = await ada.facets({ filter })
      expect(counted.value).toBe(items.length)
      expect(JSON.parse(await ada.export({ format: 'json', ...filter }))).toHaveLength(items.length)
    }
  })

  test('history returns one resource, userActivity one user', async () => {
    await service.append([
      createEvent({ resource: { type: 'project', id: 'a/b c', name: 'Odd' } }),
      createEvent({ actor: { type: 'user', id: 'u/2' }, resource: { type: 'project', id: 'other' } }),
    ])
    const history = await ada.history({ type: 'project', id: 'a/b c' })
    expect(history.items.map(({ resource }) => resource.id)).toEqual(['a/b c'])
    expect(history.items[0]?.resource.href).toBe('/projects/a%2Fb%20c')
    const activity = await ada.userActivity({ userId: 'u/2' })
    expect(activity.items.map(({ actor }) => actor.id)).toEqual(['u/2'])
  })

  test('facets count values with their labels', async () => {
    const facets = await ada.facets({ filter: { category: ['job'] }, dimensions: ['actor', 'action'], search: 'ada' })
    expect(facetsOutput.parse(facets)).toEqual(facets)
    expect(facets).toEqual({
      counted: { value: 7, exact: true },
      values: { actor: [{ value: 'ada', label: 'Ada Lovelace', detail: 'ada@acme.test', count: 7 }], action: [] },
    })
  })

  test('the inbox is read, archived and counted per viewer', async () => {
    const { items } = await ada.list({ action: ['job.started'] })
    const [one, two] = items.map(({ id }) => id)
    const before = await ada.inboxCount()
    expect(inboxCountOutput.parse(before)).toEqual(before)
    expect(await ada.inbox('seen', { ids: [one ?? '', two ?? ''] })).toEqual({ changed: 2 })
    expect(await ada.inboxCount()).toEqual({ unread: before.unread - 2, exact: true })
    expect(await ada.inbox('unseen', { ids: [one ?? ''] })).toEqual({ changed: 1 })
    expect(await ada.inbox('archive', { ids: [two ?? ''] })).toEqual({ changed: 1 })
    expect((await ada.list({ inbox: 'archived' })).items.map(({ id }) => id)).toEqual([two])
    expect(await ada.inbox('unarchive', { ids: [two ?? ''] })).toEqual({ changed: 1 })

    expect(await ada.inbox('seen', { all: true, filter: { group: ['Training'] } })).toEqual({ changed: 6 })
    expect(await ada.inboxCount()).toEqual({ unread: before.unread - 7, exact: true })
    await ada.inbox('seen', { all: true })
    expect(await ada.inboxCount()).toEqual({ unread: 0, exact: true })
    expect((await reached.as(session('both')).inboxCount()).unread).toBe(before.unread)
  })

  test('export returns a file in three formats, in time order', async () => {
    const input = { action: ['job.started'], order: 'asc' } as const
    const csv = await ada.export({ format: 'csv', ...input, action: ['job.started'] })
    const [header, ...rows] = csv.trimEnd().split('\r\n')
    expect(header).toMatch(/^event_id,actor,category,action,description,timestamp,/)
    expect(rows).toHaveLength(7)
    const json = JSON.parse(await ada.export({ format: 'json', ...input, action: ['job.started'] }))
    const lines = (await ada.export({ format: 'ndjson', ...input, action: ['job.started'] })).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(json)
    expect(json.map(({ resource }: { resource: { id: string } }) => resource.id)).toEqual([
      'j0',
      'j1',
      'j2',
      'j3',
      'j4',
      'j5',
      'j6',
    ])
    expect(JSON.parse(await ada.export({ format: 'json', q: 'nowhere to be found' }))).toEqual([])
    expect(await ada.export({ format: 'csv', q: 'nowhere to be found' })).toBe(`${header}\r\n`)
  })

  test('follow returns new events under a filter and resumes after a seq', async () => {
    const { started, start } = signal()
    const live = ada.follow({ filter: { category: ['job'] } }, 2, start)
    await started
    await service.append([createEvent(), ...jobs(2)])
    const events = await live
    expect(events.map(({ resource }) => resource.id)).toEqual(['j0', 'j1'])
    expect(eventOutput.parse(events[0])).toEqual(events[0])
    const [first] = events
    const again = await ada.follow({ lastEventId: String((first?.seq ?? 0) - 1) }, 2)
    expect(again).toEqual(events)
  })

  test('several tenants read as one list, with a cursor that has a position in each', async () => {
    await service.append(
      Array.from({ length: 9 }, (_, index) =>
        createEvent({
          tenantId: index % 3 === 0 ? 'umbrella' : 'acme',
          action: 'job.finished',
          resource: { type: 'job', id: `m${index}`, name: `${index % 2 ? 'b' : 'B'}${index}` },
        }),
      ),
    )
    const both = reached.as(session('both'))
    const newest = ['m8', 'm7', 'm6', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0']
    expect(await walk(both, { action: ['job.finished'], tenant: '*', limit: 2 })).toEqual(newest)
    expect(
      await walk(both, { action: ['job.finished'], tenant: '*', limit: 4, sort: 'resource', order: 'asc' }),
    ).toEqual(newest.toReversed())
    expect((await both.list({ action: ['job.finished'], tenant: '*' })).total).toEqual({ value: 9, exact: true })
    expect(await walk(both, { action: ['job.finished'] })).toHaveLength(6)
    expect(await walk(both, { action: ['job.finished'], tenant: 'umbrella' })).toEqual(['m6', 'm3', 'm0'])
    expect((await both.facets({ filter: { action: ['job.finished'] }, tenant: '*' })).counted.value).toBe(9)
    const exported = JSON.parse(await both.export({ format: 'json', action: ['job.finished'], tenant: '*' }))
    expect(exported.map(({ resource }: { resource: { id: string } }) => resource.id)).toEqual(newest)
    const followed = await both.follow({ filter: { action: ['job.finished'] }, tenant: '*', lastEventId: '0' }, 9)
    expect(followed.map(({ resource }) => resource.id).toSorted()).toEqual(newest.toReversed())
    await expect(both.list({ tenant: 'initech' })).rejects.toMatchObject({ code: 'forbidden', status: 403 })
  })

  test('catalog, viewer and health return their data', async () => {
    const catalog = await ada.catalog()
    expect(catalogOutput.parse(catalog)).toEqual(catalog)
    expect(catalog.groups).toEqual(['Resources', 'Security', 'Training'])
    const viewer = await ada.viewer()
    expect(viewerOutput.parse(viewer)).toEqual(viewer)
    expect(viewer).toEqual({
      id: 'ada',
      name: 'Ada',
      tenants: ['acme'],
      permissions: ['view', 'view:all', 'export', 'admin'],
    })
    const health = await reached.as({}).health()
    expect(healthOutput.parse(health)).toEqual({ status: 'ok', durability: 'memory' })
  })

  test('invalid input is rejected with a clear message', async () => {
    const matchRejection = (message: RegExp) => ({
      code: 'invalid_input',
      status: 400,
      message: expect.stringMatching(message),
    })
    await expect(ada.list({ limit: 1001 })).rejects.toMatchObject(matchRejection(/^limit must be at most 1000/))
    await expect(ada.list({ cursor: 'garbage' })).rejects.toMatchObject(matchRejection(/^Invalid cursor/))
    await expect(ada.list({ from: 'yesterday' })).rejects.toMatchObject(matchRejection(/from .*2026-11-20/))
    await expect(ada.list({ q: 'a\0b' })).rejects.toMatchObject(matchRejection(/U\+0000/))
    await expect(ada.follow({ lastEventId: 'x' }, 1)).rejects.toMatchObject(matchRejection(/seq/))
    const { nextCursor } = await ada.list({ limit: 1 })
    await expect(ada.list({ limit: 1, order: 'asc', cursor: nextCursor ?? '' })).rejects.toMatchObject(
      matchRejection(/another sort/),
    )
    await expect(reached.as(session('both')).list({ tenant: '*', cursor: nextCursor ?? '' })).rejects.toMatchObject(
      matchRejection(/another sort, order or tenant/),
    )
  })
})
