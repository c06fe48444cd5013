import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { expect, test } from 'vitest'
import { createPgliteDb } from '../src/drivers/pglite/db.ts'
import { openStore } from '../src/store.ts'
import { createEvent, fullScope } from './fixtures.ts'

test('a follower reads once per new event', async () => {
  const db = createPgliteDb(await PGlite.create({ extensions: { pg_trgm, btree_gin } }), 'memory')
  let reads = 0
  const store = await openStore({
    ...db,
    read(tenantId, work) {
      reads += 1
      return db.read(tenantId, work)
    },
  })
  const end = new AbortController()
  const follower = store.follow(fullScope, {}, 0, end.signal)[Symbol.asyncIterator]()
  for (let seq = 1; seq <= 5; seq += 1) {
    const next = follower.next()
    await expect.poll(() => reads).toBe(seq)
    await store.append('acme', [createEvent()])
    expect(await next).toMatchObject({ value: { seq } })
  }
  end.abort()
  await store.close()
})
