import { createHash } from 'node:crypto'
import { type CompleteEvent, newId } from '@whodid/core'
import { bytesToHex } from '@whodid/core/event'
import { describe, expect, test } from 'vitest'
import {
  appendAll,
  createEvent,
  createEvents,
  createScope,
  getIds,
  listIds,
  newTenant,
  type StoreUnderTest,
} from './events.ts'

/** Tests `append`. */
export function testAppend(subject: () => StoreUnderTest): void {
  describe('append', () => {
    test('returns the seq and leaf hash of each event, in the order of the batch', async () => {
      const tenantId = newTenant()
      const events = createEvents(tenantId, 5)
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

    test('preserves every field', async () => {
      const tenantId = newTenant()
      const full = createEvent(tenantId, {
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
      const bare = createEvent(tenantId, {
        actor: { type: 'system', id: 'system' },
        resource: { type: 'job', id: null },
      })
      await appendAll(subject().store, tenantId, [full, bare])
      for (const [seq, event] of [
        [1, full],
        [2, bare],
      ] as const) {
        const { digest, canonical, leafHash, disclosures, searchText, ...complete } = event
        const expected: CompleteEvent = complete
        expect(await subject().store.get(createScope(tenantId), event.id)).toEqual({
          ...expected,
          seq,
          resource: { ...expected.resource, href: expected.resource.href ?? null, deleted: false },
          seen: false,
          archived: false,
        })
      }
    })

    test('detects duplicates and id conflicts, and stores the other events of the batch', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const [first, second] = createEvents(tenantId, 2)
      if (first === undefined || second === undefined) throw new Error('unreachable')
      const [stored] = await store.append(tenantId, [first])
      const other = createEvent(tenantId, { id: first.id, resource: { type: 'project', id: 'p', name: 'Another' } })
      const results = await store.append(tenantId, [first, other, second])
      expect(results).toMatchObject([
        { ...stored, outcome: 'duplicate' },
        { id: first.id, outcome: 'rejected', code: 'id_conflict' },
        { id: second.id, outcome: 'stored', seq: 2 },
      ])
      expect(await listIds(store, createScope(tenantId), {}, { order: 'asc' })).toEqual([first.id, second.id])
      expect((await store.get(createScope(tenantId), first.id))?.resource.name).toBe('Engine')
    })

    test('detects duplicates and id conflicts within a batch', async () => {
      const tenantId = newTenant()
      const event = createEvent(tenantId)
      const other = createEvent(tenantId, { id: event.id, resource: { type: 'project', id: 'p', name: 'Another' } })
      const results = await subject().store.append(tenantId, [event, event, other])
      expect(results).toMatchObject([
        { outcome: 'stored', seq: 1 },
        { outcome: 'duplicate', seq: 1 },
        { outcome: 'rejected', code: 'id_conflict' },
      ])
    })

    test('rejects an event of another tenant and stores the others', async () => {
      const tenantId = newTenant()
      const foreign = createEvent(newTenant())
      const results = await subject().store.append(tenantId, [foreign, createEvent(tenantId)])
      expect(results).toMatchObject([
        { id: foreign.id, outcome: 'rejected', code: 'wrong_tenant' },
        { outcome: 'stored', seq: 1 },
      ])
      expect(await subject().store.get(createScope(tenantId), foreign.id)).toBeNull()
    })

    test('lets two tenants use the same id', async () => {
      const [left, right] = [newTenant(), newTenant()]
      const id = newId()
      for (const tenantId of [left, right]) {
        expect(await subject().store.append(tenantId, [createEvent(tenantId, { id })])).toMatchObject([
          { outcome: 'stored', seq: 1 },
        ])
      }
    })

    test('stores the other events of a batch if the database rejects some', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const events = createEvents(tenantId, 41)
      const invalid = events.map((event, index) =>
        [3, 4, 40].includes(index) ? { ...event, description: 'nul \0 nul' } : event,
      )
      const results = await store.append(tenantId, invalid)
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

    test('stores events of any time, including old imports', async () => {
      const tenantId = newTenant()
      const times = [
        '1999-12-31T23:59:59.999Z',
        '2019-06-15T12:00:00.000Z',
        '2022-02-28T23:59:59.999Z',
        '2022-03-01T00:00:00.000Z',
      ]
      const events = times.map((occurredAt) => createEvent(tenantId, { at: Date.parse(occurredAt) }))
      await appendAll(subject().store, tenantId, [...events].reverse())
      const { items } = await subject().store.list(
        createScope(tenantId),
        {},
        { sort: 'occurredAt', order: 'asc', limit: 10, after: null },
      )
      expect(items.map((event) => event.occurredAt)).toEqual(times)
      expect(items.map((event) => event.seq)).toEqual([4, 3, 2, 1])
    })

    test('seq is gapless per tenant during concurrent writes', async () => {
      const { store, query } = subject()
      const tenantIds = [newTenant(), newTenant(), newTenant()]
      const batches = Array.from({ length: 30 }, (_, index) => {
        const tenantId = tenantIds[index % 3] ?? ''
        return store.append(tenantId, createEvents(tenantId, 1 + (index % 7)))
      })
      const results = (await Promise.all(batches)).flat()
      for (const tenantId of tenantIds) {
        const rows = await query(
          'select l.seq, l.event_id as id, e.seq as in_events from whodid.ledger l join whodid.events e on e.tenant_id = l.tenant_id and e.id = l.event_id where l.tenant_id = $1 order by l.seq',
          [tenantId],
        )
        expect(rows.map((row) => Number(row.seq))).toEqual(rows.map((_, index) => index + 1))
        expect(rows.every((row) => row.seq === row.in_events)).toBe(true)
        const reported = new Map(results.flatMap((result) => ('seq' in result ? [[result.id, result.seq]] : [])))
        expect(rows.map((row) => reported.get(String(row.id)))).toEqual(rows.map((row) => Number(row.seq)))
      }
      expect(results).toHaveLength(new Set(getIds(results)).size)
    })

    test('stores concurrent batches of a tenant in order, and each event once', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const events = createEvents(tenantId, 36)
      const inThrees = Array.from({ length: 12 }, (_, index) => events.slice(3 * index, 3 * index + 3))
      const duplicated = inThrees.flatMap((batch) => [batch, batch])
      const results = await Promise.all(duplicated.map((batch) => store.append(tenantId, batch)))
      const expected = inThrees.flatMap((batch, index) =>
        ['stored', 'duplicate'].map((outcome) =>
          batch.map(({ id }, at) => expect.objectContaining({ id, outcome, seq: 3 * index + at + 1 })),
        ),
      )
      expect(results).toEqual(expected)
    })

    test('each leaf hash is the SHA-256 of a zero byte and the stored canonical bytes', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      await appendAll(store, tenantId, createEvents(tenantId, 20))
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

    test('no read, append or inbox change modifies event rows', async () => {
      const { store, query } = subject()
      const tenantId = newTenant()
      const events = createEvents(tenantId, 10)
      await appendAll(store, tenantId, events)
      const state = () =>
        query('select e.xmin::text as version, e::text as row from whodid.events e where tenant_id = $1 order by id', [
          tenantId,
        ])
      const before = await state()
      const scope = createScope(tenantId)
      await store.append(tenantId, events)
      await store.append(tenantId, [createEvent(tenantId, { id: events[0]?.id, description: 'Changed' })])
      for (const to of ['seen', 'archived', 'unseen', 'unarchived'] as const) {
        await store.changeInbox(scope, { to, which: { ids: events.slice(0, 3).map(({ id }) => id) } })
        await store.changeInbox(scope, { to, which: { all: true, filter: {} } })
      }
      expect(await state()).toEqual(before)
    })
  })
}
