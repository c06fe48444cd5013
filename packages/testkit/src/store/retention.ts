import type { NewEvent, StoredEvent } from '@whodid/core'
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
  readPages,
  type StoreUnderTest,
} from './events.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** Tests purges and retention work. */
export function testRetention(subject: () => StoreUnderTest): void {
  const getMidnight = () => Math.floor(Date.now() / DAY_MS) * DAY_MS
  const createDaily = (tenantId: string, count: number, event: (index: number) => Partial<NewEvent> = () => ({})) =>
    Array.from({ length: count }, (_, index) =>
      createEvent(tenantId, { at: getMidnight() - (count - index) * DAY_MS + index, ...event(index) }),
    )
  const purgeAll = async (tenantId: string, before: number, limit: number) => {
    const steps: number[] = []
    for (;;) {
      const step = await subject().store.retention.purge(tenantId, before, limit)
      if (step === 0) return steps
      steps.push(step)
    }
  }

  describe('purge', () => {
    test('`expired` previews a purge without changes, for whole and partial days', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      const events = createDaily(tenantId, 6)
      await appendAll(store, tenantId, [...events].reverse())
      const edge = (index: number) => ({ seq: 6 - index, occurredAt: events[index]?.occurredAt })
      const state = () => query('select n from whodid.rollup_day where tenant_id = $1', [tenantId])
      const before = await state()
      const noon = getMidnight() - 3 * DAY_MS + DAY_MS / 2
      expect(await store.retention.findExpired(tenantId, noon)).toEqual({ count: 4, first: edge(0), last: edge(3) })
      expect(await store.retention.findExpired(tenantId, getMidnight() - 3 * DAY_MS)).toEqual({
        count: 3,
        first: edge(0),
        last: edge(2),
      })
      expect(await store.retention.findExpired(tenantId, getMidnight() - 3 * DAY_MS + 4)).toMatchObject({ count: 4 })
      expect(await store.retention.findExpired(tenantId, 0)).toEqual({ count: 0, first: null, last: null })
      expect(await store.retention.findExpired(newTenant(), noon)).toEqual({ count: 0, first: null, last: null })
      expect(await state()).toEqual(before)
      expect(await listIds(store, createScope(tenantId))).toHaveLength(6)
    })

    test('removes the oldest events in steps from every read, but not from the ledger', async () => {
      const { store, query } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const scope = createScope(tenantId)
      const events = createDaily(tenantId, 10, (index) => ({
        actor: { type: 'user', id: index < 5 ? 'early' : 'late', name: index < 5 ? 'Early' : 'Late' },
        ...(index === 2 && { action: 'audit.viewed', resource: { type: 'audit', id: null } }),
      }))
      await appendAll(store, tenantId, events)
      await appendAll(store, other, createDaily(other, 10))
      await store.changeInbox(scope, { to: 'seen', which: { ids: events.map(({ id }) => id) } })
      const ledger = () =>
        query("select seq, event_id, encode(leaf_hash, 'hex') as leaf from whodid.ledger where tenant_id = $1", [
          tenantId,
        ])
      const sealed = await ledger()

      const before = getMidnight() - 5 * DAY_MS
      expect(await store.retention.purge(tenantId, before, 2)).toBe(2)
      expect(await listIds(store, scope, {}, { order: 'asc' })).toEqual(getIds(events.slice(2)))
      expect((await store.stats(scope, {}, { timeZone: 'UTC', limit: 5 })).total).toEqual({ value: 8, exact: true })
      expect(await purgeAll(tenantId, before, 2)).toEqual([2, 1])

      const remaining = getIds(events.slice(5))
      expect(await listIds(store, scope, {}, { order: 'asc' })).toEqual(remaining)
      expect(getIds(await readPages(store, scope, {}, createPage({ sort: 'actor', order: 'asc', limit: 2 })))).toEqual(
        remaining,
      )
      expect(await listIds(store, scope, { q: 'early' })).toEqual([])
      expect(await store.get(scope, events[0]?.id ?? '')).toBeNull()
      expect(await store.count(scope, {}, 100)).toEqual({ value: 5, exact: true })
      const { values } = await store.facets(scope, {}, { dimensions: ['actor'], limit: 10 })
      expect(values.actor?.map(({ value, count }) => [value, count])).toEqual([['late', 5]])
      const stats = await store.stats(scope, {}, { timeZone: 'UTC', limit: 5 })
      expect(stats.total).toEqual({ value: 5, exact: true })
      expect(stats.days).toHaveLength(5)
      const shown = createScope(tenantId, { restrict: [{ not: { category: ['audit'] } }] })
      const { hours } = await store.stats(shown, {}, { timeZone: 'UTC', limit: 5 })
      expect(hours.reduce((sum, count) => sum + count, 0)).toBe(5)
      expect(await ledger()).toEqual(sealed)
      for (const table of ['inbox', 'rollup_day', 'rollup_hour']) {
        expect(await query(`select 1 from whodid.${table} where tenant_id = $1`, [tenantId])).toHaveLength(5)
      }
      expect(await store.retention.findExpired(tenantId, before)).toEqual({ count: 0, first: null, last: null })
      expect(await store.head(scope)).toBe(10)
      expect(await listIds(store, createScope(other))).toHaveLength(10)
    })

    test('followers skip purged events, and purged events are not stored again', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const scope = createScope(tenantId)
      const last = getMidnight()
      const events = Array.from({ length: 600 }, (_, index) =>
        createEvent(tenantId, { at: last - (600 - index) * HOUR_MS }),
      )
      await appendAll(store, tenantId, [...events.slice(0, 100), ...events.slice(500), ...events.slice(100, 500)])
      expect(await purgeAll(tenantId, last - 100 * HOUR_MS, 200)).toEqual([200, 200, 100])
      const results = await store.append(tenantId, [...events.slice(0, 3), createEvent(tenantId)])
      expect(results.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate', 'duplicate', 'stored'])
      const end = new AbortController()
      const followed: StoredEvent[] = []
      for await (const event of store.follow(scope, {}, 0, end.signal)) {
        followed.push(event)
        if (followed.length === 101) end.abort()
      }
      expect(followed.map(({ seq }) => seq)).toEqual([...Array.from({ length: 100 }, (_, index) => 101 + index), 601])
      expect((await store.stats(scope, { from: '2000-01-01' }, { timeZone: 'UTC', limit: 5 })).total.value).toBe(101)
    })

    test('remaining events still tell that their resource is deleted', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const resource = { type: 'project', id: 'p1', name: 'Engine' }
      const lifecycle = ['project.created', 'project.updated', 'project.deleted', 'project.viewed']
      await appendAll(
        store,
        tenantId,
        createDaily(tenantId, 4, (index) => ({ action: lifecycle[index] ?? '', resource })),
      )
      expect(await purgeAll(tenantId, getMidnight() - 2 * DAY_MS, 100)).toEqual([2])
      const { items } = await store.list(createScope(tenantId), {}, createPage())
      expect(items.map((event) => event.resource.deleted)).toEqual([true, true])

      expect(await purgeAll(tenantId, getMidnight() - DAY_MS, 100)).toEqual([1])
      const remaining = await store.list(createScope(tenantId), {}, createPage())
      expect(remaining.items.map(({ action, resource }) => [action, resource.deleted])).toEqual([
        ['project.viewed', true],
      ])
    })

    test('removes nothing under legal hold', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, createDaily(tenantId, 3))
      await store.retention.set(tenantId, { days: 1, legalHold: true })
      expect(await store.retention.purge(tenantId, Date.now(), 10)).toBe(0)
      expect(await listIds(store, createScope(tenantId))).toHaveLength(3)
      await store.retention.set(tenantId, { days: 1, legalHold: false })
      expect(await store.retention.purge(tenantId, Date.now(), 10)).toBe(3)
    })

    test('keeps counts correct during appends', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      await appendAll(
        store,
        tenantId,
        createEvents(tenantId, 300, () => ({}), 7_200_000),
      )
      const createLate = () => createEvents(tenantId, 20, () => ({}), 36_000_000)
      const [stored, purged] = await Promise.all([
        Promise.all(Array.from({ length: 10 }, () => store.append(tenantId, createLate()))),
        purgeAll(tenantId, Date.now() - 5 * DAY_MS, 17),
      ])
      const total = 300 + stored.flat().filter(({ outcome }) => outcome === 'stored').length
      const [raw] = await query('select count(*)::int as n from whodid.events where tenant_id = $1', [tenantId])
      expect(raw?.n).toBe(total - purged.reduce((sum, step) => sum + step, 0))
      const days = await query(
        `with tenant as (select $1::text as tenant_id), raw as (
           select (occurred_at at time zone 'UTC')::date as day, count(*) as n
           from whodid.events join tenant using (tenant_id) group by 1
         ), rolled as (select day, sum(n) as n from whodid.rollup_day join tenant using (tenant_id) group by 1)
         select day::text, rolled.n::int as rolled, raw.n::int as raw from raw full join rolled using (day)`,
        [tenantId],
      )
      expect(days.length).toBeGreaterThan(3)
      for (const { rolled, raw: counted } of days) expect(rolled).toBe(counted)
    })

    test('drops empty partitions and recreates them for late events', async () => {
      const { store, query } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const at = Date.UTC(2021, 4, 20)
      const listPartitions = async () =>
        (
          await query(
            `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
             where i.inhparent = 'whodid.events'::regclass and c.relname like 'events_2021_0%' order by 1`,
            [],
          )
        ).map(({ name }) => name)
      const createMayEvent = (tenant: string) => createEvent(tenant, { at })
      await appendAll(store, tenantId, [createMayEvent(tenantId), createEvent(tenantId, { at: Date.UTC(2021, 5, 2) })])
      await appendAll(store, other, [createMayEvent(other)])
      expect(await listPartitions()).toEqual(['events_2021_05', 'events_2021_06'])
      await purgeAll(tenantId, Date.UTC(2021, 5, 1), 10)
      expect(await listPartitions()).toEqual(['events_2021_05', 'events_2021_06'])
      await purgeAll(other, Date.UTC(2021, 4, 25), 10)
      expect(await listPartitions()).toEqual(['events_2021_05', 'events_2021_06'])
      await appendAll(store, other, [createMayEvent(other)])
      await purgeAll(other, Date.UTC(2021, 5, 1), 10)
      expect(await listPartitions()).toEqual(['events_2021_06'])
      const late = createMayEvent(tenantId)
      await appendAll(store, tenantId, [late])
      expect(await store.get(createScope(tenantId), late.id)).toMatchObject({ id: late.id, seq: 3 })
      expect(await listPartitions()).toEqual(['events_2021_05', 'events_2021_06'])
    })

    test('lists every tenant that has events', async () => {
      const { store } = subject()
      const [tenantId, empty] = [newTenant(), newTenant()]
      await appendAll(store, tenantId, createDaily(tenantId, 2))
      await appendAll(store, empty, createDaily(empty, 2))
      await purgeAll(empty, Date.now(), 10)
      const tenants = await store.retention.listTenants()
      expect(tenants).toContain(tenantId)
      expect(tenants).not.toContain(empty)
      expect(new Set(tenants).size).toBe(tenants.length)
    })

    test('runs exclusively, also after a failure', async () => {
      const { retention } = subject().store
      let enter: () => void = () => {}
      const entered = new Promise<void>((resolve) => {
        enter = resolve
      })
      let leave: (value: string) => void = () => {}
      const work = new Promise<string>((resolve) => {
        leave = resolve
      })
      const first = retention.runExclusive(() => {
        enter()
        return work
      })
      await entered
      expect(await retention.runExclusive(async () => 'second')).toBeNull()
      leave('first')
      expect(await first).toBe('first')
      const failing = retention.runExclusive(async () => {
        throw new Error('broken')
      })
      await expect(failing).rejects.toThrow('broken')
      expect(await retention.runExclusive(async () => 'third')).toBe('third')
    })
  })
}
