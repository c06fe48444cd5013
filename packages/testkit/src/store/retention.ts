import type { NewEvent, StoredEvent } from '@whodid/core'
import { describe, expect, test } from 'vitest'
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

const DAY = 86_400_000
const HOUR = 3_600_000

/** What holds when events are purged. */
export function testRetention(subject: () => StoreUnderTest): void {
  const midnight = () => Math.floor(Date.now() / DAY) * DAY
  const daily = (tenantId: string, count: number, event: (index: number) => Partial<NewEvent> = () => ({})) =>
    Array.from({ length: count }, (_, index) =>
      prepared(tenantId, { at: midnight() - (count - index) * DAY + index, ...event(index) }),
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
    test('says first what would go, by whole days and within one, and changes nothing', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      const events = daily(tenantId, 6)
      await appendAll(store, tenantId, [...events].reverse())
      const edge = (index: number) => ({ seq: 6 - index, occurredAt: events[index]?.occurredAt })
      const state = () => query('select n from whodid.rollup_day where tenant_id = $1', [tenantId])
      const before = await state()
      const noon = midnight() - 3 * DAY + DAY / 2
      expect(await store.retention.expired(tenantId, noon)).toEqual({ count: 4, first: edge(0), last: edge(3) })
      expect(await store.retention.expired(tenantId, midnight() - 3 * DAY)).toEqual({
        count: 3,
        first: edge(0),
        last: edge(2),
      })
      expect(await store.retention.expired(tenantId, midnight() - 3 * DAY + 4)).toMatchObject({ count: 4 })
      expect(await store.retention.expired(tenantId, 0)).toEqual({ count: 0, first: null, last: null })
      expect(await store.retention.expired(newTenant(), noon)).toEqual({ count: 0, first: null, last: null })
      expect(await state()).toEqual(before)
      expect(await listIds(store, scopeOf(tenantId))).toHaveLength(6)
    })

    test('takes the oldest first, in steps, from every read but the ledger', async () => {
      const { store, query } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const scope = scopeOf(tenantId)
      const events = daily(tenantId, 10, (index) => ({
        actor: { type: 'user', id: index < 5 ? 'early' : 'late', name: index < 5 ? 'Early' : 'Late' },
        ...(index === 2 && { action: 'audit.viewed', resource: { type: 'audit', id: null } }),
      }))
      await appendAll(store, tenantId, events)
      await appendAll(store, other, daily(other, 10))
      await store.changeInbox(scope, { to: 'seen', which: { ids: events.map(({ id }) => id) } })
      const ledger = () =>
        query("select seq, event_id, encode(leaf_hash, 'hex') as leaf from whodid.ledger where tenant_id = $1", [
          tenantId,
        ])
      const sealed = await ledger()

      const before = midnight() - 5 * DAY
      expect(await store.retention.purge(tenantId, before, 2)).toBe(2)
      expect(await listIds(store, scope, {}, { order: 'asc' })).toEqual(idsOf(events.slice(2)))
      expect((await store.stats(scope, {}, { timeZone: 'UTC', limit: 5 })).total).toEqual({ value: 8, exact: true })
      expect(await purgeAll(tenantId, before, 2)).toEqual([2, 1])

      const left = idsOf(events.slice(5))
      expect(await listIds(store, scope, {}, { order: 'asc' })).toEqual(left)
      expect(idsOf(await readPages(store, scope, {}, page({ sort: 'actor', order: 'asc', limit: 2 })))).toEqual(left)
      expect(await listIds(store, scope, { q: 'early' })).toEqual([])
      expect(await store.get(scope, events[0]?.id ?? '')).toBeNull()
      expect(await store.count(scope, {}, 100)).toEqual({ value: 5, exact: true })
      const { values } = await store.facets(scope, {}, { dimensions: ['actor'], limit: 10 })
      expect(values.actor?.map(({ value, count }) => [value, count])).toEqual([['late', 5]])
      const stats = await store.stats(scope, {}, { timeZone: 'UTC', limit: 5 })
      expect(stats.total).toEqual({ value: 5, exact: true })
      expect(stats.days).toHaveLength(5)
      const shown = scopeOf(tenantId, { restrict: [{ not: { category: ['audit'] } }] })
      const { hours } = await store.stats(shown, {}, { timeZone: 'UTC', limit: 5 })
      expect(hours.reduce((sum, count) => sum + count, 0)).toBe(5)
      expect(await ledger()).toEqual(sealed)
      for (const table of ['inbox', 'rollup_day', 'rollup_hour']) {
        expect(await query(`select 1 from whodid.${table} where tenant_id = $1`, [tenantId])).toHaveLength(5)
      }
      expect(await store.retention.expired(tenantId, before)).toEqual({ count: 0, first: null, last: null })
      expect(await store.head(scope)).toBe(10)
      expect(await listIds(store, scopeOf(other))).toHaveLength(10)
    })

    test('followers pass the holes, and what was purged does not come back', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const scope = scopeOf(tenantId)
      const last = midnight()
      const events = Array.from({ length: 600 }, (_, index) => prepared(tenantId, { at: last - (600 - index) * HOUR }))
      await appendAll(store, tenantId, [...events.slice(0, 100), ...events.slice(500), ...events.slice(100, 500)])
      expect(await purgeAll(tenantId, last - 100 * HOUR, 200)).toEqual([200, 200, 100])
      const results = await store.append(tenantId, [...events.slice(0, 3), prepared(tenantId)])
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

    test('what is left of a resource still says that it is gone', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const resource = { type: 'project', id: 'p1', name: 'Engine' }
      const lifecycle = ['project.created', 'project.updated', 'project.deleted', 'project.viewed']
      await appendAll(
        store,
        tenantId,
        daily(tenantId, 4, (index) => ({ action: lifecycle[index] ?? '', resource })),
      )
      expect(await purgeAll(tenantId, midnight() - 2 * DAY, 100)).toEqual([2])
      const { items } = await store.list(scopeOf(tenantId), {}, page())
      expect(items.map((event) => event.resource.deleted)).toEqual([true, true])

      expect(await purgeAll(tenantId, midnight() - DAY, 100)).toEqual([1])
      const left = await store.list(scopeOf(tenantId), {}, page())
      expect(left.items.map(({ action, resource }) => [action, resource.deleted])).toEqual([['project.viewed', true]])
    })

    test('does nothing under legal hold', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, daily(tenantId, 3))
      await store.retention.set(tenantId, { days: 1, legalHold: true })
      expect(await store.retention.purge(tenantId, Date.now(), 10)).toBe(0)
      expect(await listIds(store, scopeOf(tenantId))).toHaveLength(3)
      await store.retention.set(tenantId, { days: 1, legalHold: false })
      expect(await store.retention.purge(tenantId, Date.now(), 10)).toBe(3)
    })

    test('is right about the counts while events are stored', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      await appendAll(
        store,
        tenantId,
        series(tenantId, 300, () => ({}), 7_200_000),
      )
      const late = () => series(tenantId, 20, () => ({}), 36_000_000)
      const [stored, purged] = await Promise.all([
        Promise.all(Array.from({ length: 10 }, () => store.append(tenantId, late()))),
        purgeAll(tenantId, Date.now() - 5 * DAY, 17),
      ])
      const total = 300 + stored.flat().filter(({ outcome }) => outcome === 'stored').length
      const [raw] = await query('select count(*)::int as n from whodid.events where tenant_id = $1', [tenantId])
      expect(raw?.n).toBe(total - purged.reduce((sum, step) => sum + step, 0))
      const days = await query(
        `with mine as (select $1::text as tenant_id), raw as (
           select (occurred_at at time zone 'UTC')::date as day, count(*) as n
           from whodid.events join mine using (tenant_id) group by 1
         ), rolled as (select day, sum(n) as n from whodid.rollup_day join mine using (tenant_id) group by 1)
         select day::text, rolled.n::int as rolled, raw.n::int as raw from raw full join rolled using (day)`,
        [tenantId],
      )
      expect(days.length).toBeGreaterThan(3)
      for (const { rolled, raw: counted } of days) expect(rolled).toBe(counted)
    })

    test('drops a month once nobody has events in it, and takes a late one nonetheless', async () => {
      const { store, query } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const at = Date.UTC(2021, 4, 20)
      const months = async () =>
        (
          await query(
            `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
             where i.inhparent = 'whodid.events'::regclass and c.relname like 'events_2021_0%' order by 1`,
            [],
          )
        ).map(({ name }) => name)
      const may = (tenant: string) => prepared(tenant, { at })
      await appendAll(store, tenantId, [may(tenantId), prepared(tenantId, { at: Date.UTC(2021, 5, 2) })])
      await appendAll(store, other, [may(other)])
      expect(await months()).toEqual(['events_2021_05', 'events_2021_06'])
      await purgeAll(tenantId, Date.UTC(2021, 5, 1), 10)
      expect(await months()).toEqual(['events_2021_05', 'events_2021_06'])
      await purgeAll(other, Date.UTC(2021, 4, 25), 10)
      expect(await months()).toEqual(['events_2021_05', 'events_2021_06'])
      await appendAll(store, other, [may(other)])
      await purgeAll(other, Date.UTC(2021, 5, 1), 10)
      expect(await months()).toEqual(['events_2021_06'])
      const late = may(tenantId)
      await appendAll(store, tenantId, [late])
      expect(await store.get(scopeOf(tenantId), late.id)).toMatchObject({ id: late.id, seq: 3 })
      expect(await months()).toEqual(['events_2021_05', 'events_2021_06'])
    })

    test('goes through every tenant that has events', async () => {
      const { store } = subject()
      const [tenantId, empty] = [newTenant(), newTenant()]
      await appendAll(store, tenantId, daily(tenantId, 2))
      await appendAll(store, empty, daily(empty, 2))
      await purgeAll(empty, Date.now(), 10)
      const tenants = await store.retention.tenants()
      expect(tenants).toContain(tenantId)
      expect(tenants).not.toContain(empty)
      expect(new Set(tenants).size).toBe(tenants.length)
    })

    test('is the work of one at a time, also after one has failed', async () => {
      const { retention } = subject().store
      let inside: () => void = () => {}
      const entered = new Promise<void>((resolve) => {
        inside = resolve
      })
      let leave: (value: string) => void = () => {}
      const work = new Promise<string>((resolve) => {
        leave = resolve
      })
      const first = retention.exclusively(() => {
        inside()
        return work
      })
      await entered
      expect(await retention.exclusively(async () => 'second')).toBeNull()
      leave('first')
      expect(await first).toBe('first')
      const failing = retention.exclusively(async () => {
        throw new Error('broken')
      })
      await expect(failing).rejects.toThrow('broken')
      expect(await retention.exclusively(async () => 'third')).toBe('third')
    })
  })
}
