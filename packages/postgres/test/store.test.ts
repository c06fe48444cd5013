import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { testStore } from '@whodid/testkit/store'
import postgres from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../tooling/postgres.ts'
import { lockFolder } from '../src/drivers/pglite/folder-lock.ts'
import { openWorkerDb } from '../src/drivers/pglite/worker-db.ts'
import { storeOnPGlite } from '../src/index.ts'
import { migratePostgres, pg } from '../src/pg.ts'
import type { SqlValue } from '../src/sql.ts'
import { openStore } from '../src/store.ts'

testStore('PGlite in memory', async () => {
  const pglite = await PGlite.create({ extensions: { pg_trgm, btree_gin } })
  const store = await storeOnPGlite(pglite)
  return {
    store,
    query: async (text, params) => (await pglite.query<Record<string, unknown>>(text, [...params])).rows,
    [Symbol.asyncDispose]: () => store.close(),
  }
})

testStore('PGlite in a folder', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'whodid-store-'))
  const db = await openWorkerDb(dir, lockFolder(dir).release)
  const store = await openStore(db)
  return {
    store,
    query: (text, params) => db.query({ strings: text.split(/\$\d/), values: params as readonly SqlValue[] }),
    async [Symbol.asyncDispose]() {
      await store.close()
      rmSync(dir, { recursive: true })
    },
  }
})

async function openPostgres(database: TestDatabase, url = database.url) {
  const pool = new postgres.Pool({ connectionString: database.url })
  // Dropping the database may break connections that are still closing.
  pool.on('connect', (client) => client.on('error', () => {}))
  pool.on('error', () => {})
  const store = await pg(url)
  return {
    store,
    query: async (text: string, params: readonly unknown[]) => (await pool.query(text, [...params])).rows,
    async [Symbol.asyncDispose]() {
      await store.close()
      await pool.end()
      await database[Symbol.asyncDispose]()
    },
  }
}

testStore('PostgreSQL', async () => openPostgres(await createTestDatabase()))

testStore('PostgreSQL as a restricted user', async () => {
  const database = await createTestDatabase()
  const app = await database.createUser()
  await migratePostgres(database.url, { grantTo: app.name })
  return openPostgres(database, app.url)
})
