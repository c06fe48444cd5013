import {
  AUDIT_CATEGORY,
  type Filter,
  type Kind,
  type NewEvent,
  type PreparedEvent,
  type ReadScope,
  type Stats,
  type StoredEvent,
  timeRange,
} from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { appendAll, newTenant, page, prepared, type StoreUnderTest, scopeOf } from './events.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const NOT_AUDIT: Filter = { not: { category: [AUDIT_CATEGORY] } }

/** A sequence of numbers from 0 to below 1 that is the same for the same seed. */
function randomFrom(seed: number) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const actions = [
  ['project.created', 'project'],
  ['project.archived', 'project'],
  ['service.deleted', 'service'],
  ['membership.role_changed', 'membership'],
  ['auth.login_failed', 'auth'],
  ['audit.viewed', 'audit'],
] as const

/** The numbers, counted one event after the other. */
function countedOneByOne(events: readonly StoredEvent[], { from, to }: Stats, timeZone: string) {
  const parts = new Intl.DateTimeFormat('en', { timeZone, weekday: 'short', hour: 'numeric', hourCycle: 'h23' })
  const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
  const within = events.filter(({ occurredAt }) => occurredAt >= from && occurredAt < to)
  const tally = <T extends string>(keyOf: (event: StoredEvent) => T) => {
    const counts = new Map<T, number>()
    for (const event of within) counts.set(keyOf(event), (counts.get(keyOf(event)) ?? 0) + 1)
    return [...counts]
      .map(([value, count]) => ({ value, count }))
      .sort((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1))
  }
  const hours = Array.from({ length: 168 }, () => 0)
  for (const { occurredAt } of within) {
    const began = Math.floor(Date.parse(occurredAt) / HOUR) * HOUR
    const found = new Map(parts.formatToParts(began).map(({ type, value }) => [type, value]))
    const slot = weekdays.indexOf(found.get('weekday') ?? '') * 24 + Number(found.get('hour'))
    hours[slot] = (hours[slot] ?? 0) + 1
  }
  const days = [...new Set(within.map(({ occurredAt }) => occurredAt.slice(0, 10)))].sort().map((day) => {
    const those = within.filter(({ occurredAt }) => occurredAt.startsWith(day))
    const of = (kind: Kind) => those.filter((event) => event.kind === kind).length
    const kinds = { create: of('create'), update: of('update'), delete: of('delete'), other: of('other') }
    return { day, kinds, failures: those.filter(({ status }) => status === 'failure').length }
  })
  const actors = tally(({ actor }) => actor.id)
  return {
    total: { value: within.length, exact: true },
    days,
    hours,
    actions: tally(({ action }) => action),
    categories: tally(({ category }) => category),
    kinds: tally(({ kind }) => kind),
    statuses: tally(({ status }) => status),
    ranked: { value: within.length, exact: true },
    activeActors: { value: actors.length, exact: true },
    actors,
  }
}

