import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expandGroups } from '../src/read/groups.ts'
import { parseSearch } from '../src/read/search.ts'
import { catalog, createEvent, openService, type TestService } from './support/acme.ts'
import { type Api, createRestApi, createTrpcApi } from './support/api.ts'

let service: TestService
let rest: (id: string) => Api
let trpc: (id: string) => Api

async function fetch(input: string, init?: RequestInit) {
  const response = await service.fetch(new Request(input, init), { basePath: '/activity' })
  if (!response) throw new Error(`${input} is not a path of the service.`)
  return response
}

const DAY = 86_400_000
const PEOPLE = {
  ada: { type: 'user', id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.test' },
  linus: { type: 'user', id: 'linus', name: 'Linus Torvalds', email: 'penguin@acme.test' },
  adam: { type: 'user', id: 'u9', name: 'Adam Riese', email: 'ada.m@umbrella.test' },
} as const

beforeAll(async () => {
  service = await openService({
    authorize: (request) => {
      const masked = request.headers.get('x-masked')?.split(',')
      const q = request.headers.get('x-search') ?? undefined
      const tenants = ['acme']
      const permissions = ['view', 'view:all', 'export'] as const
      return { id: 'ada', name: 'Ada', tenants, permissions, ...(masked && { masked }), ...(q && { filter: { q } }) }
    },
  })
  rest = (masked) => createRestApi('http://localhost/activity', fetch, masked ? { 'x-masked': masked } : {})
  trpc = (masked) => createTrpcApi('http://localhost/activity', fetch, masked ? { 'x-masked': masked } : {})
  const at = (days: number) => new Date(Date.now() - days * DAY).toISOString()
  await service.append(
    [
      createEvent({ actor: PEOPLE.ada, resource: { type: 'project', id: '42', name: 'Engine' }, occurredAt: at(0.1) }),
      createEvent({
        actor: PEOPLE.linus,
        action: 'project.deleted',
        status: 'failure',
        resource: { type: 'project', id: '42', name: 'Engine' },
        occurredAt: at(3),
      }),
      createEvent({
        actor: PEOPLE.adam,
        action: 'membership.role_changed',
        resource: { type: 'membership', id: '42', name: 'Zoë' },
        description: 'The role of a member is now owner',
        occurredAt: at(20),
      }),
    ].map(({ id: _id, ...each }) => each),
  )
})
afterAll(() => service.close())

function actors(items: readonly { readonly actor: { readonly id: string } }[]) {
  return items.map(({ actor }) => actor.id)
}

describe('the search language in q', () => {
  test.each<readonly [q: string, found: readonly string[]]>([
    ['engine', ['ada', 'linus']],
    ['actor:ada', ['ada', 'u9']],
    ['actor:=ada', ['ada']],
    ['actor:penguin@acme.test', ['linus']],
    ['action:project.deleted status:failure resource:project/42', ['linus']],
    ['resourceId:42 -category:membership', ['ada', 'linus']],
    ['group:Security', ['u9']],
    ['-actor:ada', ['linus']],
    ['from:7d', ['ada', 'linus']],
    ['from:7d to:2d', ['linus']],
    ['"is now owner"', ['u9']],
    ['"owner now"', []],
    ['-engine -"is later owner"', ['u9']],
    ['is:archived', []],
  ])('%s: list, count, facets, export, stream and inbox agree', async (q, found) => {
    const api = rest('')
    const { items, total } = await api.list({ q })
    expect(actors(items)).toEqual(found)
    expect(total).toEqual({ value: found.length, exact: true })
    const { counted, values } = await api.facets({ filter: { q }, dimensions: ['actor'] })
    expect(counted.value).toBe(found.length)
    expect(values.actor?.map(({ value }) => value).sort()).toEqual([...found].sort())
    expect(actors(JSON.parse(await api.export({ format: 'json', q })))).toEqual(found)
    if (found.length > 0) {
      const followed = await api.follow({ filter: { q }, lastEventId: '0' }, found.length)
      expect(actors(followed).sort()).toEqual([...found].sort())
    }
    expect((await api.inbox('unseen', { all: true, filter: { q } })).changed).toBe(0)
    expect((await api.inbox('seen', { all: true, filter: { q } })).changed).toBe(found.length)
    expect((await api.inbox('unseen', { all: true, filter: { q } })).changed).toBe(found.length)
  })

  test('combines with parameters of the same name', async () => {
    const api = rest('')
    expect(actors((await api.list({ q: 'actor:ada', actor: ['u9', 'linus'] })).items)).toEqual(['u9'])
    expect(actors((await api.list({ q: 'actor:adam', actorName: ['lovelace'] })).items)).toEqual([])
    expect(actors((await api.list({ q: 'status:failure', status: ['success'] })).items)).toEqual([])
    expect(actors((await api.list({ q: '-actor:=u9', not: { actor: ['linus'], q: 'nothing' } })).items)).toEqual([
      'ada',
    ])
    const from = new Date(Date.now() - 7 * DAY).toISOString()
    expect(actors((await api.list({ q: 'from:30d', from })).items)).toEqual(['ada', 'linus'])
    expect(actors((await api.list({ q: 'from:1d', from })).items)).toEqual(['ada'])
    expect(actors((await api.userActivity({ userId: 'linus', q: 'actor:ada' })).items)).toEqual([])
    expect(actors((await api.history({ type: 'project', id: '42', q: 'resourceId:1' })).items)).toEqual([])
  })

  test('is rejected with the position of an error, over REST and tRPC', async () => {
    const response = await fetch('http://localhost/activity/api/v1/events?q=engine+status:okay')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Invalid input',
      status: 400,
      code: 'invalid_input',
      detail: 'Invalid search at character 15, "okay": status: takes success, failure.',
      at: { start: 14, end: 18 },
    })
    const input = encodeURIComponent(JSON.stringify({ q: 'from:soon' }))
    const answer = await fetch(`http://localhost/activity/trpc/list?input=${input}`)
    expect(answer.status).toBe(400)
    expect((await answer.json()).error.data).toMatchObject({ whodid: 'invalid_input', at: { start: 5, end: 9 } })
    for (const api of [rest(''), trpc('')]) {
      for (const ask of [
        () => api.facets({ filter: { q: 'is:' } }),
        () => api.export({ format: 'csv', q: '"open' }),
        () => api.inbox('seen', { all: true, filter: { q: 'on:7d' } }),
        () => api.follow({ filter: { q: 'kind:none' } }, 1),
      ]) {
        await expect(ask()).rejects.toThrow()
      }
      await expect(api.list({ q: 'resource:42' })).rejects.toMatchObject({ code: 'invalid_input', status: 400 })
    }
  })

  test('in the filter of a viewer restricts every read, and denies access when it is invalid', async () => {
    const under = (search: string) => createRestApi('http://localhost/activity', fetch, { 'x-search': search })
    expect(actors((await under('-category:membership engine').list({})).items)).toEqual(['ada', 'linus'])
    expect(actors((await under('status:failure').list({ q: 'actor:ada' })).items)).toEqual([])
    expect((await under('status:failure').facets({})).counted.value).toBe(1)
    await expect(under('status:').list({})).rejects.toMatchObject({ code: 'forbidden', status: 403 })
    await expect(under('status:').export({ format: 'csv' })).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('logs reading the activity of another person, as the parameter does', async () => {
    await rest('').list({ q: 'actor:linus' })
    const { items } = await rest('').list({ q: 'action:audit.viewed', resourceId: ['linus'] })
    expect(items.map(({ metadata }) => metadata.filter)).toContainEqual({ q: 'actor:linus' })
  })
})

describe('a masked field', () => {
  const VALUES: readonly (readonly [masked: string, q: string, found: readonly string[]])[] = [
    ['actor.email', 'penguin', ['linus']],
    ['actor.name', 'torvalds', ['linus']],
    ['actor', 'penguin', ['linus']],
    ['actor', 'torvalds', ['linus']],
    ['resource.name', 'Zoë', ['u9']],
    ['resource', 'zoe', ['u9']],
    ['description', '"is now owner"', ['u9']],
  ]

  test.each(VALUES)('%s is neither found nor excluded by %j', async (masked, q, found) => {
    const ids = new Map((await rest('').list({})).items.map(({ id, actor }) => [id, actor.id]))
    const whose = (items: readonly { readonly id: string }[]) => items.map(({ id }) => ids.get(id))
    for (const api of [rest(masked), trpc(masked)]) {
      expect((await api.list({ q })).items).toEqual([])
      expect((await api.list({ q, sort: 'action' })).items).toEqual([])
      expect((await api.list({ q })).total.value).toBe(0)
      expect((await api.facets({ filter: { q } })).counted.value).toBe(0)
      expect(JSON.parse(await api.export({ format: 'json', q }))).toEqual([])
      expect((await api.inbox('seen', { all: true, filter: { q } })).changed).toBe(0)
      expect((await api.list({ q: `-${q}` })).total.value).toBe(ids.size)
      expect((await api.list({ not: { q } })).total.value).toBe(ids.size)
      // The stream skips what does not match.
      const [first] = await api.follow({ filter: { q: `-${q}` }, lastEventId: '0' }, ids.size)
      expect(first).toBeDefined()
    }
    expect(whose((await rest('').list({ q })).items)).toEqual(found)
  })

  test.each([
    ['actor.email', 'actor:penguin@acme.test'],
    ['actor.email', '-actor:penguin@acme.test'],
    ['actor.name', 'actor:torvalds'],
    ['actor.name', 'actorName:torvalds'],
    ['actor', '-actorName:torvalds'],
    ['actor.id', 'actor:=linus'],
    ['resource.id', 'resource:project/42'],
    ['resource.id', '-resource:project/42'],
    ['resource', 'resourceType:project'],
    ['scope.project.id', 'project:42'],
    ['context', 'channel:api'],
  ])('%s cannot be filtered by %s', async (masked, q) => {
    for (const api of [rest(masked), trpc(masked)]) {
      for (const ask of [
        () => api.list({ q }),
        () => api.facets({ filter: { q } }),
        () => api.export({ format: 'csv', q }),
        () => api.inbox('seen', { all: true, filter: { q } }),
        () => api.list({ q, actor: ['ada'], status: ['success'] }),
      ]) {
        await expect(ask()).rejects.toMatchObject({ code: 'forbidden', status: 403 })
      }
      await expect(api.follow({ filter: { q } }, 1)).rejects.toThrow()
    }
  })

  test('is not found in facets and has no labels', async () => {
    const found = async (masked: string, search: string) => {
      const { values } = await rest(masked).facets({ dimensions: ['actor', 'project'], search })
      return [...(values.actor ?? []), ...(values.project ?? [])].map(({ value, label, detail }) => [
        value,
        label,
        detail,
      ])
    }
    expect(await found('', 'penguin')).toEqual([['linus', 'Linus Torvalds', 'penguin@acme.test']])
    expect(await found('actor.email', 'penguin')).toEqual([])
    expect(await found('actor.email', 'redacted')).toEqual([])
    expect(await found('actor.email', 'torvalds')).toEqual([['linus', 'Linus Torvalds', '[redacted]']])
    expect(await found('actor.name', 'torvalds')).toEqual([])
    expect(await found('actor.name', 'linus')).toEqual([['linus', 'linus', 'penguin@acme.test']])
    expect(await found('actor', 'linus')).toEqual([])
    expect(await found('', 'engine')).toEqual([['42', 'Engine', undefined]])
    expect(await found('resource.name', 'engine')).toEqual([])
    expect(await found('resource.name', '42')).toEqual([['42', '42', undefined]])
    expect(await found('resource.id', '42')).toEqual([])
  })

  test('leaves other fields searchable', async () => {
    expect(actors((await rest('actor.email').list({ q: 'torvalds project.deleted' })).items)).toEqual(['linus'])
    expect((await rest('actor').list({ q: 'engine' })).total.value).toBe(2)
  })
})

test('a filter and a typed query are combined', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  expect(parseSearch({ q: 'a status:failure from:2026-11-01', to: '2026-11-10' }, now)).toEqual({
    filter: { q: 'a', status: ['failure'], from: '2026-11-01', to: '2026-11-10' },
    additionalFilters: [],
  })
  expect(parseSearch({ q: 'actor:=x is:unread', actorName: ['y'], inbox: 'archived', status: [] }, now)).toEqual({
    filter: { actorName: ['y'], inbox: 'archived', status: [] },
    additionalFilters: [{ actor: ['x'], inbox: 'unread' }],
  })
  expect(
    parseSearch({ q: 'from:2026-11-01 to:2026-11-09', from: '2026-11-05', to: '2026-11-08T00:00:00Z' }, now),
  ).toEqual({ filter: { from: '2026-11-05', to: '2026-11-08T00:00:00Z' }, additionalFilters: [] })
  expect(parseSearch({ q: '-kind:create -x', not: { kind: ['delete'], q: 'y' } }, now)).toEqual({
    filter: { not: { kind: ['delete', 'create'], q: 'y x' } },
    additionalFilters: [],
  })
})

test('an action also matches its former names', () => {
  const renamed = { ...catalog.json, aliases: { 'project.shelved': 'project.archived' } }
  const action = ['project.archived']
  expect(expandGroups(renamed, { action, not: { action } })).toEqual({
    action: ['project.archived', 'project.shelved'],
    not: { action: ['project.archived', 'project.shelved'] },
  })
})
