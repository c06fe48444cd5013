import type { Filter, NewEvent, PreparedEvent } from '@whodid/core'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  appendAll,
  idsOf,
  listIds,
  newTenant,
  page,
  readPages,
  type StoreUnderTest,
  scopeOf,
  series,
} from './store-events.ts'

const names = [
  'Motor für Łódź',
  '東京タワー',
  '💥 launch',
  '100% done',
  '100 percent',
  'snake_case_name',
  'snakeXcase',
  'back\\slash "quoted" it\'s',
  'ab',
  'Straße 7',
]

/** What holds when text is looked for. */
export const testSearch = (subject: () => StoreUnderTest): void => {
  describe('search', () => {
    const tenantId = newTenant()
    beforeAll(async () => {
      const events = series(tenantId, names.length, (index) => ({
        actor: { type: 'user', id: `u${index}`, name: `Person ${index}`, email: `person.${index}@acme.test` },
        resource: { type: 'project', id: `p${index}`, name: names[index] },
      }))
      await appendAll(subject().store, tenantId, events)
    })

    test.each<readonly [q: string, found: readonly number[]]>([
      ['MOTOR', [0]],
      ['fur lodz', [0]],
      ['lodz motor', [0]],
      ['東京', [1]],
      ['京タ', [1]],
      ['塔', []],
      ['💥', [2]],
      ['100%', [3]],
      ['%', [3]],
      ['_case_', [5]],
      ['back\\slash', [7]],
      ['\\', [7]],
      ['"quoted"', [7]],
      ["it's", [7]],
      ['strasse', [9]],
      ['person.3@acme', [3]],
      ['person 4', [4]],
      ['project.created motor', [0]],
      ['no such words', []],
      ['', names.map((_, index) => index)],
      ["'; drop table whodid.events; --", []],
    ])('finds %j', async (q, found) => {
      const { items } = await subject().store.list(scopeOf(tenantId), { q }, page({ order: 'asc' }))
      expect(items.map(({ resource }) => names.indexOf(resource.name ?? ''))).toEqual(found)
      expect(await subject().store.count(scopeOf(tenantId), { q }, 100)).toEqual({ value: found.length, exact: true })
    })
  })

  // Longer than what is walked through one by one, and than what sorts and facets look at.
  describe('in a long trail', () => {
    const tenantId = newTenant()
    const scope = scopeOf(tenantId)
    const count = 10_100
    // Far apart, with thousands of events and months between them.
    const quaggas = [7, 8, 9, 3_900, 6_200, 10_000, 10_001]
    const nameOf = (index: number) => (quaggas.includes(index) ? 'Quagga' : index % 900 === 5 ? 'Zebra xy' : 'Engine')
    let events: readonly PreparedEvent[] = []
    const matching = (wanted: (index: number) => boolean) => idsOf(events.filter((_, index) => wanted(index)))
    const zebras = () => matching((index) => index % 900 === 5)
    beforeAll(async () => {
      const event = (index: number): Partial<NewEvent> => ({
        resource: { type: 'project', id: `p${index}`, name: nameOf(index) },
        actor: { type: 'user', id: index % 1_000 === 0 ? 'rare' : 'ada', name: 'Ada' },
      })
      events = series(tenantId, count, event, 3_000_000)
      await appendAll(subject().store, tenantId, events)
    }, 120_000)

    test.each(['zebra', 'zeb', 'xy', 'zebra xy engine'])(
      'finds every %j through all pages, in both orders',
      async (q) => {
        const expected = q.includes('engine') ? [] : zebras()
        for (const order of ['asc', 'desc'] as const) {
          const found = await readPages(subject().store, scope, { q }, page({ order, limit: 4 }))
          expect(idsOf(found)).toEqual(order === 'asc' ? expected : [...expected].reverse())
        }
      },
    )

    test('finds rare words wherever they are, page by page and all at once', async () => {
      const { store } = subject()
      const ids = matching((index) => quaggas.includes(index))
      for (const limit of [1, 2, 50]) {
        for (const order of ['asc', 'desc'] as const) {
          const found = await readPages(store, scope, { q: 'quagga' }, page({ order, limit }))
          expect(idsOf(found)).toEqual(order === 'asc' ? ids : [...ids].reverse())
        }
      }
      expect(await listIds(store, scope, { q: 'quagga', actor: ['rare'] })).toEqual([events[10_000]?.id])
      expect(await listIds(store, scope, { q: 'okapi' })).toEqual([])
    })

    test('finds common words at once, and text under other conditions', async () => {
      const { store } = subject()
      expect(await listIds(store, scope, { q: 'engine' }, { limit: 3 })).toEqual(
        matching((index) => index % 900 !== 5)
          .slice(-3)
          .reverse(),
      )
      const filter: Filter = { q: 'engine', actor: ['rare'] }
      expect(await listIds(store, scope, filter, { order: 'asc' })).toEqual(
        matching((index) => index % 1_000 === 0 && nameOf(index) === 'Engine'),
      )
      const from = new Date(Date.now() - 30 * 86_400_000).toISOString()
      const recent = events.filter(({ occurredAt, resource }) => occurredAt >= from && resource.name === 'Zebra xy')
      expect(await listIds(store, scope, { q: 'zebra', from }, { order: 'asc' })).toEqual(idsOf(recent))
    })

    test('is honest about what it did not look at', async () => {
      const { store } = subject()
      expect(await store.count(scope, {}, 10_000)).toEqual({ value: 10_000, exact: false })
      expect(await store.count(scope, { q: 'engine' }, 10_000)).toEqual({ value: 10_000, exact: false })
      expect(await store.count(scope, { q: 'zebra' }, 10_000)).toEqual({ value: zebras().length, exact: true })
      const sorted = await store.list(scope, {}, page({ sort: 'resource', order: 'desc', limit: 20 }))
      expect(sorted.windowed).toBe(true)
      expect(idsOf(sorted.items.slice(0, 11))).toEqual(
        matching((index) => index % 900 === 5 && index >= count - 10_000).reverse(),
      )
      const found = await store.list(scope, { q: 'zebra' }, page({ sort: 'resource', order: 'asc', limit: 20 }))
      expect([found.windowed, idsOf(found.items)]).toEqual([false, zebras()])
      const { counted, values } = await store.facets(scope, {}, { dimensions: ['actor'], limit: 5 })
      expect(counted).toEqual({ value: 10_000, exact: false })
      expect(values.actor?.map((value) => value.count)).toEqual([9_990, 10])
    })
  })
}