/** What holds of the numbers behind a dashboard. */
export function testStats(subject: () => StoreUnderTest): void {
  const statsOf = (scope: ReadScope, filter: Filter, timeZone = 'UTC') =>
    subject().store.stats(scope, filter, { timeZone, limit: 100 })

  describe('stats', () => {
    test.each([1, 2, 3])(
      'are what counting one by one gives, under late, double and interleaved events (%i)',
      async (seed) => {
        const { store } = subject()
        const random = randomFrom(seed)
        const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0]
        const tenantId = newTenant()
        const midnight = Math.floor(Date.now() / DAY) * DAY
        const some = (): PreparedEvent => {
          const [action, type] = pick<(typeof actions)[number]>(actions)
          return prepared(tenantId, {
            at: midnight - Math.floor(random() * 8 * DAY),
            action,
            actor: { type: 'user', id: pick(['ada', 'grace', 'linus']), name: 'Somebody' },
            resource: { type, id: pick(['a', 'b']), name: 'Thing' },
            status: random() < 0.3 ? 'failure' : 'success',
            context: { channel: pick(['ui', 'api', 'system']) },
          })
        }
        const sent: PreparedEvent[] = []
        await Promise.all(
          Array.from({ length: 12 }, () => {
            const batch = Array.from({ length: Math.ceil(random() * 12) }, () =>
              random() < 0.2 ? pick([sent[0] ?? some(), ...sent]) : some(),
            )
            sent.push(...batch)
            return store.append(tenantId, batch)
          }),
        )
        const everything = (await store.list(scopeOf(tenantId), {}, page())).items

        const at = (ms: number) => new Date(ms).toISOString()
        const filters: readonly Filter[] = [
          {},
          { from: at(midnight - 5 * DAY).slice(0, 10), to: at(midnight - 3 * DAY).slice(0, 10) },
          { from: at(midnight - 6.3 * DAY), to: at(midnight - 0.1 * DAY - 7) },
          { from: at(midnight - 2.6 * DAY), to: at(midnight - 2.2 * DAY) },
          { from: at(midnight - 3 * DAY + 5), to: at(midnight - 2 * DAY - 5) },
          { action: ['project.created', 'audit.viewed'], status: ['success'] },
          { category: ['project', 'auth'], not: { kind: ['create'] }, from: at(midnight - 5.5 * DAY) },
          { kind: ['delete', 'other'], not: { action: ['auth.login_failed'], status: ['success'] } },
          { channel: ['ui', 'api'], from: at(midnight - 4.4 * DAY) },
          { status: ['failure'], actor: ['ada', 'grace'] },
        ]
        const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'] as const
        for (const [index, filter] of filters.entries()) {
          for (const restrict of [[], [NOT_AUDIT], [NOT_AUDIT, { actor: ['ada'] }], [{ kind: [] }]]) {
            const zone = zones[index % zones.length] ?? 'UTC'
            const scope = scopeOf(tenantId, { restrict })
            const stats = await statsOf(scope, filter, zone)
            const { from: _from, to: _to, ...terms } = filter
            const shown = new Set((await store.list(scope, terms, page())).items.map(({ id }) => id))
            const { actors, ...expected } = countedOneByOne(
              everything.filter(({ id }) => shown.has(id)),
              stats,
              zone,
            )
            expect(stats).toMatchObject(expected)
            expect(stats.actors.map(({ value, count }) => ({ value, count }))).toEqual(actors)
            const { from, to } = timeRange(filter)
            if (from !== undefined) expect(stats.from).toBe(at(from))
            if (to !== undefined) expect(stats.to).toBe(at(to))
          }
        }
      },
    )

    test('are of the last 30 days, today included, unless the filter says otherwise', async () => {
      const tenantId = newTenant()
      const { from, to, total } = await statsOf(scopeOf(tenantId), {})
      expect(Date.parse(to) - Date.parse(from)).toBe(30 * DAY)
      expect(Date.parse(to)).toBeGreaterThan(Date.now())
      expect(Date.parse(to) - Date.now()).toBeLessThanOrEqual(DAY)
      expect(total).toEqual({ value: 0, exact: true })
      const long = await statsOf(scopeOf(tenantId), { from: '0001-01-01', to: '9999-12-31' })
      expect(long).toMatchObject({ from: '1970-01-01T00:00:00.000Z', days: [], inactiveActors: [] })
    })

    test('name who was there before and is not now, and what was touched most, by their newest names', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const now = Date.now()
      const by = (id: string, at: number, event: Partial<NewEvent> = {}) =>
        prepared(tenantId, {
          at,
          actor: { type: 'user', id, name: `${id} @ ${at}`, email: `${id}@acme.test` },
          ...event,
        })
      const resource = (name: string) => ({ resource: { type: 'project', id: 'p1', name } })
      await appendAll(store, tenantId, [
        by('old', now - 30 * DAY),
        by('gone', now - 9 * DAY),
        by('gone', now - 8 * DAY),
        by('quiet', now - 8 * DAY, { status: 'failure' }),
        by('ada', now - 8 * DAY),
        by('ada', now - 2 * DAY, resource('Engine')),
        by('new', now - DAY, resource('Motor')),
      ])
      const week = { from: new Date(now - 7 * DAY).toISOString(), to: new Date(now + 1).toISOString() }
      const stats = await statsOf(scopeOf(tenantId), week)
      expect(stats.inactiveActors).toEqual([
        { value: 'gone', label: `gone @ ${now - 8 * DAY}`, detail: 'gone@acme.test', count: 2 },
        { value: 'quiet', label: `quiet @ ${now - 8 * DAY}`, detail: 'quiet@acme.test', count: 1 },
      ])
      expect(stats.activeActors).toEqual({ value: 2, exact: true })
      expect(stats.actors.map(({ value }) => value)).toEqual(['ada', 'new'])
      expect(stats.resources).toEqual([{ type: 'project', id: 'p1', name: 'Motor', count: 2 }])
      const mine = await statsOf(scopeOf(tenantId, { restrict: [{ actor: ['ada'] }] }), week)
      expect(mine).toMatchObject({ total: { value: 1, exact: true }, inactiveActors: [], actors: [{ value: 'ada' }] })
      expect(await store.stats(scopeOf(tenantId), week, { timeZone: 'UTC', limit: 1 })).toMatchObject({
        actors: [{ value: 'ada' }],
        inactiveActors: [{ value: 'gone' }],
        activeActors: { value: 2 },
      })
    })

    test('refuse a zone that is none, and an offset', async () => {
      for (const zone of ['Mars/Olympus', '+02:00', '', "UTC'; select 1"]) {
        await expect(statsOf(scopeOf(newTenant()), {}, zone)).rejects.toMatchObject({ code: 'invalid_input' })
      }
    })

    test('a tenant counts nothing of another one', async () => {
      const [tenantId, other] = [newTenant(), newTenant()]
      await appendAll(subject().store, other, [prepared(other)])
      const stats = await statsOf(scopeOf(tenantId), {})
      expect(stats).toMatchObject({ total: { value: 0, exact: true }, actors: [], resources: [], days: [] })
      expect(stats.hours.every((count) => count === 0)).toBe(true)
    })
  })

  describe('head', () => {
    test('is the seq of the newest event, whatever its time', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      expect(await store.head(scopeOf(tenantId))).toBe(0)
      await appendAll(store, tenantId, [prepared(tenantId), prepared(tenantId, { at: Date.now() - DAY })])
      expect(await store.head(scopeOf(tenantId))).toBe(2)
    })
  })
}
