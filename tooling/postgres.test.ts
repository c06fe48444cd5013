import pg from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase } from './postgres.ts'
import { startPostgres } from './postgres-server.ts'

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows[0]
  } finally {
    await client.end()
  }
}

test('a test database is empty and separate from others', async () => {
  await using first = await createTestDatabase()
  await using second = await createTestDatabase()
  await query(first.url, 'create table t (n int)')
  expect(await query(second.url, `select to_regclass('t') as t`)).toEqual({ t: null })
})

test('the embedded server starts with fsync on, and stops', async () => {
  let url: string
  {
    await using server = await startPostgres({ prefer: 'embedded' })
    url = server.url
    expect(server.binaries).toBe('embedded')
    expect(await query(url, 'show fsync')).toEqual({ fsync: 'on' })
  }
  await expect(query(url, 'select 1')).rejects.toThrow(/ECONNREFUSED/)
})
