import { eraseFrom, type ReadScope } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import {
  appendAll,
  catalog,
  idsOf,
  listIds,
  newTenant,
  page,
  prepared,
  type StoreUnderTest,
  scopeOf,
} from './events.ts'

const ada = { type: 'user', id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.test' } as const
const grace = { type: 'user', id: 'grace', name: 'Grace Hopper', email: 'grace@acme.test' } as const
const project = { type: 'project', id: 'p1', name: 'Engine' }

/** What holds when a person's traces are found and erased. */
export function testPeople(subject: () => StoreUnderTest): void {
  const tracesOf = async (
    scope: ReadScope,
    id: string,
    resourceTypes: readonly string[] = ['membership'],
    limit = 2,
  ) => {
    const found = []
    for (let after: string | null = null; ; ) {
      const part = await subject().store.people.eventsOf(scope, { id, resourceTypes }, { after, limit })
      found.push(...part)
      after = part.at(-1)?.event.id ?? null
      if (part.length < limit) return found
    }
  }
  const trail = (tenantId: string) => [
    prepared(tenantId, { actor: ada, resource: project, context: { channel: 'ui', ip: '203.0.113.9' } }),
    prepared(tenantId, { actor: grace, resource: project }),
    prepared(tenantId, { actor: { ...grace, onBehalfOf: { id: 'ada', name: 'Ada Lovelace' } } }),
    prepared(tenantId, { actor: { ...grace, impersonatedBy: { id: 'ada', name: 'Ada Lovelace' } } }),
    prepared(tenantId, {
      action: 'membership.role_changed',
      actor: { ...ada, onBehalfOf: { id: 'ada', name: 'Ada Lovelace' } },
      resource: { type: 'membership', id: 'ada', name: 'Ada Lovelace' },
      metadata: { role: 'owner' },
    }),
    prepared(tenantId, { actor: grace, resource: { type: 'membership', id: 'ada', name: 'Ada Lovelace' } }),
    prepared(tenantId, { actor: grace, resource: { type: 'project', id: 'ada', name: 'ADA compiler' } }),
  ]

  describe('a person', () => {
    test('is found in whatever they did, had done, did as another, and is about them, once each, by time', async () => {
      const { store } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const events = trail(tenantId)
      await appendAll(store, tenantId, [...events].reverse())
      await appendAll(store, other, trail(other))
      const theirs = [0, 2, 3, 4, 5].map((index) => events[index])
      const found = await tracesOf(scopeOf(tenantId), 'ada')
      expect(idsOf(found.map(({ event }) => event))).toEqual(theirs.map((event) => event?.id))
      expect(found.map(({ disclosures }) => disclosures)).toEqual(theirs.map((event) => event?.disclosures))
      expect(found.map(({ event }) => event)).toEqual(
        await Promise.all(theirs.map((event) => store.get(scopeOf(tenantId), event?.id ?? ''))),
      )
      expect(await tracesOf(scopeOf(tenantId), 'ada', [])).toHaveLength(4)
      expect(await tracesOf(scopeOf(tenantId), 'ada', ['membership', 'project', 'project'])).toHaveLength(6)
      expect(await tracesOf(scopeOf(tenantId), 'nobody')).toEqual([])
    })

    test('is found only where the viewer may look', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const events = trail(tenantId)
      await appendAll(store, tenantId, events)
      const found = await tracesOf(scopeOf(tenantId, { restrict: [{ actor: ['grace'] }, { q: 'engine' }] }), 'ada')
      expect(idsOf(found.map(({ event }) => event))).toEqual([events[2]?.id, events[3]?.id])
    })

    test('is erased from every column, and what was sealed stays byte for byte', async () => {
      const { store, query } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const scope = scopeOf(tenantId)
      const events = trail(tenantId)
      await appendAll(store, tenantId, events)
      await appendAll(store, other, trail(other))
      const erasable = `actor_name, actor_email, on_behalf_of, impersonated_by, resource_name, description, ip, user_agent,
        metadata, changes, disclosures, search_text`
      const rest = (
        await query(
          `select string_agg(column_name, ', ' order by column_name) as names from information_schema.columns
           where table_schema = 'whodid' and table_name = 'events' and is_generated = 'NEVER' and not column_name = any(string_to_array($1, ', '))`,
          [erasable.replaceAll(/\s+/g, ' ')],
        )
      )[0]?.names
      expect(rest).toContain('canonical')
      const sealed = () =>
        query(
          `select md5(e.rest::text) as row from (select row(${rest}) as rest from whodid.events
          where tenant_id = $1 order by id) e`,
          [tenantId],
        )
      const ledger = () =>
        query('select l::text as row from whodid.ledger l where tenant_id = $1 order by seq', [tenantId])
      const [sealedBefore, ledgerBefore] = [await sealed(), await ledger()]
      const others = () => query('select e::text as row from whodid.events e where tenant_id = $1', [other])
      const othersBefore = await others()

      const found = await tracesOf(scope, 'ada')
      const erased = found.map((each) => eraseFrom(each, 'ada', { catalog: catalog.json }))
      expect(await store.people.erase(tenantId, erased)).toBe(5)

      expect(await sealed()).toEqual(sealedBefore)
      expect(await ledger()).toEqual(ledgerBefore)
      expect(await others()).toEqual(othersBefore)
      const rows = await query(
        `select e.id, e::text as row, convert_from(canonical, 'UTF8') as canonical, disclosures
         from whodid.events e where tenant_id = $1`,
        [tenantId],
      )
      const gone = found.flatMap(({ disclosures }, index) =>
        disclosures.filter((disclosure) => !erased[index]?.disclosures.includes(disclosure)),
      )
      expect(gone.length).toBeGreaterThan(10)
      for (const { row, canonical } of rows) {
        for (const trace of ['Lovelace', 'lovelace', 'ada@acme', '203.0.113.9', ...gone]) {
          expect(String(row)).not.toContain(trace)
          expect(String(canonical)).not.toContain(trace)
        }
      }
      for (const q of ['lovelace', 'ada@acme.test']) expect(await listIds(store, scope, { q })).toEqual([])
      expect(await listIds(store, scope, { actor: ['ada@acme.test'] })).toEqual([])

      expect(await listIds(store, scope, {}, { order: 'asc' })).toEqual(idsOf(events))
      expect(await listIds(store, scope, { actor: ['ada'] })).toHaveLength(2)
      const { items } = await store.list(scope, {}, page({ order: 'asc' }))
      expect(items[0]).toMatchObject({ actor: { type: 'user', id: 'ada' }, context: { ip: null } })
      const [, asked, stood] = erased
      expect(items[2]?.actor).toEqual({ ...grace, onBehalfOf: { id: 'ada', name: asked?.onBehalfOfName ?? undefined } })
      expect(items[3]?.actor).toEqual({
        ...grace,
        impersonatedBy: { id: 'ada', name: stood?.impersonatedByName ?? undefined },
      })
      expect(items[4]).toMatchObject({ description: 'Role of A former user changed to owner', seq: 5 })
      expect(idsOf((await tracesOf(scope, 'ada')).map(({ event }) => event))).toEqual(erased.map(({ id }) => id))
    })

    test('is erased in their own tenant only', async () => {
      const { store } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const [event] = trail(tenantId)
      if (event === undefined) throw new Error('unreachable')
      await appendAll(store, tenantId, [event])
      const erased = (await tracesOf(scopeOf(tenantId), 'ada')).map((each) =>
        eraseFrom(each, 'ada', { catalog: catalog.json }),
      )
      expect(await store.people.erase(other, erased)).toBe(0)
      expect(await store.people.erase(tenantId, [])).toBe(0)
      expect((await store.get(scopeOf(tenantId), event.id))?.actor.name).toBe('Ada Lovelace')
    })
  })
}
