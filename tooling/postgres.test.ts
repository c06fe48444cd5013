import pg from 'pg'
import { expect, test } from 'vitest'
import { testDatabase } from './postgres.ts'
import { startPostgres } from './postgres-server.ts'

async function ask(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows[0]
  } finally {
    await client.end()
  }
}

test('a test database is empty and its own', async () => {
  await using first = await testDatabase()
  await using second = await testDatabase()
  await ask(first.url, 'create table t (n int)')
  expect(await ask(second.url, `select to_regclass('t') as t`)).toEqual({ t: null })
})

test('the embedded server starts, keeps fsync on, and stops', async () => {
  let url: string
  {
    await using server = await startPostgres({ prefer: 'embedded' })
    url = server.url
    expect(server.binaries).toBe('embedded')
    expect(await ask(url, 'show fsync')).toEqual({ fsync: 'on' })
  }
  await expect(ask(url, 'select 1')).rejects.toThrow(/ECONNREFUSED/)
})
