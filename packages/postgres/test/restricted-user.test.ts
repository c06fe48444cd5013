import type { EventStore } from '@whodid/core'
import postgres from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../tooling/postgres.ts'
import { startPostgres } from '../../../tooling/postgres-server.ts'
import { migratePostgres, type PgOptions, pg } from '../src/pg.ts'
import { createEvent, fullScope, newestFirst } from './fixtures.ts'

async function execute(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new postgres.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

describe('database user', () => {
  let database: TestDatabase
  const stores: EventStore[] = []
  const open = async (url: string, options?: PgOptions): Promise<EventStore> => {
    const store = await pg(url, options)
    stores.push(store)
    return store
  }
  const getWarnings = async (url: string) => (await (await open(url)).health()).warnings.join('\n')
  /** Creates a user who owns the schema and nothing else. */
  const createOwner = async () => {
    const owner = await database.createUser('')
    await migratePostgres(database.url)
    await execute(
      database.url,
      `grant whodid_ingest, whodid_reader, whodid_settings, whodid_purger, whodid_eraser, whodid_signer
        to ${owner.name} with admin option`,
      'drop schema whodid cascade',
      `grant create on database ${new URL(database.url).pathname.slice(1)} to ${owner.name}`,
    )
    return owner
  }

  beforeEach(async () => {
    database = await createTestDatabase()
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    for (const store of stores.splice(0)) await store.close()
    await database[Symbol.asyncDispose]()
  })

  test('needs only the access that the owner grants', async () => {
    const owner = await createOwner()
    const app = await database.createUser()
    await migratePostgres(owner.url, { grantTo: app.name })
    await migratePostgres(owner.url, { grantTo: app.name })
    vi.stubEnv('NODE_ENV', 'production')
    const store = await open(app.url)
    const events = [createEvent(), createEvent(Date.UTC(2024, 4, 31)), createEvent(Date.UTC(2003, 0))]
    const results = await store.append('acme', events)
    expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'stored'])
    expect((await store.list(fullScope, {}, newestFirst)).items).toHaveLength(3)
    expect((await store.health()).warnings).toEqual([])
  })

  test('gets a clear error after its reader role is revoked', async () => {
    const app = await database.createUser()
    await migratePostgres(database.url, { grantTo: app.name })
    const pool = new postgres.Pool({ connectionString: app.url })
    const opened = [await open(app.url), await pg(pool)]
    await execute(database.url, `revoke whodid_reader from ${app.name}`)
    for (const store of opened) {
      await expect(store.list(fullScope, {}, newestFirst)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringMatching(/may not use the role whodid_reader/),
      })
    }
    await pool.end()
  })

  test('is rejected in production if it could change stored events, unless allowed explicitly', async () => {
    const owner = await createOwner()
    await migratePostgres(owner.url)
    const bypassing = await database.createUser('bypassrls')
    const member = await database.createUser('noinherit')
    const grantee = await database.createUser('noinherit')
    await execute(database.url, `grant ${owner.name} to ${member.name}`, `grant postgres to ${grantee.name}`)
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

  test('is rejected in production if it would own the tables', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const [app, owner] = [await database.createUser(), await createOwner()]
    for (const { url } of [app, owner]) {
      await expect(pg(url)).rejects.toMatchObject({ message: expect.stringContaining('would own the tables') })
    }
  })

  test('causes a health warning outside production if privileged', async () => {
    const owner = await createOwner()
    expect(await getWarnings(owner.url)).toContain(`${owner.name} owns the tables`)
    expect(await getWarnings(database.url)).toContain('is a superuser')
  })

  test('gets an error that names the missing migration or role', async () => {
    const app = await database.createUser()
    await expect(pg(app.url)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(
        /Migration 0001-events is missing, and the database user may not apply it .*migratePostgres/,
      ),
    })
    await migratePostgres(database.url)
    await expect(pg(app.url)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/may not use the role whodid_reader\. .*migratePostgres/),
    })
    await execute(database.url, "delete from whodid.migrations where name = '0002-access'")
    await migratePostgres(database.url, { grantTo: app.name }).catch(() => {})
    await execute(database.url, `grant whodid_reader to ${app.name}`)
    await expect(pg(app.url)).rejects.toMatchObject({
      message: expect.stringMatching(/Migration 0002-access is missing, and the database user may not apply it/),
    })
    await expect(migratePostgres(undefined)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('can be granted access only if it exists, by a user who may grant it', async () => {
    const owner = await createOwner()
    await expect(migratePostgres(owner.url, { grantTo: 'no"body' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('The database user no"body does not exist'),
    })
    const [member, app] = [await database.createUser(), await database.createUser()]
    await migratePostgres(owner.url, { grantTo: member.name })
    await expect(migratePostgres(member.url, { grantTo: app.name })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(`to ${app.name}`),
    })
  })
})

test('creates many databases on a new server at once, also if only an administrator may create roles', async () => {
  await using server = await startPostgres()
  const url = (database: string, user = 'postgres') => {
    const own = new URL(server.url)
    own.pathname = `/${database}`
    own.username = user
    return own.href
  }
  const names = ['one', 'two', 'three', 'four', 'five']
  await execute(server.url, 'create role tenant_owner login', ...names.map((name) => `create database ${name}`))
  await execute(server.url, 'create database managed owner tenant_owner')

  const refusal = await migratePostgres(url('managed', 'tenant_owner')).catch((error: Error) => error.message)
  const [, remedy] = /"(create role .*)" once\.$/.exec(String(refusal)) ?? []
  expect(refusal).toContain('0002-access is missing')
  await execute(server.url, `begin; ${remedy}; rollback`)

  await Promise.all(names.map((name) => migratePostgres(url(name))))
  await execute(server.url, String(remedy).replace(/.*(?=grant )/, ''))
  await migratePostgres(url('managed', 'tenant_owner'))
  await execute(url('managed'), 'select 1 from whodid.events')
})
