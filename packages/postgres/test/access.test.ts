import { newId } from '@whodid/core'
import postgres from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../tooling/postgres.ts'
import { migratePostgres, pg } from '../src/pg.ts'
import { createEvent } from './fixtures.ts'

const roles = ['ingest', 'reader', 'settings', 'purger', 'eraser', 'signer'].map((role) => `whodid_${role}`)

/** The SQLSTATE of a violated grant or policy. */
const FORBIDDEN = '42501'

describe('access in PostgreSQL', () => {
  let database: TestDatabase
  let client: postgres.Client
  const acmeEvent = createEvent()
  const umbrellaEvent = createEvent(Date.now(), 0, 'umbrella')

  beforeAll(async () => {
    database = await createTestDatabase()
    const app = await database.createUser()
    await migratePostgres(database.url, { grantTo: app.name })
    const store = await pg(app.url)
    await store.append('acme', [acmeEvent])
    await store.append('umbrella', [umbrellaEvent])
    for (const tenantId of ['acme', 'umbrella']) {
      const scope = { tenantId, viewerId: 'ada', restrict: [] }
      await store.changeInbox(scope, { to: 'seen', which: { all: true, filter: {} } })
      await store.changeInbox(scope, { to: 'archived', which: { ids: [acmeEvent.id, umbrellaEvent.id] } })
    }
    await store.close()
    client = new postgres.Client({ connectionString: database.url })
    await client.connect()
  })
  afterAll(async () => {
    await client.end()
    await database[Symbol.asyncDispose]()
  })

  /** Runs a statement as a role in a tenant, rolls it back, and returns its rows or the error code. */
  const runAs = async (role: string, tenantId: string | null, text: string, params: readonly unknown[] = []) => {
    await client.query(`begin; set local role ${role}`)
    try {
      if (tenantId !== null) await client.query(`set local app.tenant = '${tenantId}'`)
      return (await client.query(text, [...params])).rows
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error
    } finally {
      await client.query('rollback')
    }
  }
  const runAsOwner = async (text: string) => (await client.query(text)).rows

  test.each([
    ['reader', `insert into whodid.events (tenant_id) values ('acme')`],
    ['reader', `update whodid.events set description = ''`],
    ['reader', `delete from whodid.events`],
    ['reader', `insert into whodid.ledger (tenant_id, seq, event_id, leaf_hash) values ('acme', 9, '${newId()}', '')`],
    ['reader', `update whodid.ledger_head set seq = 9`],
    ['reader', `select whodid.ensure_partition(2021, 1)`],
    ['ingest', `select description from whodid.events`],
    ['ingest', `select canonical from whodid.events`],
    ['ingest', `select search_text from whodid.events`],
    ['ingest', `update whodid.events set description = ''`],
    ['ingest', `update whodid.events set digest = ''`],
    ['ingest', `delete from whodid.events`],
    ['ingest', `update whodid.ledger set leaf_hash = ''`],
    ['ingest', `delete from whodid.ledger`],
    ['ingest', `delete from whodid.ledger_head`],
    ['ingest', `select * from whodid.inbox`],
    ['ingest', `select whodid.search_candidates('{engine}', '${newId(0)}', '${newId()}', '[]')`],
    [
      'ingest',
      `create table whodid.events_2031_01 partition of whodid.events for values from (minvalue) to (maxvalue)`,
    ],
    ['purger', `select description from whodid.events`],
    ['purger', `update whodid.events set description = ''`],
    ['purger', `delete from whodid.ledger`],
    ['purger', `update whodid.ledger_head set seq = 0`],
    ['reader', `insert into whodid.routes values ('GET', '/', null, now(), now())`],
    ['ingest', `update whodid.routes set first_seen_at = now()`],
    ['ingest', `delete from whodid.routes`],
    ['settings', `select * from whodid.routes`],
    ['eraser', `update whodid.events set canonical = ''`],
    ['eraser', `update whodid.events set seq = 9`],
    ['eraser', `update whodid.events set actor_id = 'nobody'`],
    ['eraser', `update whodid.events set action = 'project.deleted'`],
    ['eraser', `update whodid.events set digest = ''`],
    ['eraser', `delete from whodid.events`],
    ['eraser', `update whodid.ledger set leaf_hash = ''`],
    ['settings', `select * from whodid.events`],
    ['settings', `select * from whodid.ledger`],
    ['signer', `select * from whodid.events`],
    ['signer', `delete from whodid.ledger`],
  ])('%s may not run: %s', async (role, text) => {
    expect(await runAs(`whodid_${role}`, 'acme', text)).toBe(FORBIDDEN)
  })

  test.each(roles)('%s cannot truncate tables or access partitions directly', async (role) => {
    const tables = await runAsOwner(`
      select c.oid::regclass::text as name, c.relispartition as partition from pg_class c
      where c.relnamespace = 'whodid'::regnamespace and c.relkind in ('r', 'p')`)
    expect(tables.filter(({ partition }) => partition).length).toBeGreaterThan(2)
    for (const { name, partition } of tables) {
      expect([name, await runAs(role, 'acme', `truncate ${name} cascade`)]).toEqual([name, FORBIDDEN])
      if (partition) expect([name, await runAs(role, 'acme', `select 1 from ${name}`)]).toEqual([name, FORBIDDEN])
    }
  })

  test('default privileges of the host do not expose partitions', async () => {
    await client.query('begin; create role whodid_test_auditor; grant usage on schema whodid to whodid_test_auditor')
    await client.query('alter default privileges in schema whodid grant select on tables to whodid_test_auditor')
    await client.query('select whodid.ensure_partition(2021, 7)')
    const { rows } = await client.query(`
      select relrowsecurity as isolated, has_table_privilege('whodid_test_auditor', oid, 'select') as granted
      from pg_class where oid = 'whodid.events_2021_07'::regclass`)
    await client.query('rollback')
    expect(rows).toEqual([{ isolated: true, granted: true }])
  })

  test('every table with a tenant has row-level security, except api_keys', async () => {
    const tables = await runAsOwner(`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relnamespace = 'whodid'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity`)
    expect(tables).toEqual([{ name: 'api_keys' }])
  })

  test.each([
    ['reader', 'events'],
    ['reader', 'ledger'],
    ['reader', 'ledger_head'],
    ['reader', 'inbox'],
    ['reader', 'inbox_watermark'],
    ['reader', 'rollup_day'],
    ['ingest', 'events'],
    ['ingest', 'ledger'],
    ['ingest', 'ledger_head'],
    ['purger', 'events'],
    ['purger', 'inbox'],
    ['eraser', 'events'],
    ['signer', 'ledger'],
  ])('%s sees only rows of its tenant in %s, and none without a tenant', async (role, table) => {
    const tenants = `select distinct tenant_id from whodid.${table}`
    expect(await runAs(`whodid_${role}`, 'acme', tenants)).toEqual([{ tenant_id: 'acme' }])
    expect(await runAs(`whodid_${role}`, 'umbrella', tenants)).toEqual([{ tenant_id: 'umbrella' }])
    expect(await runAs(`whodid_${role}`, 'unknown', tenants)).toEqual([])
    expect(await runAs(`whodid_${role}`, '', tenants)).toEqual([])
    expect(await runAs(`whodid_${role}`, null, tenants)).toEqual([])
  })

  test.each([
    ['ingest', `insert into whodid.ledger values ('umbrella', 9, '${newId()}', '')`],
    ['ingest', `insert into whodid.ledger_head values ('new', 9)`],
    ['ingest', `update whodid.ledger_head set tenant_id = 'umbrella', seq = 9`],
    ['reader', `insert into whodid.inbox values ('umbrella', 'ada', '${newId()}', true, true)`],
    ['reader', `insert into whodid.inbox_watermark values ('umbrella', 'grace', 9, 9)`],
    ['reader', `update whodid.inbox set tenant_id = 'umbrella'`],
  ])('%s cannot write rows of another tenant: %s', async (role, text) => {
    expect(await runAs(`whodid_${role}`, 'acme', text)).toBe(FORBIDDEN)
    expect(await runAs(`whodid_${role}`, null, text)).toEqual(text.startsWith('insert') ? FORBIDDEN : [])
  })

  test.each([
    ['purger', 'delete from whodid.events returning tenant_id'],
    ['purger', 'delete from whodid.inbox returning tenant_id'],
    ['eraser', "update whodid.events set actor_name = null, search_text = '' returning tenant_id"],
    ['reader', 'delete from whodid.inbox returning tenant_id'],
  ])('%s changes only rows of its tenant: %s', async (role, text) => {
    expect(await runAs(`whodid_${role}`, 'acme', text)).toEqual([{ tenant_id: 'acme' }])
    expect(await runAs(`whodid_${role}`, null, text)).toEqual([])
  })

  describe('search_candidates', () => {
    const find = (tenantId: string | null, needles: readonly string[], conditions: unknown = []) =>
      runAs(
        'whodid_reader',
        tenantId,
        `select search_candidates as id from whodid.search_candidates($1::text[], $2::uuid, $3::uuid, $4::jsonb)`,
        [needles, newId(0), newId(Date.now() + 60_000), JSON.stringify(conditions)],
      )

    test('searches the tenant of the transaction only', async () => {
      expect(await find('acme', ['engine', 'lovelace'])).toEqual([{ id: acmeEvent.id }])
      expect(await find('umbrella', ['engine'])).toEqual([{ id: umbrellaEvent.id }])
      expect(await find('acme', ['engine', 'absent'])).toEqual([])
      expect(await find('', ['engine'])).toEqual([])
      expect(await find(null, ['engine'])).toEqual([])
    })

    test('escapes wildcards, quotes and SQL in its arguments', async () => {
      for (const text of ["' or true --", '%', '_ngine', 'engi\\', "\\' or 1 = 1 --", '$$']) {
        expect(await find('acme', [text])).toEqual([])
        expect(await find('acme', ['engine'], [{ actor_id: [text] }])).toEqual([])
      }
      expect(await find("acme'' or tenant_id <> ''", ['engine'])).toEqual([])
      expect(await find('acme\\', ['engine'])).toEqual([])
    })

    test('narrows by known columns and rejects others', async () => {
      expect(await find('acme', ['engine'], [{ actor_id: ['x'], actor_email_lower: ['ada@acme.test'] }])).toHaveLength(
        1,
      )
      expect(await find('acme', ['engine'], [{ action: ['project.created'] }, { kind: ['create'] }])).toHaveLength(1)
      expect(await find('acme', ['engine'], [{ action: ['project.created'] }, { kind: ['delete'] }])).toEqual([])
      expect(await find('acme', ['engine'], [{}])).toEqual([])
      expect(await find('acme', ['engine'], [{ status: [] }])).toEqual([])
      expect(await find('acme', ['engine'], [{ canonical: ['x'] }])).toBe('22023')
      expect(await find('acme', ['engine'], [{ 'actor_id = actor_id or actor_id': ['x'] }])).toBe('22023')
    })
  })

  test('ensure_partition creates valid months only', async () => {
    expect(await runAs('whodid_ingest', null, 'select whodid.ensure_partition(2021, 2)')).toHaveLength(1)
    expect(await runAs('whodid_ingest', null, 'select whodid.ensure_partition(1999, 2)')).toHaveLength(1)
    for (const invalid of ['2021, 13', '2021, 0', '2021, null', 'null, 1', '0, 1', '9999, 1', '-5, 1']) {
      expect([invalid, await runAs('whodid_ingest', null, `select whodid.ensure_partition(${invalid})`)]).toEqual([
        invalid,
        '22023',
      ])
    }
  })

  test('isolates many tenants on one connection', async () => {
    const app = await database.createUser()
    await migratePostgres(database.url, { grantTo: app.name })
    const pool = new postgres.Pool({ connectionString: app.url, max: 1 })
    const store = await pg(pool)
    const tenants = Array.from({ length: 12 }, (_, index) => `of-${index}'\\" --`)
    const rounds = 6
    for (let round = 1; round <= rounds; round += 1) {
      const seen = await Promise.all(
        tenants.map(async (tenantId) => {
          const scope = { tenantId, viewerId: 'ada', restrict: [] }
          const event = createEvent(Date.now(), 0, tenantId)
          const [[result], before] = await Promise.all([
            store.append(tenantId, [event]),
            store.list(scope, { q: 'engine' }, { sort: 'occurredAt', order: 'desc', limit: 100, after: null }),
          ])
          expect(result).toMatchObject({ outcome: 'stored', seq: round })
          expect(before.items.every((item) => item.tenantId === tenantId)).toBe(true)
          const [got, count, { changed }] = await Promise.all([
            store.get(scope, event.id),
            store.count(scope, {}, 1_000),
            store.changeInbox(scope, { to: 'seen', which: { all: true, filter: {} } }),
          ])
          expect(got).toMatchObject({ id: event.id, tenantId })
          return { count: count.value, changed }
        }),
      )
      expect(seen).toEqual(tenants.map(() => ({ count: round, changed: 1 })))
    }
    await store.close()
    const { rows } = await pool.query("select current_setting('app.tenant', true) as tenant, current_user as name")
    expect(rows).toEqual([{ tenant: '', name: app.name }])
    await expect(pool.query('select 1 from whodid.events')).rejects.toMatchObject({ code: FORBIDDEN })
    await pool.end()
  })
})
