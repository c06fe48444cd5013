import type { Filter, ReadScope, StoredEvent } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { appendAll, idsOf, newTenant, prepared, type StoreUnderTest, scopeOf, series } from './events.ts'

/** What holds of those who follow. */
export function testFollow(subject: () => StoreUnderTest): void {
  /** Follows until so many events have come. */
  const take = async (
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
  const counting = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)

  describe('follow', () => {
    test('gives each event exactly once in the order of seq, from the beginning, while many write', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, series(tenantId, 700))
      const readers = [0, 350].map((after) => take(scopeOf(tenantId), {}, after, 1_000 - after))
      await Promise.all(
        counting(0, 30).map((index) =>
          // Ids of another day: seq, and not the time of an event, is the order.
          appendAll(
            store,
            tenantId,
            series(tenantId, 10).map(({ tenantId: id }) => prepared(id, { at: Date.now() - index * 86_400_000 })),
          ),
        ),
      )
      const [all = [], half = []] = await Promise.all(readers)
      expect(all.map(({ seq }) => seq)).toEqual(counting(1, 1_000))
      expect(half.map(({ seq }) => seq)).toEqual(counting(351, 650))
      expect(new Set(idsOf(all)).size).toBe(1_000)
    })

    test('from now on gives only what comes, to whoever may see it', async () => {
      const { store } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      await appendAll(store, tenantId, series(tenantId, 3))
      const end = new AbortController()
      const mine = scopeOf(tenantId, { restrict: [{ actor: ['grace'] }] })
      const follower = store.follow(mine, { category: ['project'] }, 'now', end.signal)[Symbol.asyncIterator]()
      const next = follower.next()
      // A second one, whose first event proves that the first one has begun.
      const begun = store.follow(scopeOf(tenantId), {}, 0, end.signal)[Symbol.asyncIterator]()
      await begun.next()
      const grace = { type: 'user', id: 'grace' } as const
      await appendAll(
        store,
        other,
        series(other, 2, () => ({ actor: grace })),
      )
      await appendAll(store, tenantId, series(tenantId, 2))
      await appendAll(store, tenantId, [prepared(tenantId, { actor: grace, action: 'service.created' })])
      const wanted = prepared(tenantId, { actor: grace })
      await appendAll(store, tenantId, [wanted])
      expect(await next).toMatchObject({ done: false, value: { id: wanted.id, seq: 7, tenantId } })
      const pending = follower.next()
      end.abort()
      expect(await pending).toEqual({ done: true, value: undefined })
    })

    test('passes whole stretches that the filter leaves out', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, series(tenantId, 1_200))
      const wanted = prepared(tenantId, { action: 'service.created' })
      await appendAll(store, tenantId, [wanted])
      expect(await take(scopeOf(tenantId), { category: ['service'] }, 0, 1)).toMatchObject([
        { id: wanted.id, seq: 1_201 },
      ])
    })

    test('ends at once when it is aborted before it begins', async () => {
      const events: StoredEvent[] = []
      const follower = subject().store.follow(scopeOf(newTenant()), {}, 0, AbortSignal.abort())
      for await (const event of follower) events.push(event)
      expect(events).toEqual([])
    })

    test('a reader who leaves in the middle takes nothing from the others', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, series(tenantId, 10))
      for await (const event of store.follow(scopeOf(tenantId), {}, 0, new AbortController().signal)) {
        if (event.seq === 3) break
      }
      const rest = take(scopeOf(tenantId), {}, 8, 3)
      await appendAll(store, tenantId, [prepared(tenantId)])
      expect((await rest).map(({ seq }) => seq)).toEqual([9, 10, 11])
    })
  })
}
