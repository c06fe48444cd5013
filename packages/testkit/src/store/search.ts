import type { Filter, NewEvent, PreparedEvent } from '@whodid/core'
import { SEARCHED_FIELDS } from '@whodid/core/filter'
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

/** Tests text search. */
export function testSearch(subject: () => StoreUnderTest): void {
  describe('search', () => {
    const tenantId = newTenant()
    beforeAll(async () => {
      const events = createEvents(tenantId, names.length, (index) => ({
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
      const { items } = await subject().store.list(createScope(tenantId), { q }, createPage({ order: 'asc' }))
      expect(items.map(({ resource }) => names.indexOf(resource.name ?? ''))).toEqual(found)
      expect(await subject().store.count(createScope(tenantId), { q }, 100)).toEqual({
        value: found.length,
        exact: true,
      })
    })
  })

  describe('excluded text', () => {
    const tenantId = newTenant()
    beforeAll(async () => {
      const events = createEvents(tenantId, names.length, (index) => ({
        resource: { type: 'project', id: `p${index}`, name: names[index] },
      }))
      await appendAll(subject().store, tenantId, events)
    })
    const allExcept = (...excluded: readonly number[]) =>
      names.flatMap((_, index) => (excluded.includes(index) ? [] : [index]))

    test.each<readonly [filter: Filter, found: readonly number[]]>([
      [{ not: { q: 'motor' } }, allExcept(0)],
      [{ not: { q: 'MOTOR straße' } }, allExcept(0, 9)],
      [{ not: { q: '"100 percent"' } }, allExcept(4)],
      [{ not: { q: '"percent 100"' } }, allExcept()],
      [{ not: { q: '%' } }, allExcept(3)],
      [{ not: { q: '_' } }, allExcept(5)],
      [{ not: { q: '\\' } }, allExcept(7)],
      [{ not: { q: '東京' } }, allExcept(1)],
      [{ not: { q: '💥 👩‍🚀' } }, allExcept(2, 10)],
      [{ not: { q: '"النور"' } }, allExcept(12)],
      [{ q: '100', not: { q: 'done' } }, [4]],
      [{ q: 'ada', not: { q: 'created' } }, []],
      [{ q: '"100 percent"', not: { q: '"100 percent"' } }, []],
    ])('%j', async (filter, found) => {
      const { items } = await subject().store.list(createScope(tenantId), filter, createPage({ order: 'asc' }))
      expect(items.map(({ resource }) => names.indexOf(resource.name ?? ''))).toEqual(found)
      expect((await subject().store.count(createScope(tenantId), filter, 100)).value).toBe(found.length)
      const restricted = createScope(tenantId, { restrict: [filter] })
      expect((await subject().store.count(restricted, {}, 100)).value).toBe(found.length)
    })
  })

  describe('actors by name and resources by type and id', () => {
    const tenantId = newTenant()
    const scope = createScope(tenantId)
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
        createEvent(tenantId, {
          at: last - 1_000 * (people.length - index),
          actor,
          resource: { type: index % 2 ? 'project' : 'service', id: `a/${Math.floor(index / 2)}`, name: 'Ada' },
        }),
      )
      await appendAll(subject().store, tenantId, events)
    })
    const findIndexes = async (filter: Filter, under = scope) => {
      const { items } = await subject().store.list(under, filter, createPage({ order: 'asc' }))
      expect((await subject().store.count(under, filter, 100)).value).toBe(items.length)
      const { counted } = await subject().store.facets(under, filter, { dimensions: ['actor'], limit: 9 })
      expect(counted.value).toBe(items.length)
      const sorted = await subject().store.list(under, filter, createPage({ sort: 'actor' }))
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
      expect(await findIndexes(filter)).toEqual(found)
      expect(await findIndexes({}, createScope(tenantId, { restrict: [filter] }))).toEqual(found)
    })

    test('returns an event that matches twice only once across pages', async () => {
      const filter: Filter = { actor: ['u1', 'ada'], actorName: ['a', 'else'] }
      for (const order of ['asc', 'desc'] as const) {
        const found = await readPages(subject().store, scope, filter, createPage({ order, limit: 1 }))
        const actors = found.map(({ actor }) => actor.id)
        expect(order === 'asc' ? actors : actors.reverse()).toEqual(['u1', 'ada', 'u3'])
      }
    })
  })

  describe('hidden fields', () => {
    const tenantId = newTenant()
    beforeAll(async () => {
      await appendAll(subject().store, tenantId, [
        createEvent(tenantId, {
          actor: { type: 'user', id: 'u1', name: 'Grace 東京', email: 'hopper@acme.test' },
          resource: { type: 'project', id: 'p1', name: 'Cobol' },
          description: 'The compiler was changed',
          action: 'project.renamed',
        }),
      ])
    })
    const FIELD_QUERIES = {
      'actor.name': 'grace 東京 "grace 東京"',
      'actor.email': 'hopper@acme',
      action: 'project.renamed',
      'resource.name': 'cobol',
      description: '"compiler was"',
    } as const

    test.each(SEARCHED_FIELDS)('%s cannot be searched or excluded', async (hidden) => {
      const { store } = subject()
      const scope = createScope(tenantId, { hidden: [hidden] })
      for (const field of SEARCHED_FIELDS) {
        const visible = field === hidden ? 0 : 1
        expect(await store.count(scope, { q: FIELD_QUERIES[field] }, 9)).toEqual({ value: visible, exact: true })
        expect(await store.count(scope, { not: { q: FIELD_QUERIES[field] } }, 9)).toEqual({
          value: 1 - visible,
          exact: true,
        })
        expect((await store.list(scope, { q: FIELD_QUERIES[field] }, createPage())).items.length).toBe(visible)
        expect(
          (await store.list(scope, { q: FIELD_QUERIES[field] }, createPage({ sort: 'action' }))).items.length,
        ).toBe(visible)
      }
      const all = createScope(tenantId, { hidden: SEARCHED_FIELDS })
      expect((await store.count(all, { q: FIELD_QUERIES[hidden] }, 9)).value).toBe(0)
      expect((await store.count(createScope(tenantId), { q: FIELD_QUERIES[hidden] }, 9)).value).toBe(1)
      // Restrictions come from the host, so they search hidden fields too.
      const restricted = createScope(tenantId, { hidden: [hidden], restrict: [{ q: FIELD_QUERIES[hidden] }] })
      expect((await store.count(restricted, {}, 9)).value).toBe(1)
    })
  })

  // More events than the scan before an index search, and than the window of sorts and facets.
  describe('in many events', () => {
    const tenantId = newTenant()
    const scope = createScope(tenantId)
    const count = 10_100
    // Far apart, with thousands of events between them.
    const quaggas = [7, 8, 9, 3_900, 6_200, 10_000, 10_001]
    const getName = (index: number) => (quaggas.includes(index) ? 'Quagga' : index % 900 === 5 ? 'Zebra xy' : 'Engine')
    let events: readonly PreparedEvent[] = []
    const matching = (predicate: (index: number) => boolean) => getIds(events.filter((_, index) => predicate(index)))
    const zebras = () => matching((index) => index % 900 === 5)
    beforeAll(async () => {
      const event = (index: number): Partial<NewEvent> => ({
        resource: { type: 'project', id: `p${index}`, name: getName(index) },
        actor: { type: 'user', id: index % 1_000 === 0 ? 'rare' : 'ada', name: index === 7 ? 'Tapir' : 'Ada' },
      })
      events = createEvents(tenantId, count, event, 3_000_000)
      await appendAll(subject().store, tenantId, events)
    }, 120_000)

    test.each(['zebra', 'zeb', 'xy', 'zebra xy engine'])(
      'finds all matches of %j across pages in both orders',
      async (q) => {
        const expected = q.includes('engine') ? [] : zebras()
        for (const order of ['asc', 'desc'] as const) {
          const found = await readPages(subject().store, scope, { q }, createPage({ order, limit: 4 }))
          expect(getIds(found)).toEqual(order === 'asc' ? expected : [...expected].reverse())
        }
      },
    )

    test('finds rare words at any position and with any page size', async () => {
      const { store } = subject()
      const ids = matching((index) => quaggas.includes(index))
      for (const limit of [1, 2, 50]) {
        for (const order of ['asc', 'desc'] as const) {
          const found = await readPages(store, scope, { q: 'quagga' }, createPage({ order, limit }))
          expect(getIds(found)).toEqual(order === 'asc' ? ids : [...ids].reverse())
        }
      }
      expect(await listIds(store, scope, { q: 'quagga', actor: ['rare'] })).toEqual([events[10_000]?.id])
      expect(await listIds(store, scope, { q: 'okapi' })).toEqual([])
    })

    test('finds a rare name, also combined with an actor, and nothing in hidden fields', async () => {
      const { store } = subject()
      expect(await listIds(store, scope, { actorName: ['tapir'] })).toEqual([events[7]?.id])
      const filter: Filter = { actor: ['rare'], actorName: ['TAPIR'] }
      const either = matching((index) => index % 1_000 === 0 || index === 7)
      for (const order of ['asc', 'desc'] as const) {
        const found = getIds(await readPages(store, scope, filter, createPage({ order, limit: 3 })))
        expect(order === 'asc' ? found : found.reverse()).toEqual(either)
      }
      expect(await store.count(scope, filter, 5)).toEqual({ value: 5, exact: false })
      const quaggaIds = matching((index) => quaggas.includes(index))
      const emailHidden = createScope(tenantId, { hidden: ['actor.email'] })
      expect(await listIds(store, emailHidden, { q: 'quagga' }, { order: 'asc' })).toEqual(quaggaIds)
      const nameHidden = createScope(tenantId, { hidden: ['resource.name', 'description'] })
      expect(await listIds(store, nameHidden, { q: 'quagga' })).toEqual([])
      expect(await listIds(store, scope, { q: 'quagga', not: { q: 'tapir' } }, { order: 'asc' })).toEqual(
        quaggaIds.slice(1),
      )
    })

    test('finds common words, and text combined with other conditions', async () => {
      const { store } = subject()
      expect(await listIds(store, scope, { q: 'engine' }, { limit: 3 })).toEqual(
        matching((index) => index % 900 !== 5)
          .slice(-3)
          .reverse(),
      )
      const filter: Filter = { q: 'engine', actor: ['rare'] }
      expect(await listIds(store, scope, filter, { order: 'asc' })).toEqual(
        matching((index) => index % 1_000 === 0 && getName(index) === 'Engine'),
      )
      const from = new Date(Date.now() - 30 * 86_400_000).toISOString()
      const recent = events.filter(({ occurredAt, resource }) => occurredAt >= from && resource.name === 'Zebra xy')
      expect(await listIds(store, scope, { q: 'zebra', from }, { order: 'asc' })).toEqual(getIds(recent))
    })

    test('reports bounded counts and windows as inexact', async () => {
      const { store } = subject()
      expect(await store.count(scope, {}, 10_000)).toEqual({ value: 10_000, exact: false })
      const engines = await store.count(scope, { q: 'engine' }, 10_000)
      expect(engines.exact).toBe(false)
      expect(engines.value).toBeGreaterThanOrEqual(100)
      expect(engines.value).toBeLessThanOrEqual(10_000)
      expect(await store.count(scope, { q: 'zebra' }, 10_000)).toEqual({ value: zebras().length, exact: true })
      const sorted = await store.list(scope, {}, createPage({ sort: 'resource', order: 'desc', limit: 20 }))
      expect(sorted.windowed).toBe(true)
      expect(getIds(sorted.items.slice(0, 11))).toEqual(
        matching((index) => index % 900 === 5 && index >= count - 10_000).reverse(),
      )
      const found = await store.list(scope, { q: 'zebra' }, createPage({ sort: 'resource', order: 'asc', limit: 20 }))
      expect([found.windowed, getIds(found.items)]).toEqual([false, zebras()])
      const { counted, values } = await store.facets(scope, {}, { dimensions: ['actor'], limit: 5 })
      expect(counted).toEqual({ value: 10_000, exact: false })
      expect(values.actor?.map((value) => value.count)).toEqual([9_990, 10])
    })
  })
}
