import type { ReadScope } from '@whodid/core'
import { erasePersonFromEvent } from '@whodid/core/seal'
import { describe, expect, test } from 'vitest'
import {
  appendAll,
  catalog,
  createEvent,
  createPage,
  createScope,
  getIds,
  listIds,
  newTenant,
  type StoreUnderTest,
} from './events.ts'

const ada = { type: 'user', id: 'ada', name: 'Ada Lovelace', email: 'ada@acme.test' } as const
const grace = { type: 'user', id: 'grace', name: 'Grace Hopper', email: 'grace@acme.test' } as const
const project = { type: 'project', id: 'p1', name: 'Engine' }

/** Tests finding and erasing a person's data. */
export function testPeople(subject: () => StoreUnderTest): void {
  const findEvents = async (
    scope: ReadScope,
    id: string,
    resourceTypes: readonly string[] = ['membership'],
    limit = 2,
  ) => {
    const found = []
    for (let after: string | null = null; ; ) {
      const part = await subject().store.people.findEvents(scope, { id, resourceTypes }, { after, limit })
      found.push(...part)
      after = part.at(-1)?.event.id ?? null
      if (part.length < limit) return found
    }
  }
  const createPersonEvents = (tenantId: string) => [
    createEvent(tenantId, { actor: ada, resource: project, context: { channel: 'ui', ip: '203.0.113.9' } }),
    createEvent(tenantId, { actor: grace, resource: project }),
    createEvent(tenantId, { actor: { ...grace, onBehalfOf: { id: 'ada', name: 'Ada Lovelace' } } }),
    createEvent(tenantId, { actor: { ...grace, impersonatedBy: { id: 'ada', name: 'Ada Lovelace' } } }),
    createEvent(tenantId, {
      action: 'membership.role_changed',
      actor: { ...ada, onBehalfOf: { id: 'ada', name: 'Ada Lovelace' } },
      resource: { type: 'membership', id: 'ada', name: 'Ada Lovelace' },
      metadata: { role: 'owner' },
    }),
    createEvent(tenantId, { actor: grace, resource: { type: 'membership', id: 'ada', name: 'Ada Lovelace' } }),
    createEvent(tenantId, { actor: grace, resource: { type: 'project', id: 'ada', name: 'ADA compiler' } }),
  ]

  describe('a person', () => {
    test('is found as actor, principal, impersonator and resource, once per event, by time', async () => {
      const { store } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const events = createPersonEvents(tenantId)
      await appendAll(store, tenantId, [...events].reverse())
      await appendAll(store, other, createPersonEvents(other))
      const expected = [0, 2, 3, 4, 5].map((index) => events[index])
      const found = await findEvents(createScope(tenantId), 'ada')
      expect(getIds(found.map(({ event }) => event))).toEqual(expected.map((event) => event?.id))
      expect(found.map(({ disclosures }) => disclosures)).toEqual(expected.map((event) => event?.disclosures))
      expect(found.map(({ event }) => event)).toEqual(
        await Promise.all(expected.map((event) => store.get(createScope(tenantId), event?.id ?? ''))),
      )
      expect(await findEvents(createScope(tenantId), 'ada', [])).toHaveLength(4)
      expect(await findEvents(createScope(tenantId), 'ada', ['membership', 'project', 'project'])).toHaveLength(6)
      expect(await findEvents(createScope(tenantId), 'nobody')).toEqual([])
    })

    test('is found only in events that the viewer may read', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const events = createPersonEvents(tenantId)
      await appendAll(store, tenantId, events)
      const found = await findEvents(
        createScope(tenantId, { restrict: [{ actor: ['grace'] }, { q: 'engine' }] }),
        'ada',
      )
      expect(getIds(found.map(({ event }) => event))).toEqual([events[2]?.id, events[3]?.id])
    })

    test('is erased from every column, and sealed bytes do not change', async () => {
      const { store, query } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const scope = createScope(tenantId)
      const events = createPersonEvents(tenantId)
      await appendAll(store, tenantId, events)
      await appendAll(store, other, createPersonEvents(other))
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
      const readOtherTenant = () => query('select e::text as row from whodid.events e where tenant_id = $1', [other])
      const otherTenantBefore = await readOtherTenant()

      const found = await findEvents(scope, 'ada')
      const erased = found.map((each) => erasePersonFromEvent(each, 'ada', { catalog: catalog.json }))
      expect(await store.people.erase(tenantId, erased)).toBe(5)

      expect(await sealed()).toEqual(sealedBefore)
      expect(await ledger()).toEqual(ledgerBefore)
      expect(await readOtherTenant()).toEqual(otherTenantBefore)
      const rows = await query(
        `select e.id, e::text as row, convert_from(canonical, 'UTF8') as canonical, disclosures
         from whodid.events e where tenant_id = $1`,
        [tenantId],
      )
      const removed = found.flatMap(({ disclosures }, index) =>
        disclosures.filter((disclosure) => !erased[index]?.disclosures.includes(disclosure)),
      )
      expect(removed.length).toBeGreaterThan(10)
      for (const { row, canonical } of rows) {
        for (const trace of ['Lovelace', 'lovelace', 'ada@acme', '203.0.113.9', ...removed]) {
          expect(String(row)).not.toContain(trace)
          expect(String(canonical)).not.toContain(trace)
        }
      }
      for (const q of ['lovelace', 'ada@acme.test']) expect(await listIds(store, scope, { q })).toEqual([])
      expect(await listIds(store, scope, { actor: ['ada@acme.test'] })).toEqual([])

      expect(await listIds(store, scope, {}, { order: 'asc' })).toEqual(getIds(events))
      expect(await listIds(store, scope, { actor: ['ada'] })).toHaveLength(2)
      const { items } = await store.list(scope, {}, createPage({ order: 'asc' }))
      expect(items[0]).toMatchObject({ actor: { type: 'user', id: 'ada' }, context: { ip: null } })
      const [, delegated, impersonated] = erased
      expect(items[2]?.actor).toEqual({
        ...grace,
        onBehalfOf: { id: 'ada', name: delegated?.onBehalfOfName ?? undefined },
      })
      expect(items[3]?.actor).toEqual({
        ...grace,
        impersonatedBy: { id: 'ada', name: impersonated?.impersonatedByName ?? undefined },
      })
      expect(items[4]).toMatchObject({ description: 'Role of A former user changed to owner', seq: 5 })
      expect(getIds((await findEvents(scope, 'ada')).map(({ event }) => event))).toEqual(erased.map(({ id }) => id))
    })

    test('is erased in one tenant only', async () => {
      const { store } = subject()
      const [tenantId, other] = [newTenant(), newTenant()]
      const [event] = createPersonEvents(tenantId)
      if (event === undefined) throw new Error('unreachable')
      await appendAll(store, tenantId, [event])
      const erased = (await findEvents(createScope(tenantId), 'ada')).map((each) =>
        erasePersonFromEvent(each, 'ada', { catalog: catalog.json }),
      )
      expect(await store.people.erase(other, erased)).toBe(0)
      expect(await store.people.erase(tenantId, [])).toBe(0)
      expect((await store.get(createScope(tenantId), event.id))?.actor.name).toBe('Ada Lovelace')
    })
  })
}
