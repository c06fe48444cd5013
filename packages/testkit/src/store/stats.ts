import {
  AUDIT_CATEGORY,
  type Filter,
  type Kind,
  type NewEvent,
  type PreparedEvent,
  type ReadScope,
  type Stats,
  type StoredEvent,
} from '@whodid/core'
import { parseTimeRange } from '@whodid/core/filter'
import { describe, expect, test } from 'vitest'
import { appendAll, createEvent, createPage, createScope, newTenant, type StoreUnderTest } from './events.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const NOT_AUDIT: Filter = { not: { category: [AUDIT_CATEGORY] } }

/** Creates a seeded random number generator, from 0 to below 1. */
function createRandom(seed: number) {
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

/** Computes the expected statistics from events. */
function computeStats(events: readonly StoredEvent[], { from, to }: Stats, timeZone: string) {
  const parts = new Intl.DateTimeFormat('en', { timeZone, weekday: 'short', hour: 'numeric', hourCycle: 'h23' })
  const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
  const within = events.filter(({ occurredAt }) => occurredAt >= from && occurredAt < to)
  const tally = <T extends string>(getKey: (event: StoredEvent) => T) => {
    const counts = new Map<T, number>()
    for (const event of within) counts.set(getKey(event), (counts.get(getKey(event)) ?? 0) + 1)
    return [...counts]
      .map(([value, count]) => ({ value, count }))
      .sort((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1))
  }
  const hours = Array.from({ length: 168 }, () => 0)
  for (const { occurredAt } of within) {
    const began = Math.floor(Date.parse(occurredAt) / HOUR_MS) * HOUR_MS
    const found = new Map(parts.formatToParts(began).map(({ type, value }) => [type, value]))
    const slot = weekdays.indexOf(found.get('weekday') ?? '') * 24 + Number(found.get('hour'))
    hours[slot] = (hours[slot] ?? 0) + 1
  }
  const days = [...new Set(within.map(({ occurredAt }) => occurredAt.slice(0, 10)))].sort().map((day) => {
    const dayEvents = within.filter(({ occurredAt }) => occurredAt.startsWith(day))
    const countKind = (kind: Kind) => dayEvents.filter((event) => event.kind === kind).length
    const kinds = {
      create: countKind('create'),
      update: countKind('update'),
      delete: countKind('delete'),
      other: countKind('other'),
    }
    return { day, kinds, failures: dayEvents.filter(({ status }) => status === 'failure').length }
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

/** Tests `stats` and `head`. */
export function testStats(subject: () => StoreUnderTest): void {
  const readStats = (scope: ReadScope, filter: Filter, timeZone = 'UTC') =>
    subject().store.stats(scope, filter, { timeZone, limit: 100 })

  describe('stats', () => {
    test.each([1, 2, 3])(
      'equal a count of all events after late, duplicate and concurrent appends (seed %i)',
      async (seed) => {
        const { store } = subject()
        const random = createRandom(seed)
        const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0]
        const tenantId = newTenant()
        const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS
        const createRandomEvent = (): PreparedEvent => {
          const [action, type] = pick<(typeof actions)[number]>(actions)
          return createEvent(tenantId, {
            at: midnight - Math.floor(random() * 8 * DAY_MS),
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
              random() < 0.2 ? pick([sent[0] ?? createRandomEvent(), ...sent]) : createRandomEvent(),
            )
            sent.push(...batch)
            return store.append(tenantId, batch)
          }),
        )
        const everything = (await store.list(createScope(tenantId), {}, createPage())).items

        const at = (ms: number) => new Date(ms).toISOString()
        const filters: readonly Filter[] = [
          {},
          { from: at(midnight - 5 * DAY_MS).slice(0, 10), to: at(midnight - 3 * DAY_MS).slice(0, 10) },
          { from: at(midnight - 6.3 * DAY_MS), to: at(midnight - 0.1 * DAY_MS - 7) },
          { from: at(midnight - 2.6 * DAY_MS), to: at(midnight - 2.2 * DAY_MS) },
          { from: at(midnight - 3 * DAY_MS + 5), to: at(midnight - 2 * DAY_MS - 5) },
          { action: ['project.created', 'audit.viewed'], status: ['success'] },
          { category: ['project', 'auth'], not: { kind: ['create'] }, from: at(midnight - 5.5 * DAY_MS) },
          { kind: ['delete', 'other'], not: { action: ['auth.login_failed'], status: ['success'] } },
          { channel: ['ui', 'api'], from: at(midnight - 4.4 * DAY_MS) },
          { status: ['failure'], actor: ['ada', 'grace'] },
        ]
        const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'] as const
        for (const [index, filter] of filters.entries()) {
          for (const restrict of [[], [NOT_AUDIT], [NOT_AUDIT, { actor: ['ada'] }], [{ kind: [] }]]) {
            const zone = zones[index % zones.length] ?? 'UTC'
            const scope = createScope(tenantId, { restrict })
            const stats = await readStats(scope, filter, zone)
            const { from: _from, to: _to, ...terms } = filter
            const shown = new Set((await store.list(scope, terms, createPage())).items.map(({ id }) => id))
            const { actors, ...expected } = computeStats(
              everything.filter(({ id }) => shown.has(id)),
              stats,
              zone,
            )
            expect(stats).toMatchObject(expected)
            expect(stats.actors.map(({ value, count }) => ({ value, count }))).toEqual(actors)
            const { from, to } = parseTimeRange(filter)
            if (from !== undefined) expect(stats.from).toBe(at(from))
            if (to !== undefined) expect(stats.to).toBe(at(to))
          }
        }
      },
    )

    test('cover the last 30 days including today by default', async () => {
      const tenantId = newTenant()
      const { from, to, total } = await readStats(createScope(tenantId), {})
      expect(Date.parse(to) - Date.parse(from)).toBe(30 * DAY_MS)
      expect(Date.parse(to)).toBeGreaterThan(Date.now())
      expect(Date.parse(to) - Date.now()).toBeLessThanOrEqual(DAY_MS)
      expect(total).toEqual({ value: 0, exact: true })
      const long = await readStats(createScope(tenantId), { from: '0001-01-01', to: '9999-12-31' })
      expect(long).toMatchObject({ from: '1970-01-01T00:00:00.000Z', days: [], inactiveActors: [] })
    })

    test('list inactive actors and top resources with their newest names', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const now = Date.now()
      const by = (id: string, at: number, event: Partial<NewEvent> = {}) =>
        createEvent(tenantId, {
          at,
          actor: { type: 'user', id, name: `${id} @ ${at}`, email: `${id}@acme.test` },
          ...event,
        })
      const resource = (name: string) => ({ resource: { type: 'project', id: 'p1', name } })
      await appendAll(store, tenantId, [
        by('old', now - 30 * DAY_MS),
        by('inactive', now - 9 * DAY_MS),
        by('inactive', now - 8 * DAY_MS),
        by('quiet', now - 8 * DAY_MS, { status: 'failure' }),
        by('ada', now - 8 * DAY_MS),
        by('ada', now - 2 * DAY_MS, resource('Engine')),
        by('new', now - DAY_MS, resource('Motor')),
      ])
      const week = { from: new Date(now - 7 * DAY_MS).toISOString(), to: new Date(now + 1).toISOString() }
      const stats = await readStats(createScope(tenantId), week)
      expect(stats.inactiveActors).toEqual([
        { value: 'inactive', label: `inactive @ ${now - 8 * DAY_MS}`, detail: 'inactive@acme.test', count: 2 },
        { value: 'quiet', label: `quiet @ ${now - 8 * DAY_MS}`, detail: 'quiet@acme.test', count: 1 },
      ])
      expect(stats.activeActors).toEqual({ value: 2, exact: true })
      expect(stats.actors.map(({ value }) => value)).toEqual(['ada', 'new'])
      expect(stats.resources).toEqual([{ type: 'project', id: 'p1', name: 'Motor', count: 2 }])
      const own = await readStats(createScope(tenantId, { restrict: [{ actor: ['ada'] }] }), week)
      expect(own).toMatchObject({ total: { value: 1, exact: true }, inactiveActors: [], actors: [{ value: 'ada' }] })
      expect(await store.stats(createScope(tenantId), week, { timeZone: 'UTC', limit: 1 })).toMatchObject({
        actors: [{ value: 'ada' }],
        inactiveActors: [{ value: 'inactive' }],
        activeActors: { value: 2 },
      })
    })

    test('reject invalid time zones and offsets', async () => {
      for (const zone of ['Mars/Olympus', '+02:00', '', "UTC'; select 1"]) {
        await expect(readStats(createScope(newTenant()), {}, zone)).rejects.toMatchObject({ code: 'invalid_input' })
      }
    })

    test('count no events of another tenant', async () => {
      const [tenantId, other] = [newTenant(), newTenant()]
      await appendAll(subject().store, other, [createEvent(other)])
      const stats = await readStats(createScope(tenantId), {})
      expect(stats).toMatchObject({ total: { value: 0, exact: true }, actors: [], resources: [], days: [] })
      expect(stats.hours.every((count) => count === 0)).toBe(true)
    })
  })

  describe('head', () => {
    test('is the highest seq, regardless of event times', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      expect(await store.head(createScope(tenantId))).toBe(0)
      await appendAll(store, tenantId, [createEvent(tenantId), createEvent(tenantId, { at: Date.now() - DAY_MS })])
      expect(await store.head(createScope(tenantId))).toBe(2)
    })
  })
}
