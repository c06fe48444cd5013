import pg from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../../../tooling/postgres.ts'
import { pg as openStore } from '../src/pg.ts'
import { createEvent, fullScope } from './fixtures.ts'

test('counts at most 50,000 raw events, and all events from rollups', async () => {
  await using database = await createTestDatabase()
  const store = await openStore(database.url)
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const query = (text: string) => client.query<{ names: string }>(text)
  try {
    await store.append('acme', [createEvent()])
    const { rows } = await query(
      `select string_agg(column_name, ', ') as names from information_schema.columns
       where table_schema = 'whodid' and table_name = 'events' and is_generated = 'NEVER' and column_name <> 'id'`,
    )
    const names = rows[0]?.names ?? ''
    await query(
      `insert into whodid.events (id, ${names})
       select overlay(id::text placing lpad(to_hex(n), 12, '0') from 25)::uuid, ${names.replace('search_text', "''")}
       from whodid.events, generate_series(1, 50000) n`,
    )
    await query('update whodid.rollup_day set n = n + 50000')

    const bound = { value: 50_000, exact: false }
    const request = { timeZone: 'UTC', limit: 5 }
    const raw = await store.stats({ ...fullScope, restrict: [{ channel: ['api'] }] }, {}, request)
    expect(raw).toMatchObject({ total: bound, ranked: bound, activeActors: { value: 1, exact: false } })
    expect(raw.actions).toEqual([{ value: 'project.created', count: 50_000 }])
    const rolledUp = await store.stats(fullScope, {}, request)
    expect(rolledUp).toMatchObject({ total: { value: 50_001, exact: true }, ranked: bound })
    expect(rolledUp.actors[0]?.count).toBe(50_000)
  } finally {
    await client.end()
    await store.close()
  }
})
