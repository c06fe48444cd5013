import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { testStore } from '@whodid/testkit'
import postgres from 'pg'
import { type TestDatabase, testDatabase } from '../../../tooling/postgres.ts'
import { lockFolder } from '../src/drivers/pglite/folder-lock.ts'
import { workerDb } from '../src/drivers/pglite/worker-db.ts'
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
  const db = await workerDb(dir, lockFolder(dir).release)
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

async function onPostgres(database: TestDatabase, url = database.url) {
  const pool = new postgres.Pool({ connectionString: database.url })
  // Dropping the database may meet a connection that is still being closed.
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

testStore('PostgreSQL', async () => onPostgres(await testDatabase()))

testStore('PostgreSQL as a user of lesser rights', async () => {
  const database = await testDatabase()
  const app = await database.login()
  await migratePostgres(database.url, { grantTo: app.name })
  return onPostgres(database, app.url)
})
