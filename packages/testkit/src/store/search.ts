import { type Filter, type NewEvent, type PreparedEvent, SEARCHED_FIELDS } from '@whodid/core'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  appendAll,
  idsOf,
  listIds,
  newTenant,
  page,
  prepared,
  readPages,
  type StoreUnderTest,
  scopeOf,
  series,
} from './events.ts'

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
  'crew 👩‍🚀 ok 漢字 かな',
  'Café  Crème',
  'شركة النور',
]

/** What holds when text is looked for. */
export function testSearch(subject: () => StoreUnderTest): void {
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
      [String.raw`"\"quoted\""`, [7]],
      [String.raw`"back\\slash \"quoted\" it's"`, [7]],
      ['"100 percent"', [4]],
      ['"percent 100"', []],
      ['percent 100', [4]],
      ['"MOTOR  für"', [0]],
      ['"motor łódź"', []],
      ['"% d"', [3]],
      ['"e_n"', [5]],
      ['"東京タワー"', [1]],
      ['"東京 タワー"', []],
      ['"👩‍🚀 ok"', [10]],
      ['"cafe\u0301 creme"', [11]],
      ['"شركة النور"', [12]],
      ['"النور شركة"', []],
      ['"person 1" motor', []],
      ['"person 1 created"', []],
      ["it's", [7]],
      ['strasse', [9]],
      ['person.3@acme', [3]],
      ['"person 4"', [4]],
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

  describe('what must not occur', () => {
    const tenantId = newTenant()
    beforeAll(async () => {
      const events = series(tenantId, names.length, (index) => ({
        resource: { type: 'project', id: `p${index}`, name: names[index] },
      }))
      await appendAll(subject().store, tenantId, events)
    })
    const without = (...left: readonly number[]) => names.flatMap((_, index) => (left.includes(index) ? [] : [index]))

    test.each<readonly [filter: Filter, found: readonly number[]]>([
      [{ not: { q: 'motor' } }, without(0)],
      [{ not: { q: 'MOTOR straße' } }, without(0, 9)],
      [{ not: { q: '"100 percent"' } }, without(4)],
      [{ not: { q: '"percent 100"' } }, without()],
      [{ not: { q: '%' } }, without(3)],
      [{ not: { q: '_' } }, without(5)],
      [{ not: { q: '\\' } }, without(7)],
      [{ not: { q: '東京' } }, without(1)],
      [{ not: { q: '💥 👩‍🚀' } }, without(2, 10)],
      [{ not: { q: '"النور"' } }, without(12)],
      [{ q: '100', not: { q: 'done' } }, [4]],
      [{ q: 'ada', not: { q: 'created' } }, []],
      [{ q: '"100 percent"', not: { q: '"100 percent"' } }, []],
    ])('%j', async (filter, found) => {
      const { items } = await subject().store.list(scopeOf(tenantId), filter, page({ order: 'asc' }))
      expect(items.map(({ resource }) => names.indexOf(resource.name ?? ''))).toEqual(found)
      expect((await subject().store.count(scopeOf(tenantId), filter, 100)).value).toBe(found.length)
      const restricted = scopeOf(tenantId, { restrict: [filter] })
      expect((await subject().store.count(restricted, {}, 100)).value).toBe(found.length)
    })
  })

  describe('actors by name, and resources by type and id', () => {
    const tenantId = newTenant()
    const scope = scopeOf(tenantId)
    const people = [
      { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' },
      { type: 'user', id: 'ada', name: 'Somebody Else' },
      { type: 'user', id: 'u3', name: 'Łukasz 100%', email: 'ada.l@acme.test' },
      { type: 'api_key', id: 'key-ada' },
      { type: 'user', id: 'u5', name: '山田 太郎' },
    ] as const
    beforeAll(async () => {
      const last = Date.now()
      const events = people.map((actor, index) =>
        prepared(tenantId, {
          at: last - 1_000 * (people.length - index),
          actor,
          resource: { type: index % 2 ? 'project' : 'service', id: `a/${Math.floor(index / 2)}`, name: 'Ada' },
        }),
      )
      await appendAll(subject().store, tenantId, events)
    })
    const indexes = async (filter: Filter, under = scope) => {
      const { items } = await subject().store.list(under, filter, page({ order: 'asc' }))
      expect((await subject().store.count(under, filter, 100)).value).toBe(items.length)
      const { counted } = await subject().store.facets(under, filter, { dimensions: ['actor'], limit: 9 })
      expect(counted.value).toBe(items.length)
      const sorted = await subject().store.list(under, filter, page({ sort: 'actor' }))
      expect(sorted.items.length).toBe(items.length)
      return items.map(({ actor }) => people.findIndex(({ id }) => id === actor.id))
    }

    test.each<readonly [filter: Filter, found: readonly number[]]>([
      [{ actorName: ['ADA'] }, [0]],
      [{ actorName: ['ada love'] }, [0]],
      [{ actorName: ['lukasz 100%'] }, [2]],
      [{ actorName: ['%'] }, [2]],
      [{ actorName: ['田 太'] }, [4]],
      [{ actorName: ['ada', 'else', '山'] }, [0, 1, 4]],
      [{ actorName: ['\u0301'] }, []],
      [{ actorName: ['nobody'] }, []],
      [{ actor: ['ada'] }, [1]],
      [{ actor: ['ada'], actorName: ['ada'] }, [0, 1]],
      [{ actor: ['key-ada', 'ADA@acme.test'], actorName: ['太郎'] }, [0, 3, 4]],
      [{ actor: [], actorName: ['ada'] }, [0]],
      [{ actor: ['ada'], actorName: ['ada'], q: 'lovelace' }, [0]],
      [{ actor: ['ada'], actorName: Array.from({ length: 20 }, (_, n) => (n === 7 ? 'Ada' : `no ${n}`)) }, [0, 1]],
      [{ not: { actor: ['ada'], actorName: ['ada'] } }, [2, 3, 4]],
      [{ resource: ['service/a/0'] }, [0]],
      [{ resource: ['service/a/0', 'project/a/1'] }, [0, 3]],
      [{ resource: ['service/a/0', 'project/a/1'], q: 'else' }, []],
      [{ resource: ['project'] }, []],
      [{ q: 'ada', resource: ['service/a/1'] }, [2]],
      [{ not: { resource: ['service/a/0', 'project/a/1'] } }, [1, 2, 4]],
    ])('%j', async (filter, found) => {
      expect(await indexes(filter)).toEqual(found)
      expect(await indexes({}, scopeOf(tenantId, { restrict: [filter] }))).toEqual(found)
    })

    test('page by page, an event that is met twice comes once', async () => {
      const filter: Filter = { actor: ['u1', 'ada'], actorName: ['a', 'else'] }
      for (const order of ['asc', 'desc'] as const) {
        const found = await readPages(subject().store, scope, filter, page({ order, limit: 1 }))
        const actors = found.map(({ actor }) => actor.id)
        expect(order === 'asc' ? actors : actors.reverse()).toEqual(['u1', 'ada', 'u3'])
      }
    })
  })

  describe('what is hidden from the reader', () => {
    const tenantId = newTenant()
    beforeAll(async () => {
      await appendAll(subject().store, tenantId, [
        prepared(tenantId, {
          actor: { type: 'user', id: 'u1', name: 'Grace 東京', email: 'hopper@acme.test' },
          resource: { type: 'project', id: 'p1', name: 'Cobol' },
          description: 'The compiler was changed',
          action: 'project.renamed',
        }),
      ])
    })
    const LINES = {
      'actor.name': 'grace 東京 "grace 東京"',
      'actor.email': 'hopper@acme',
      action: 'project.renamed',
      'resource.name': 'cobol',
      description: '"compiler was"',
    } as const

    test.each(SEARCHED_FIELDS)('%s is neither found nor excluded by', async (hidden) => {
      const { store } = subject()
      const scope = scopeOf(tenantId, { hidden: [hidden] })
      for (const field of SEARCHED_FIELDS) {
        const visible = field === hidden ? 0 : 1
        expect(await store.count(scope, { q: LINES[field] }, 9)).toEqual({ value: visible, exact: true })
        expect(await store.count(scope, { not: { q: LINES[field] } }, 9)).toEqual({ value: 1 - visible, exact: true })
        expect((await store.list(scope, { q: LINES[field] }, page())).items.length).toBe(visible)
        expect((await store.list(scope, { q: LINES[field] }, page({ sort: 'action' }))).items.length).toBe(visible)
      }
      const all = scopeOf(tenantId, { hidden: SEARCHED_FIELDS })
      expect((await store.count(all, { q: LINES[hidden] }, 9)).value).toBe(0)
      expect((await store.count(scopeOf(tenantId), { q: LINES[hidden] }, 9)).value).toBe(1)
      // A restriction is the host's, who sees everything.
      const restricted = scopeOf(tenantId, { hidden: [hidden], restrict: [{ q: LINES[hidden] }] })
      expect((await store.count(restricted, {}, 9)).value).toBe(1)
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
        actor: { type: 'user', id: index % 1_000 === 0 ? 'rare' : 'ada', name: index === 7 ? 'Tapir' : 'Ada' },
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

    test('finds a rare name, beside an actor too, and nothing in what is hidden', async () => {
      const { store } = subject()
      expect(await listIds(store, scope, { actorName: ['tapir'] })).toEqual([events[7]?.id])
      const filter: Filter = { actor: ['rare'], actorName: ['TAPIR'] }
      const either = matching((index) => index % 1_000 === 0 || index === 7)
      for (const order of ['asc', 'desc'] as const) {
        const found = idsOf(await readPages(store, scope, filter, page({ order, limit: 3 })))
        expect(order === 'asc' ? found : found.reverse()).toEqual(either)
      }
      expect(await store.count(scope, filter, 5)).toEqual({ value: 5, exact: false })
      const quaggaIds = matching((index) => quaggas.includes(index))
      const seen = scopeOf(tenantId, { hidden: ['actor.email'] })
      expect(await listIds(store, seen, { q: 'quagga' }, { order: 'asc' })).toEqual(quaggaIds)
      const blind = scopeOf(tenantId, { hidden: ['resource.name', 'description'] })
      expect(await listIds(store, blind, { q: 'quagga' })).toEqual([])
      expect(await listIds(store, scope, { q: 'quagga', not: { q: 'tapir' } }, { order: 'asc' })).toEqual(
        quaggaIds.slice(1),
      )
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
      const engines = await store.count(scope, { q: 'engine' }, 10_000)
      expect(engines.exact).toBe(false)
      expect(engines.value).toBeGreaterThanOrEqual(100)
      expect(engines.value).toBeLessThanOrEqual(10_000)
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
