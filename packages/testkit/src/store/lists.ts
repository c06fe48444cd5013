import { type Filter, type NewEvent, newId, type SortColumn, type StoredEvent, WhodidError } from '@whodid/core'
import { getSortValue } from '@whodid/core/filter'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  appendAll,
  createEvent,
  createEvents,
  createPage,
  createScope,
  getIds,
  listIds,
  newTenant,
  readPages,
  type StoreUnderTest,
} from './events.ts'

const DAY_MS = 86_400_000

/** Creates varied events, so that every filter condition matches some of them. */
function createMixedEvent(index: number): Partial<NewEvent> {
  const people = [
    { type: 'user', id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.test' },
    { type: 'user', id: 'grace', name: 'grace hopper', email: 'Grace@Acme.test' },
    { type: 'api_key', id: 'key:ci', name: 'CI' },
    { type: 'system', id: 'system' },
  ] as const
  const things = [
    ['project.created', 'project'],
    ['project.archived', 'project'],
    ['service.deleted', 'service'],
    ['membership.role_changed', 'membership'],
    ['auth.login_failed', 'auth'],
  ] as const
  const [action, type] = things[index % 5] ?? things[0]
  return {
    action,
    actor: people[index % 4] ?? people[0],
    resource: { type, id: index % 11 === 0 ? null : `${type}-${index % 6}`, name: `Thing ${index % 7}` },
    ...(index % 3 === 0 && { scope: { project: { id: `project-${index % 4}`, name: 'Parent' } } }),
    status: index % 5 === 4 ? 'failure' : 'success',
    context: { channel: index % 2 === 0 ? 'ui' : 'api' },
  }
}

/** A reference implementation of each condition. */
const conditions: { readonly [term in keyof Filter]?: (event: StoredEvent, values: readonly string[]) => boolean } = {
  actor: ({ actor }, values) =>
    values.some((value) => value === actor.id || value.toLowerCase() === actor.email?.toLowerCase()),
  action: ({ action }, values) => values.includes(action),
  category: ({ category }, values) => values.includes(category),
  kind: ({ kind }, values) => values.includes(kind),
  resourceType: ({ resource }, values) => values.includes(resource.type),
  resourceId: ({ resource }, values) => resource.id !== null && values.includes(resource.id),
  project: ({ scope, resource }, values) =>
    values.includes(scope.project?.id ?? (resource.type === 'project' ? (resource.id ?? '') : '')),
  status: ({ status }, values) => values.includes(status),
  channel: ({ context }, values) => values.includes(context.channel),
  severity: ({ severity }, values) => values.includes(severity),
}

/** Tests `list`, `get` and `count`. */
export function testLists(subject: () => StoreUnderTest): void {
  describe('list', () => {
    const tenantId = newTenant()
    const scope = createScope(tenantId)
    let everything: readonly StoredEvent[] = []
    beforeAll(async () => {
      await appendAll(subject().store, tenantId, createEvents(tenantId, 180, createMixedEvent, DAY_MS))
      everything = (await subject().store.list(scope, {}, createPage())).items
    })

    const filters: readonly Filter[] = [
      {},
      { actor: ['ada'] },
      { actor: ['ADA@acme.test'] },
      { actor: ['grace@acme.test', 'key:ci'] },
      { action: ['project.archived', 'auth.login_failed'] },
      { category: ['membership', 'service'] },
      { kind: ['delete', 'create'] },
      { resourceType: ['auth'] },
      { resourceType: ['project'], resourceId: ['project-0', 'project-5'] },
      { project: ['project-0'] },
      { project: ['project-1', 'project-3'], status: ['success'] },
      { status: ['failure'] },
      { status: ['failure', 'success'] },
      { channel: ['ui'] },
      { severity: ['critical'] },
      { actor: ['ada', 'grace'], category: ['project'], channel: ['ui'] },
      { actor: [], category: ['project'] },
      { not: { actor: ['ada', 'grace@acme.test'] } },
      { not: { project: ['project-0'], resourceId: ['auth-4'] } },
      { category: ['project'], not: { action: ['project.archived'], channel: ['api'] } },
      { actor: ['nobody'] },
    ]
    test.each(filters)('filters by %j', async (filter) => {
      const matchConditions = (filterPart: Filter, event: StoredEvent) =>
        Object.entries(conditions).map(([term, condition]) => {
          const values = filterPart[term as keyof typeof conditions]
          return !Array.isArray(values) || values.length === 0 ? undefined : condition(event, values)
        })
      const expected = everything.filter(
        (event) =>
          !matchConditions(filter, event).includes(false) && !matchConditions(filter.not ?? {}, event).includes(true),
      )
      expect(await listIds(subject().store, scope, filter)).toEqual(getIds(expected))
      expect(await subject().store.count(scope, filter, 10_000)).toEqual({ value: expected.length, exact: true })
    })

    test('`from` is inclusive, `to` is exclusive, and a date means the whole day', async () => {
      const at = (index: number) => everything[index]?.occurredAt ?? ''
      const between = await listIds(subject().store, scope, { from: at(20), to: at(10) })
      expect(between).toEqual(getIds(everything.slice(11, 21)))
      const day = at(30).slice(0, 10)
      expect(await listIds(subject().store, scope, { from: day, to: day })).toEqual([everything[30]?.id])
      await expect(subject().store.list(scope, { from: 'yesterday' }, createPage())).rejects.toMatchObject({
        code: 'invalid_input',
      })
    })

    test('restrictions narrow every read, and an empty list in one matches nothing', async () => {
      const { store } = subject()
      const ownScope = createScope(tenantId, { restrict: [{ actor: ['ada'] }, { channel: ['ui'] }] })
      const expected = everything.filter(({ actor, context }) => actor.id === 'ada' && context.channel === 'ui')
      expect(await listIds(store, ownScope)).toEqual(getIds(expected))
      expect(await store.count(ownScope, {}, 1_000)).toEqual({ value: expected.length, exact: true })
      const hidden = everything.find(({ actor }) => actor.id === 'grace')
      expect(await store.get(ownScope, hidden?.id ?? '')).toBeNull()
      const { values } = await store.facets(ownScope, {}, { dimensions: ['actor'], limit: 10 })
      expect(values.actor?.map(({ value }) => value)).toEqual(['ada'])
      expect(await listIds(store, createScope(tenantId, { restrict: [{ project: [] }] }))).toEqual([])
      expect(await listIds(store, createScope(tenantId, { restrict: [{ q: 'lovelace' }] }), { q: 'thing' })).toEqual(
        getIds(everything.filter(({ actor }) => actor.id === 'ada')),
      )
    })

    test('rejects groups, which only the catalog can resolve', async () => {
      const refused = subject().store.list(scope, { group: ['Security'] }, createPage())
      await expect(refused).rejects.toBeInstanceOf(WhodidError)
      await expect(refused).rejects.toMatchObject({ code: 'invalid_input' })
    })

    const columns: readonly SortColumn[] = ['occurredAt', 'actor', 'action', 'resource', 'description', 'status']
    test.each(
      columns.flatMap((sort) => [
        { sort, order: 'asc' as const },
        { sort, order: 'desc' as const },
      ]),
    )('sorts by $sort $order across pages', async ({ sort, order }) => {
      const events = await readPages(subject().store, scope, {}, createPage({ sort, order, limit: 37 }))
      const key = (event: StoredEvent) => [getSortValue(event, sort)?.toLowerCase() ?? '', event.id] as const
      const expected = [...everything].sort((left, right) => {
        const [[leftKey, leftId], [rightKey, rightId]] = [key(left), key(right)]
        const ascending = leftKey === rightKey ? (leftId < rightId ? -1 : 1) : leftKey < rightKey ? -1 : 1
        return order === 'asc' ? ascending : -ascending
      })
      expect(getIds(events)).toEqual(getIds(expected))
    })

    test('a cursor at an event that the viewer may not read reveals nothing about it', async () => {
      const { store } = subject()
      const shared = newTenant()
      const by = (id: string, name: string) =>
        createEvent(shared, { actor: { type: 'user', id }, resource: { type: 'project', id: name, name } })
      const hidden = by('grace', 'Layoffs')
      const own = [by('linus', 'Apples'), by('linus', 'Zebras')]
      await appendAll(store, shared, [hidden, ...own])
      const after = { id: hidden.id, value: '' }
      const request = createPage({ sort: 'resource', order: 'asc', after })
      const { items } = await store.list(createScope(shared, { restrict: [{ actor: ['linus'] }] }), {}, request)
      expect(getIds(items)).toEqual(getIds(own))
    })

    test('pages neither repeat nor skip events during appends', async () => {
      const { store } = subject()
      const busy = newTenant()
      const events = createEvents(busy, 60)
      await appendAll(store, busy, events)
      const seen = await readPages(store, createScope(busy), {}, createPage({ limit: 7 }), () =>
        store.append(busy, [createEvent(busy), createEvent(busy, { at: Date.now() - DAY_MS })]),
      )
      const initialIds = new Set(getIds(events))
      expect(getIds(seen.filter(({ id }) => initialIds.has(id)))).toEqual(getIds(events).reverse())
      expect(new Set(getIds(seen)).size).toBe(seen.length)
    })

    test('counts up to the bound', async () => {
      expect(await subject().store.count(scope, {}, 180)).toEqual({ value: 180, exact: true })
      expect(await subject().store.count(scope, {}, 179)).toEqual({ value: 179, exact: false })
      expect(await subject().store.count(scope, { q: 'lovelace' }, 10)).toEqual({ value: 10, exact: false })
    })

    test('get returns null for unknown and invalid ids', async () => {
      for (const id of [newId(), 'p1', '']) expect(await subject().store.get(scope, id)).toBeNull()
    })

    test('a tenant cannot read or change events of another tenant', async () => {
      const { store } = subject()
      const stranger = createScope(newTenant())
      const [event] = everything
      expect(await store.get(stranger, event?.id ?? '')).toBeNull()
      expect(await listIds(store, stranger, { q: 'thing' })).toEqual([])
      expect(await store.count(stranger, {}, 10)).toEqual({ value: 0, exact: true })
      expect((await store.facets(stranger, {}, { dimensions: ['actor'], limit: 5 })).values.actor).toEqual([])
      const { changed } = await store.changeInbox(stranger, { to: 'seen', which: { ids: [event?.id ?? ''] } })
      expect(changed).toBe(0)
    })
  })

  describe('deleted', () => {
    test('tells on each event whether its resource is deleted now', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const appendAndRead = async (action: string, status: 'success' | 'failure' = 'success') => {
        await appendAll(store, tenantId, [
          createEvent(tenantId, { action, status, resource: { type: 'project', id: 'p1', name: 'Engine' } }),
        ])
        const { items } = await store.list(createScope(tenantId), { resourceType: ['project'] }, createPage())
        const flags = new Set(items.map(({ resource }) => resource.deleted))
        expect(flags.size).toBe(1)
        return flags.has(true)
      }
      await appendAll(store, tenantId, [
        createEvent(tenantId, { action: 'service.deleted', resource: { type: 'service', id: 'p1' } }),
      ])
      expect(await appendAndRead('project.created')).toBe(false)
      expect(await appendAndRead('project.deleted', 'failure')).toBe(false)
      expect(await appendAndRead('project.trashed')).toBe(true)
      expect(await appendAndRead('project.updated')).toBe(true)
      expect(await appendAndRead('project.restored')).toBe(false)
      expect(await appendAndRead('project.deleted')).toBe(true)
      expect(await appendAndRead('project.created', 'failure')).toBe(true)
      expect(await appendAndRead('project.created')).toBe(false)
      const { items } = await store.list(createScope(tenantId), { category: ['service'] }, createPage())
      expect(items.map(({ resource }) => resource.deleted)).toEqual([true])
    })

    test('follows the latest event by time, even if earlier events arrive late', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const now = Date.now()
      const at = (hours: number, action: string) =>
        createEvent(tenantId, {
          action,
          at: now - hours * 3_600_000,
          resource: { type: 'project', id: 'p1', name: 'Engine' },
        })
      const isDeleted = async () => {
        const { items } = await store.list(createScope(tenantId), {}, createPage())
        return new Set(items.map(({ resource }) => resource.deleted))
      }
      await appendAll(store, tenantId, [at(5, 'project.created'), at(2, 'project.restored'), at(3, 'project.deleted')])
      expect(await isDeleted()).toEqual(new Set([false]))
      await appendAll(store, tenantId, [at(4, 'project.deleted')])
      expect(await isDeleted()).toEqual(new Set([false]))
      await appendAll(store, tenantId, [at(1, 'project.deleted')])
      expect(await isDeleted()).toEqual(new Set([true]))
    })
  })
}
