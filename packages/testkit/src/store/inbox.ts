import type { InboxChange, InboxState, PreparedEvent, ReadScope } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import {
  appendAll,
  createEvent,
  createEvents,
  createPage,
  createScope,
  getIds,
  listIds,
  newTenant,
  type StoreUnderTest,
} from './events.ts'

const allEvents = { all: true, filter: {} } as const

/** Tests inboxes and facets. */
export function testInbox(subject: () => StoreUnderTest): void {
  const setUp = async (count: number) => {
    const { store } = subject()
    const tenantId = newTenant()
    const events = createEvents(tenantId, count, (index) => ({
      actor: { type: 'user', id: index % 2 === 0 ? 'ada' : 'grace' },
    }))
    await appendAll(store, tenantId, events)
    const ada = createScope(tenantId, { viewerId: 'ada' })
    const change = async (to: InboxChange['to'], which: InboxChange['which'], scope: ReadScope = ada) =>
      (await store.changeInbox(scope, { to, which })).changed
    /** Returns the indexes of the events in an inbox state, oldest first. */
    const inbox = async (state: InboxState, scope: ReadScope = ada) => {
      const ids = await listIds(store, scope, { inbox: state }, { order: 'asc' })
      expect(await store.count(scope, { inbox: state }, 10_000)).toEqual({ value: ids.length, exact: true })
      return ids.map((id) => events.findIndex((event) => event.id === id))
    }
    const ids = (...indexes: readonly number[]) => ({ ids: indexes.map((index) => events[index]?.id ?? '') })
    const appendEvent = async (event: PreparedEvent = createEvent(tenantId)) => {
      events.push(event)
      await appendAll(store, tenantId, [event])
    }
    return { store, tenantId, ada, change, inbox, ids, appendEvent }
  }

  describe('inbox', () => {
    test('all events are unread at first, including own events', async () => {
      const { inbox } = await setUp(4)
      expect(await inbox('unread')).toEqual([0, 1, 2, 3])
      expect(await inbox('inbox')).toEqual([0, 1, 2, 3])
      expect(await inbox('archived')).toEqual([])
    })

    test('marks single events and counts only changes', async () => {
      const { store, ada, change, inbox, ids } = await setUp(5)
      expect(await change('seen', ids(1, 3))).toBe(2)
      expect(await change('seen', ids(1, 2, 2))).toBe(1)
      expect(await change('archived', ids(3, 4))).toBe(2)
      expect([await inbox('unread'), await inbox('inbox'), await inbox('archived')]).toEqual([[0], [0, 1, 2], [3, 4]])
      expect(await change('unseen', ids(2))).toBe(1)
      expect(await change('unarchived', ids(3, 4))).toBe(2)
      expect([await inbox('unread'), await inbox('archived')]).toEqual([[0, 2, 4], []])
      const { items } = await store.list(ada, {}, createPage({ order: 'asc' }))
      expect(items.map(({ seen, archived }) => [seen, archived])).toEqual(
        [false, true, false, true, false].map((seen) => [seen, false]),
      )
      expect(await change('seen', { ids: ['no-id'] })).toBe(0)
    })

    test('marks all events; later appends are unread, even with an older time', async () => {
      const { tenantId, change, inbox, ids, appendEvent } = await setUp(6)
      await change('seen', ids(0))
      await change('unseen', ids(0))
      expect(await change('seen', allEvents)).toBe(6)
      expect(await inbox('unread')).toEqual([])
      await appendEvent()
      await appendEvent(createEvent(tenantId, { at: Date.now() - 86_400_000 }))
      expect(new Set(await inbox('unread'))).toEqual(new Set([6, 7]))
      expect(await change('unseen', ids(2))).toBe(1)
      expect(new Set(await inbox('unread'))).toEqual(new Set([2, 6, 7]))
      expect(await change('seen', { all: true, filter: { inbox: 'unread' } })).toBe(3)
      expect(await inbox('unread')).toEqual([])
      expect(await change('unseen', allEvents)).toBe(8)
      expect((await inbox('unread')).length).toBe(8)
    })

    test('archives all, keeps seen flags, and unarchives', async () => {
      const { change, inbox, ids, appendEvent } = await setUp(4)
      await change('seen', ids(0))
      await change('archived', ids(1))
      expect(await change('archived', allEvents)).toBe(3)
      expect(await inbox('archived')).toEqual([0, 1, 2, 3])
      await appendEvent()
      expect([await inbox('inbox'), await inbox('unread')]).toEqual([[4], [4]])
      expect(await change('unarchived', ids(0, 1))).toBe(2)
      expect([await inbox('inbox'), await inbox('unread')]).toEqual([
        [0, 1, 4],
        [1, 4],
      ])
      expect(await change('unarchived', { all: true, filter: { inbox: 'archived' } })).toBe(2)
      expect(await inbox('archived')).toEqual([])
    })

    test('marks all events under a filter only', async () => {
      const { change, inbox } = await setUp(6)
      expect(await change('seen', { all: true, filter: { actor: ['grace'] } })).toBe(3)
      expect(await inbox('unread')).toEqual([0, 2, 4])
      expect(await change('archived', { all: true, filter: { inbox: 'unread' } })).toBe(3)
      expect(await inbox('inbox')).toEqual([1, 3, 5])
    })

    test('marks all events if the filter excludes the audit category', async () => {
      const { change, inbox } = await setUp(3)
      expect(await change('seen', { all: true, filter: { not: { category: ['audit'] } } })).toBe(3)
      expect(await inbox('unread')).toEqual([])
    })

    test('changes only the inbox of the viewer and only visible events', async () => {
      const { tenantId, ada, change, inbox, ids } = await setUp(4)
      const grace = createScope(tenantId, { viewerId: 'grace', restrict: [{ actor: ['grace'] }] })
      expect(await inbox('unread', grace)).toEqual([1, 3])
      expect(await change('seen', ids(0, 1), grace)).toBe(1)
      expect([await inbox('unread', grace), await inbox('unread', ada)]).toEqual([[3], [0, 1, 2, 3]])
      expect(await change('seen', allEvents, grace)).toBe(1)
      expect([await inbox('unread', grace), await inbox('unread', ada)]).toEqual([[], [0, 1, 2, 3]])
    })

    test('lists unread events after a watermark', async () => {
      const { store, tenantId, ada, change } = await setUp(3)
      await change('seen', allEvents)
      const events = createEvents(tenantId, 40)
      await appendAll(store, tenantId, events)
      expect(await listIds(store, ada, { inbox: 'unread' }, { order: 'asc' })).toEqual(getIds(events))
      expect(await listIds(store, ada, { inbox: 'unread', q: 'engine' }, { limit: 5 })).toEqual(
        getIds(events.slice(-5)).reverse(),
      )
    })
  })

  describe('facets', () => {
    test('count values, use the newest names, and filter by search', async () => {
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
        createEvents(tenantId, 8, (index) => ({
          actor: people[index % 4] ?? people[0],
          action: index === 7 ? 'project.deleted' : 'project.created',
          resource: { type: 'project', id: `p${index % 2}`, name: index < 6 ? 'Motor' : `Engine ${index % 2}` },
        })),
      )
      const scope = createScope(tenantId)
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
