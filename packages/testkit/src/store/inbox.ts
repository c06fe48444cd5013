import type { InboxChange, InboxState, PreparedEvent, ReadScope } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { appendAll, idsOf, listIds, newTenant, page, prepared, type StoreUnderTest, scopeOf, series } from './events.ts'

const everything = { all: true, filter: {} } as const

/** What holds of each viewer's inbox, and of facets. */
export function testInbox(subject: () => StoreUnderTest): void {
  const setUp = async (count: number) => {
    const { store } = subject()
    const tenantId = newTenant()
    const events = series(tenantId, count, (index) => ({
      actor: { type: 'user', id: index % 2 === 0 ? 'ada' : 'grace' },
    }))
    await appendAll(store, tenantId, events)
    const ada = scopeOf(tenantId, { viewerId: 'ada' })
    const change = async (to: InboxChange['to'], which: InboxChange['which'], scope: ReadScope = ada) =>
      (await store.changeInbox(scope, { to, which })).changed
    /** The places of the events in a part of the inbox, oldest first. */
    const inbox = async (state: InboxState, scope: ReadScope = ada) => {
      const ids = await listIds(store, scope, { inbox: state }, { order: 'asc' })
      expect(await store.count(scope, { inbox: state }, 10_000)).toEqual({ value: ids.length, exact: true })
      return ids.map((id) => events.findIndex((event) => event.id === id))
    }
    const ids = (...places: readonly number[]) => ({ ids: places.map((place) => events[place]?.id ?? '') })
    const arrives = async (event: PreparedEvent = prepared(tenantId)) => {
      events.push(event)
      await appendAll(store, tenantId, [event])
    }
    return { store, tenantId, ada, change, inbox, ids, arrives }
  }

  describe('inbox', () => {
    test('everything is unread at first, own events too', async () => {
      const { inbox } = await setUp(4)
      expect(await inbox('unread')).toEqual([0, 1, 2, 3])
      expect(await inbox('inbox')).toEqual([0, 1, 2, 3])
      expect(await inbox('archived')).toEqual([])
    })

    test('marks single events, and counts only what changed', async () => {
      const { store, ada, change, inbox, ids } = await setUp(5)
      expect(await change('seen', ids(1, 3))).toBe(2)
      expect(await change('seen', ids(1, 2, 2))).toBe(1)
      expect(await change('archived', ids(3, 4))).toBe(2)
      expect([await inbox('unread'), await inbox('inbox'), await inbox('archived')]).toEqual([[0], [0, 1, 2], [3, 4]])
      expect(await change('unseen', ids(2))).toBe(1)
      expect(await change('unarchived', ids(3, 4))).toBe(2)
      expect([await inbox('unread'), await inbox('archived')]).toEqual([[0, 2, 4], []])
      const { items } = await store.list(ada, {}, page({ order: 'asc' }))
      expect(items.map(({ seen, archived }) => [seen, archived])).toEqual(
        [false, true, false, true, false].map((seen) => [seen, false]),
      )
      expect(await change('seen', { ids: ['no-id'] })).toBe(0)
    })

    test('marks all up to the newest; what comes later is unread, also with an older time', async () => {
      const { tenantId, change, inbox, ids, arrives } = await setUp(6)
      await change('seen', ids(0))
      await change('unseen', ids(0))
      expect(await change('seen', everything)).toBe(6)
      expect(await inbox('unread')).toEqual([])
      await arrives()
      await arrives(prepared(tenantId, { at: Date.now() - 86_400_000 }))
      expect(new Set(await inbox('unread'))).toEqual(new Set([6, 7]))
      expect(await change('unseen', ids(2))).toBe(1)
      expect(new Set(await inbox('unread'))).toEqual(new Set([2, 6, 7]))
      expect(await change('seen', { all: true, filter: { inbox: 'unread' } })).toBe(3)
      expect(await inbox('unread')).toEqual([])
      expect(await change('unseen', everything)).toBe(8)
      expect((await inbox('unread')).length).toBe(8)
    })

    test('archives all, keeps what is seen, and brings back', async () => {
      const { change, inbox, ids, arrives } = await setUp(4)
      await change('seen', ids(0))
      await change('archived', ids(1))
      expect(await change('archived', everything)).toBe(3)
      expect(await inbox('archived')).toEqual([0, 1, 2, 3])
      await arrives()
      expect([await inbox('inbox'), await inbox('unread')]).toEqual([[4], [4]])
      expect(await change('unarchived', ids(0, 1))).toBe(2)
      expect([await inbox('inbox'), await inbox('unread')]).toEqual([
        [0, 1, 4],
        [1, 4],
      ])
      expect(await change('unarchived', { all: true, filter: { inbox: 'archived' } })).toBe(2)
      expect(await inbox('archived')).toEqual([])
    })

    test('marks all under a filter and leaves the rest', async () => {
      const { change, inbox } = await setUp(6)
      expect(await change('seen', { all: true, filter: { actor: ['grace'] } })).toBe(3)
      expect(await inbox('unread')).toEqual([0, 2, 4])
      expect(await change('archived', { all: true, filter: { inbox: 'unread' } })).toBe(3)
      expect(await inbox('inbox')).toEqual([1, 3, 5])
    })

    test('marks all though events of whodid itself are left out', async () => {
      const { change, inbox } = await setUp(3)
      expect(await change('seen', { all: true, filter: { not: { category: ['audit'] } } })).toBe(3)
      expect(await inbox('unread')).toEqual([])
    })

    test("changes nobody else's, and nothing that the viewer may not see", async () => {
      const { tenantId, ada, change, inbox, ids } = await setUp(4)
      const grace = scopeOf(tenantId, { viewerId: 'grace', restrict: [{ actor: ['grace'] }] })
      expect(await inbox('unread', grace)).toEqual([1, 3])
      expect(await change('seen', ids(0, 1), grace)).toBe(1)
      expect([await inbox('unread', grace), await inbox('unread', ada)]).toEqual([[3], [0, 1, 2, 3]])
      expect(await change('seen', everything, grace)).toBe(1)
      expect([await inbox('unread', grace), await inbox('unread', ada)]).toEqual([[], [0, 1, 2, 3]])
    })

    test('stays right past a watermark that many unread events follow', async () => {
      const { store, tenantId, ada, change } = await setUp(3)
      await change('seen', everything)
      const events = series(tenantId, 40)
      await appendAll(store, tenantId, events)
      expect(await listIds(store, ada, { inbox: 'unread' }, { order: 'asc' })).toEqual(idsOf(events))
      expect(await listIds(store, ada, { inbox: 'unread', q: 'engine' }, { limit: 5 })).toEqual(
        idsOf(events.slice(-5)).reverse(),
      )
    })
  })

  describe('facets', () => {
    test('count values, name them as they were called last, and narrow them by what is searched', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const people = [
        { type: 'user', id: 'u1', name: 'Ada Byron', email: 'ada@acme.test' },
        { type: 'user', id: 'u2', name: 'Émile Zola' },
        { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' },
        { type: 'system', id: 'system' },
      ] as const
      await appendAll(
        store,
        tenantId,
        series(tenantId, 8, (index) => ({
          actor: people[index % 4] ?? people[0],
          action: index === 7 ? 'project.deleted' : 'project.created',
          resource: { type: 'project', id: `p${index % 2}`, name: index < 6 ? 'Motor' : `Engine ${index % 2}` },
        })),
      )
      const scope = scopeOf(tenantId)
      const { counted, values } = await store.facets(
        scope,
        {},
        {
          dimensions: [
            'actor',
            'action',
            'kind',
            'project',
            'status',
            'channel',
            'severity',
            'category',
            'resourceType',
          ],
          limit: 10,
        },
      )
      expect(counted).toEqual({ value: 8, exact: true })
      expect(values).toEqual({
        actor: [
          { value: 'u1', label: 'Ada Lovelace', detail: 'ada@acme.test', count: 4 },
          { value: 'system', label: 'system', count: 2 },
          { value: 'u2', label: 'Émile Zola', count: 2 },
        ],
        action: [
          { value: 'project.created', label: 'project.created', count: 7 },
          { value: 'project.deleted', label: 'project.deleted', count: 1 },
        ],
        kind: [
          { value: 'create', label: 'create', count: 7 },
          { value: 'delete', label: 'delete', count: 1 },
        ],
        project: [
          { value: 'p0', label: 'Engine 0', count: 4 },
          { value: 'p1', label: 'Engine 1', count: 4 },
        ],
        status: [{ value: 'success', label: 'success', count: 8 }],
        channel: [
          { value: 'api', label: 'api', count: 6 },
          { value: 'system', label: 'system', count: 2 },
        ],
        severity: [{ value: 'info', label: 'info', count: 8 }],
        category: [{ value: 'project', label: 'project', count: 8 }],
        resourceType: [{ value: 'project', label: 'project', count: 8 }],
      })
      const actors = async (search: string, limit = 10) =>
        (await store.facets(scope, {}, { dimensions: ['actor'], search, limit })).values.actor?.map(
          ({ value }) => value,
        )
      expect(await actors('emile')).toEqual(['u2'])
      expect(await actors('ACME.test')).toEqual(['u1'])
      expect(await actors('SYS')).toEqual(['system'])
      expect(await actors('', 1)).toEqual(['u1'])
      expect(await actors('%')).toEqual([])
      const filtered = await store.facets(scope, { q: 'zola' }, { dimensions: ['action'], limit: 10 })
      expect(filtered).toEqual({
        counted: { value: 2, exact: true },
        values: { action: [{ value: 'project.created', label: 'project.created', count: 2 }] },
      })
    })
  })
}
