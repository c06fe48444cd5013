import type { Filter, ReadScope, StoredEvent } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { appendAll, createEvent, createEvents, createScope, getIds, newTenant, type StoreUnderTest } from './events.ts'

/** Tests `follow`. */
export function testFollow(subject: () => StoreUnderTest): void {
  /** Follows until `count` events have arrived. */
  const follow = async (
    scope: ReadScope,
    filter: Filter,
    after: number | 'now',
    count: number,
  ): Promise<StoredEvent[]> => {
    const end = new AbortController()
    const events: StoredEvent[] = []
    for await (const event of subject().store.follow(scope, filter, after, end.signal)) {
      events.push(event)
      if (events.length === count) end.abort()
    }
    return events
  }
  const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)

  describe('follow', () => {
    test('yields each event exactly once in seq order during concurrent writes', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, createEvents(tenantId, 700))
      const readers = [0, 350].map((after) => follow(createScope(tenantId), {}, after, 1_000 - after))
      await Promise.all(
        range(0, 30).map((index) =>
          // Ids of other days: the order is by seq, not by time.
          appendAll(
            store,
            tenantId,
            createEvents(tenantId, 10).map(({ tenantId: id }) =>
              createEvent(id, { at: Date.now() - index * 86_400_000 }),
            ),
          ),
        ),
      )
      const [all = [], half = []] = await Promise.all(readers)
      expect(all.map(({ seq }) => seq)).toEqual(range(1, 1_000))
      expect(half.map(({ seq }) => seq)).toEqual(range(351, 650))
      expect(new Set(getIds(all)).size).toBe(1_000)
    })

    test('from `now` yields only new events that the viewer may read', async () => {
      const { store } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      await appendAll(store, tenantId, createEvents(tenantId, 3))
      const end = new AbortController()
      const ownScope = createScope(tenantId, { restrict: [{ actor: ['grace'] }] })
      const follower = store.follow(ownScope, { category: ['project'] }, 'now', end.signal)[Symbol.asyncIterator]()
      const next = follower.next()
      // The first event of a second follower proves that the first follower has started.
      const second = store.follow(createScope(tenantId), {}, 0, end.signal)[Symbol.asyncIterator]()
      await second.next()
      const grace = { type: 'user', id: 'grace' } as const
      await appendAll(
        store,
        other,
        createEvents(other, 2, () => ({ actor: grace })),
      )
      await appendAll(store, tenantId, createEvents(tenantId, 2))
      await appendAll(store, tenantId, [createEvent(tenantId, { actor: grace, action: 'service.created' })])
      const match = createEvent(tenantId, { actor: grace })
      await appendAll(store, tenantId, [match])
      expect(await next).toMatchObject({ done: false, value: { id: match.id, seq: 7, tenantId } })
      const pending = follower.next()
      end.abort()
      expect(await pending).toEqual({ done: true, value: undefined })
    })

    test('skips more events than one batch holds if the filter excludes them', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, createEvents(tenantId, 1_200))
      const match = createEvent(tenantId, { action: 'service.created' })
      await appendAll(store, tenantId, [match])
      expect(await follow(createScope(tenantId), { category: ['service'] }, 0, 1)).toMatchObject([
        { id: match.id, seq: 1_201 },
      ])
    })

    test('ends immediately if it is aborted before it starts', async () => {
      const events: StoredEvent[] = []
      const follower = subject().store.follow(createScope(newTenant()), {}, 0, AbortSignal.abort())
      for await (const event of follower) events.push(event)
      expect(events).toEqual([])
    })

    test('a reader that stops early does not affect others', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, createEvents(tenantId, 10))
      for await (const event of store.follow(createScope(tenantId), {}, 0, new AbortController().signal)) {
        if (event.seq === 3) break
      }
      const rest = follow(createScope(tenantId), {}, 8, 3)
      await appendAll(store, tenantId, [createEvent(tenantId)])
      expect((await rest).map(({ seq }) => seq)).toEqual([9, 10, 11])
    })
  })
}
