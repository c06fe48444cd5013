import type { EventStore } from '@whodid/core'
import postgres from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../tooling/postgres.ts'
import { startPostgres } from '../../../tooling/postgres-server.ts'
import { migratePostgres, type PgOptions, pg } from '../src/pg.ts'
import { eventOf, everything, newestFirst } from './fixtures.ts'

async function run(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new postgres.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

describe('the user that a store connects as', () => {
  let database: TestDatabase
  const stores: EventStore[] = []
  const open = async (url: string, options?: PgOptions): Promise<EventStore> => {
    const store = await pg(url, options)
    stores.push(store)
    return store
  }
  const warningsOf = async (url: string) => (await (await open(url)).health()).warnings.join('\n')
  /** A user of his own for the schema, as a careful administrator makes one. */
  const ownerOf = async () => {
    const owner = await database.login('')
    await migratePostgres(database.url)
    await run(
      database.url,
      `grant whodid_ingest, whodid_reader, whodid_settings, whodid_purger, whodid_eraser, whodid_signer
        to ${owner.name} with admin option`,
      'drop schema whodid cascade',
      `grant create on database ${new URL(database.url).pathname.slice(1)} to ${owner.name}`,
    )
    return owner
  }

  beforeEach(async () => {
    database = await testDatabase()
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    for (const store of stores.splice(0)) await store.close()
    await database[Symbol.asyncDispose]()
  })

  test('is let in by the owner, and then needs nobody else', async () => {
    const owner = await ownerOf()
    const app = await database.login()
    await migratePostgres(owner.url, { grantTo: app.name })
    await migratePostgres(owner.url, { grantTo: app.name })
    vi.stubEnv('NODE_ENV', 'production')
    const store = await open(app.url)
    const events = [eventOf(), eventOf(Date.UTC(2024, 4, 31)), eventOf(Date.UTC(2003, 0))]
    const results = await store.append('acme', events)
    expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'stored'])
    expect((await store.list(everything, {}, newestFirst)).items).toHaveLength(3)
    expect((await store.health()).warnings).toEqual([])
  })

  test('that may read no longer is told so, whichever answer comes first', async () => {
    const app = await database.login()
    await migratePostgres(database.url, { grantTo: app.name })
    const pool = new postgres.Pool({ connectionString: app.url })
    const opened = [await open(app.url), await pg(pool)]
    await run(database.url, `revoke whodid_reader from ${app.name}`)
    for (const store of opened) {
      await expect(store.list(everything, {}, newestFirst)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringMatching(/may not work as whodid_reader/),
      })
    }
    await pool.end()
  })

  test('is refused in production when it could change what is stored, unless told otherwise in so many words', async () => {
    const owner = await ownerOf()
    await migratePostgres(owner.url)
    const bypassing = await database.login('bypassrls')
    const member = await database.login('noinherit')
    const grantee = await database.login('noinherit')
    await run(database.url, `grant ${owner.name} to ${member.name}`, `grant postgres to ${grantee.name}`)
    vi.stubEnv('NODE_ENV', 'production')
    for (const [url, reason] of [
      [database.url, 'is a superuser'],
      [grantee.url, 'is a superuser'],
      [bypassing.url, 'bypasses row-level security'],
      [owner.url, 'owns the tables'],
      [member.url, 'owns the tables'],
    ] as const) {
      await expect(pg(url)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringMatching(`${reason}.*migratePostgres.*allowPrivilegedUser: true`),
      })
    }
    const store = await open(database.url, { allowPrivilegedUser: true })
    expect((await store.health()).warnings.join()).toContain('is a superuser')
    await open(owner.url, { allowPrivilegedUser: true })
  })

  test('is refused in production before it makes tables, which it would own', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const [app, owner] = [await database.login(), await ownerOf()]
    for (const { url } of [app, owner]) {
      await expect(pg(url)).rejects.toMatchObject({ message: expect.stringContaining('would own the tables') })
    }
  })

  test('is warned of elsewhere', async () => {
    const owner = await ownerOf()
    expect(await warningsOf(owner.url)).toContain(`${owner.name} owns the tables`)
    expect(await warningsOf(database.url)).toContain('is a superuser')
  })

  test('is told what is missing', async () => {
    const app = await database.login()
    await expect(pg(app.url)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/lacks 0001-events, which the database user may not add .*migratePostgres/),
    })
    await migratePostgres(database.url)
    await expect(pg(app.url)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/may not work as whodid_reader: .*migratePostgres/),
    })
    await run(database.url, "delete from whodid.migrations where name = '0002-access'")
    await migratePostgres(database.url, { grantTo: app.name }).catch(() => {})
    await run(database.url, `grant whodid_reader to ${app.name}`)
    await expect(pg(app.url)).rejects.toMatchObject({
      message: expect.stringMatching(/lacks 0002-access, which the database user may not add/),
    })
    await expect(migratePostgres(undefined)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('must exist to be let in, by somebody who may', async () => {
    const owner = await ownerOf()
    await expect(migratePostgres(owner.url, { grantTo: 'no"body' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('There is no database user no"body'),
    })
    const [other, app] = [await database.login(), await database.login()]
    await migratePostgres(owner.url, { grantTo: other.name })
    await expect(migratePostgres(other.url, { grantTo: app.name })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(`to ${app.name}`),
    })
  })
})

test('on a new server many databases are made at once, also where roles are for an administrator to make', async () => {
  await using server = await startPostgres()
  const url = (database: string, user = 'postgres') => {
    const own = new URL(server.url)
    own.pathname = `/${database}`
    own.username = user
    return own.href
  }
  const names = ['one', 'two', 'three', 'four', 'five']
  await run(server.url, 'create role tenant_owner login', ...names.map((name) => `create database ${name}`))
  await run(server.url, 'create database managed owner tenant_owner')

  const refusal = await migratePostgres(url('managed', 'tenant_owner')).catch((error: Error) => error.message)
  const [, remedy] = /"(create role .*)" once\.$/.exec(String(refusal)) ?? []
  expect(refusal).toContain('lacks 0002-access')
  await run(server.url, `begin; ${remedy}; rollback`)

  await Promise.all(names.map((name) => migratePostgres(url(name))))
  await run(server.url, String(remedy).replace(/.*(?=grant )/, ''))
  await migratePostgres(url('managed', 'tenant_owner'))
  await run(url('managed'), 'select 1 from whodid.events')
})
