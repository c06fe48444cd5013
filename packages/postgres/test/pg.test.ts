import { once } from 'node:events'
import { createServer } from 'node:net'
import { type EventStore, newId, type StoredEvent } from '@whodid/core'
import postgres from 'pg'
import { describe, expect, test } from 'vitest'
import { createTestDatabase } from '../../../tooling/postgres.ts'
import { pg } from '../src/pg.ts'
import { createEvent, fullScope, newestFirst } from './fixtures.ts'

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new postgres.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** Opens a test database. Disposing it closes its stores first. */
async function openDatabase() {
  const database = await createTestDatabase()
  const stores: EventStore[] = []
  return {
    url: database.url,
    query: (text: string) => query(database.url, text),
    async open(): Promise<EventStore> {
      const store = await pg(database.url)
      stores.push(store)
      return store
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close()
      await database[Symbol.asyncDispose]()
    },
  }
}

describe('PostgreSQL', () => {
  test('opens a new database from many processes at once', async () => {
    await using database = await openDatabase()
    await Promise.all(Array.from({ length: 6 }, () => database.open()))
    const [first, ...others] = await database.query('select name from whodid.migrations order by name')
    expect(first).toEqual({ name: '0001-events' })
    expect(new Set(others).size).toBe(others.length)
  })

  test('two stores share one ledger, and followers of one see events of the other', async () => {
    await using database = await openDatabase()
    const [first, second] = await Promise.all([database.open(), database.open()])
    const end = new AbortController()
    const followed: StoredEvent[] = []
    const following = (async () => {
      for await (const event of first.follow(fullScope, {}, 0, end.signal)) {
        followed.push(event)
        if (followed.length === 400) end.abort()
      }
    })()
    const batches = Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? first : second).append(
        'acme',
        Array.from({ length: 10 }, () => createEvent()),
      ),
    )
    const results = (await Promise.all(batches)).flat()
    await following
    expect(followed.map(({ seq }) => seq)).toEqual(Array.from({ length: 400 }, (_, index) => index + 1))
    const seqs = results.flatMap((result) => ('seq' in result ? [result.seq] : []))
    expect(seqs.sort((a, b) => a - b)).toEqual(followed.map(({ seq }) => seq))
  })

  test('stores an event once when it is sent to several stores at once', async () => {
    await using database = await openDatabase()
    const stores = await Promise.all([database.open(), database.open(), database.open()])
    const events = Array.from({ length: 30 }, () => createEvent())
    const results = await Promise.all(stores.map((store) => store.append('acme', events)))
    const stored = results.flat().filter(({ outcome }) => outcome === 'stored')
    expect(stored).toHaveLength(30)
    expect(results.flat().filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(60)
  })

  test('stores that report the same routes at once do not deadlock', async () => {
    await using database = await openDatabase()
    const stores = await Promise.all([database.open(), database.open()])
    const routes = Array.from({ length: 300 }, (_, index) => ({ method: 'GET', path: `/${index}`, action: null }))
    const calls = Array.from({ length: 16 }, (_, round) => {
      // Another action each time, so that every row is locked and written.
      const given = routes.map((route) => ({ ...route, action: `round.${round}` }))
      return stores[round % 2]?.routes.put(round % 2 === 0 ? given : given.toReversed(), new Date().toISOString())
    })
    expect(await Promise.all(calls)).toEqual(calls.map(() => ({ stored: 300, ignored: 0 })))
    expect(await stores[0].routes.list()).toHaveLength(300)
  })

  test('stores that report different routes at once keep to the limit', async () => {
    await using database = await openDatabase()
    const stores = await Promise.all([database.open(), database.open()])
    const calls = Array.from({ length: 12 }, (_, round) =>
      stores[round % 2]?.routes.put(
        Array.from({ length: 1_000 }, (_, index) => ({ method: 'GET', path: `/${round}/${index}`, action: null })),
        new Date().toISOString(),
      ),
    )
    const ignored = (await Promise.all(calls)).reduce((sum, result) => sum + (result?.ignored ?? 0), 0)
    expect([await stores[0].routes.list().then(({ length }) => length), ignored]).toEqual([10_000, 2_000])
  })

  test('continues to follow after its connections are cut', async () => {
    await using database = await openDatabase()
    const store = await database.open()
    const end = new AbortController()
    const follower = store.follow(fullScope, {}, 0, end.signal)[Symbol.asyncIterator]()
    const first = follower.next()
    await store.append('acme', [createEvent()])
    await first
    const second = follower.next()
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'",
    )
    // Appended by another store, so this store gets no direct signal.
    await (await database.open()).append('acme', [createEvent()])
    expect(await second).toMatchObject({ done: false, value: { seq: 2 } })
    end.abort()
  })

  test('leaves the pool and parsers of the host unchanged', async () => {
    await using database = await openDatabase()
    const pool = new postgres.Pool({ connectionString: database.url, max: 1 })
    pool.on('connect', (client) => client.on('error', () => {}))
    pool.on('error', () => {})
    const store = await pg(pool)
    await store.append('acme', [createEvent()])
    expect((await store.list(fullScope, {}, newestFirst)).items).toHaveLength(1)
    await store.close()
    const { rows } = await pool.query("select 1::int8 as big, current_setting('app.tenant', true) as tenant")
    expect(rows).toEqual([{ big: '1', tenant: '' }])
    await pool.end()
  })

  test('creates partitions on demand, and fails if a detached table has the name', async () => {
    await using database = await openDatabase()
    const store = await database.open()
    await store.append('acme', [createEvent(Date.UTC(2024, 4, 31)), createEvent(Date.UTC(2003, 0))])
    const partitions = await database.query(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'whodid.events'::regclass order by 1",
    )
    const names = partitions.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['whodid.events_2024_05', 'whodid.events_before_2020']))
    expect(names).toHaveLength(5)
    await database.query('alter table whodid.events detach partition whodid.events_2024_05')
    const other = await database.open()
    await expect(other.append('acme', [createEvent(Date.UTC(2024, 4, 1))])).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('events_2024_05'),
    })
  })

  test('rejects a missing URL and an unreachable server', async () => {
    await expect(pg(undefined)).rejects.toMatchObject({ code: 'invalid_input' })
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const address = probe.address()
    probe.close()
    await once(probe, 'close')
    const port = typeof address === 'object' ? address?.port : ''
    await expect(pg(`postgres://127.0.0.1:${port}/none`)).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  test('reports the durability of the server settings', async () => {
    await using database = await openDatabase()
    expect(await (await database.open()).health()).toMatchObject({ engine: 'postgresql', durability: 'fsync' })
    const name = new URL(database.url).pathname.slice(1)
    await database.query(`alter database ${name} set synchronous_commit = off`)
    const { durability, warnings } = await (await database.open()).health()
    expect(durability).toBe('process-crash')
    expect(warnings.join()).toContain('synchronous_commit is off')
  })

  test('rejects filter values with NUL characters', async () => {
    await using database = await openDatabase()
    const store = await database.open()
    await expect(store.list(fullScope, { actor: ['a\0'] }, newestFirst)).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect(await store.get(fullScope, newId())).toBeNull()
  })
})
