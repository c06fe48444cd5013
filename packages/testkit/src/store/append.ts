import { createHash } from 'node:crypto'
import { bytesToHex, type CompleteEvent, newId } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { appendAll, idsOf, listIds, newTenant, prepared, type StoreUnderTest, scopeOf, series } from './events.ts'

/** What holds when events are stored. */
export function testAppend(subject: () => StoreUnderTest): void {
  describe('append', () => {
    test('gives each event its place in the ledger and its leaf hash, in the order of the batch', async () => {
      const tenantId = newTenant()
      const events = series(tenantId, 5)
      const results = await subject().store.append(tenantId, events)
      expect(results).toEqual(
        events.map(({ id, leafHash }, index) => ({
          id,
          outcome: 'stored',
          seq: index + 1,
          leafHash: bytesToHex(leafHash),
        })),
      )
      expect(await subject().store.append(tenantId, [])).toEqual([])
    })

    test('gives back every field as it was', async () => {
      const tenantId = newTenant()
      const full = prepared(tenantId, {
        action: 'membership.role_changed',
        status: 'failure',
        actor: {
          type: 'agent',
          id: 'bot "7"',
          name: 'Böt, the {first}',
          email: 'bot@acme.test',
          onBehalfOf: { id: 'ada', name: 'Ada' },
          impersonatedBy: { id: 'root' },
        },
        resource: { type: 'membership', id: 'm\\1', name: "O'Neil 💥", href: '/members/1' },
        scope: { project: { id: 'p1', name: 'Engine' }, account: { id: 'a1' } },
        changes: [
          { path: '/role', from: 'member', to: 'owner' },
          { path: '/tags/0', to: [1.5, null, { deep: ['x'] }] },
        ],
        metadata: { role: 'owner', nested: { list: [true, -0.25, 9007199254740991] }, empty: '' },
        error: { status: 403, code: 'denied', message: 'No' },
        causedBy: newId(),
        context: {
          channel: 'ui',
          ip: '203.0.113.9',
          userAgent: 'Test/1.0',
          requestId: 'r1',
          traceId: 't1',
          method: 'PATCH',
          route: '/api/members/:id',
        },
      })
      const bare = prepared(tenantId, { actor: { type: 'system', id: 'system' }, resource: { type: 'job', id: null } })
      await appendAll(subject().store, tenantId, [full, bare])
      for (const [seq, event] of [
        [1, full],
        [2, bare],
      ] as const) {
        const { digest, canonical, leafHash, disclosures, searchText, ...complete } = event
        const expected: CompleteEvent = complete
        expect(await subject().store.get(scopeOf(tenantId), event.id)).toEqual({
          ...expected,
          seq,
          resource: { ...expected.resource, href: expected.resource.href ?? null, deleted: false },
          seen: false,
          archived: false,
        })
      }
    })

    test('knows an event that it has, and refuses another one under its id, without harm to its neighbours', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const [first, second] = series(tenantId, 2)
      if (first === undefined || second === undefined) throw new Error('unreachable')
      const [stored] = await store.append(tenantId, [first])
      const other = prepared(tenantId, { id: first.id, resource: { type: 'project', id: 'p', name: 'Another' } })
      const results = await store.append(tenantId, [first, other, second])
      expect(results).toMatchObject([
        { ...stored, outcome: 'duplicate' },
        { id: first.id, outcome: 'rejected', code: 'id_conflict' },
        { id: second.id, outcome: 'stored', seq: 2 },
      ])
      expect(await listIds(store, scopeOf(tenantId), {}, { order: 'asc' })).toEqual([first.id, second.id])
      expect((await store.get(scopeOf(tenantId), first.id))?.resource.name).toBe('Engine')
    })

    test('tells apart what stands twice in one batch', async () => {
      const tenantId = newTenant()
      const event = prepared(tenantId)
      const other = prepared(tenantId, { id: event.id, resource: { type: 'project', id: 'p', name: 'Another' } })
      const results = await subject().store.append(tenantId, [event, event, other])
      expect(results).toMatchObject([
        { outcome: 'stored', seq: 1 },
        { outcome: 'duplicate', seq: 1 },
        { outcome: 'rejected', code: 'id_conflict' },
      ])
    })

    test('rejects an event of another tenant, and stores the rest', async () => {
      const tenantId = newTenant()
      const foreign = prepared(newTenant())
      const results = await subject().store.append(tenantId, [foreign, prepared(tenantId)])
      expect(results).toMatchObject([
        { id: foreign.id, outcome: 'rejected', code: 'wrong_tenant' },
        { outcome: 'stored', seq: 1 },
      ])
      expect(await subject().store.get(scopeOf(tenantId), foreign.id)).toBeNull()
    })

    test('keeps tenants apart that use the same id', async () => {
      const [left, right] = [newTenant(), newTenant()]
      const id = newId()
      for (const tenantId of [left, right]) {
        expect(await subject().store.append(tenantId, [prepared(tenantId, { id })])).toMatchObject([
          { outcome: 'stored', seq: 1 },
        ])
      }
    })

    test('loses no neighbour of an event that the database cannot hold', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const events = series(tenantId, 41)
      const poisoned = events.map((event, index) =>
        [3, 4, 40].includes(index) ? { ...event, description: 'nul \0 nul' } : event,
      )
      const results = await store.append(tenantId, poisoned)
      expect(results.flatMap((result, index) => (result.outcome === 'rejected' ? [[index, result.code]] : []))).toEqual(
        [
          [3, 'invalid_event'],
          [4, 'invalid_event'],
          [40, 'invalid_event'],
        ],
      )
      const sequence = results.flatMap((result) => (result.outcome === 'stored' ? [result.seq] : []))
      expect(sequence).toEqual(Array.from({ length: 38 }, (_, index) => index + 1))
      expect((await store.append(tenantId, events)).map(({ outcome }) => outcome)).toEqual(
        events.map((_, index) => ([3, 4, 40].includes(index) ? 'stored' : 'duplicate')),
      )
    })

    test('stores events of any time, old ones from an import too', async () => {
      const tenantId = newTenant()
      const times = [
        '1999-12-31T23:59:59.999Z',
        '2019-06-15T12:00:00.000Z',
        '2022-02-28T23:59:59.999Z',
        '2022-03-01T00:00:00.000Z',
      ]
      const events = times.map((occurredAt) => prepared(tenantId, { at: Date.parse(occurredAt) }))
      await appendAll(subject().store, tenantId, [...events].reverse())
      const { items } = await subject().store.list(
        scopeOf(tenantId),
        {},
        { sort: 'occurredAt', order: 'asc', limit: 10, after: null },
      )
      expect(items.map((event) => event.occurredAt)).toEqual(times)
      expect(items.map((event) => event.seq)).toEqual([4, 3, 2, 1])
    })

    test('seq is gapless for each tenant, whoever writes at the same time', async () => {
      const { store, query } = subject()
      const tenantIds = [newTenant(), newTenant(), newTenant()]
      const batches = Array.from({ length: 30 }, (_, index) => {
        const tenantId = tenantIds[index % 3] ?? ''
        return store.append(tenantId, series(tenantId, 1 + (index % 7)))
      })
      const results = (await Promise.all(batches)).flat()
      for (const tenantId of tenantIds) {
        const rows = await query(
          'select l.seq, l.event_id as id, e.seq as in_events from whodid.ledger l join whodid.events e on e.tenant_id = l.tenant_id and e.id = l.event_id where l.tenant_id = $1 order by l.seq',
          [tenantId],
        )
        expect(rows.map((row) => Number(row.seq))).toEqual(rows.map((_, index) => index + 1))
        expect(rows.every((row) => row.seq === row.in_events)).toBe(true)
        const said = new Map(results.flatMap((result) => ('seq' in result ? [[result.id, result.seq]] : [])))
        expect(rows.map((row) => said.get(String(row.id)))).toEqual(rows.map((row) => Number(row.seq)))
      }
      expect(results).toHaveLength(new Set(idsOf(results)).size)
    })

    test('batches of a tenant that are handed over together are stored in their order, and each event once', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const events = series(tenantId, 36)
      const inThrees = Array.from({ length: 12 }, (_, index) => events.slice(3 * index, 3 * index + 3))
      const doubled = inThrees.flatMap((batch) => [batch, batch])
      const results = await Promise.all(doubled.map((batch) => store.append(tenantId, batch)))
      const expected = inThrees.flatMap((batch, index) =>
        ['stored', 'duplicate'].map((outcome) =>
          batch.map(({ id }, at) => expect.objectContaining({ id, outcome, seq: 3 * index + at + 1 })),
        ),
      )
      expect(results).toEqual(expected)
    })

    test('each leaf hash is SHA-256 of a zero byte and the bytes that stand in the database', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, series(tenantId, 20))
      const rows = await query(
        "select encode(e.canonical, 'hex') as canonical, encode(l.leaf_hash, 'hex') as leaf from whodid.events e join whodid.ledger l on l.tenant_id = e.tenant_id and l.event_id = e.id where e.tenant_id = $1",
        [tenantId],
      )
      expect(rows).toHaveLength(20)
      for (const { canonical, leaf } of rows) {
        const bytes = Buffer.from(String(canonical), 'hex')
        expect(leaf).toBe(createHash('sha256').update(Buffer.of(0)).update(bytes).digest('hex'))
        expect(JSON.parse(bytes.toString('utf8'))).toMatchObject({ v: 1, tenantId })
      }
    })

    test('nothing that a reader or a writer does changes a row of the events', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      const events = series(tenantId, 10)
      await appendAll(store, tenantId, events)
      const state = () =>
        query('select e.xmin::text as version, e::text as row from whodid.events e where tenant_id = $1 order by id', [
          tenantId,
        ])
      const before = await state()
      const scope = scopeOf(tenantId)
      await store.append(tenantId, events)
      await store.append(tenantId, [prepared(tenantId, { id: events[0]?.id, description: 'Changed' })])
      for (const to of ['seen', 'archived', 'unseen', 'unarchived'] as const) {
        await store.changeInbox(scope, { to, which: { ids: events.slice(0, 3).map(({ id }) => id) } })
        await store.changeInbox(scope, { to, which: { all: true, filter: {} } })
      }
      expect(await state()).toEqual(before)
    })
  })
}
