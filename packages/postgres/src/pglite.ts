import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import type { EventStore } from '@whodid/core'
import { pgliteDb } from './drivers/pglite/db.ts'
import { lockFolderSoon } from './drivers/pglite/folder-lock.ts'
import { workerDb } from './drivers/pglite/worker-db.ts'
import { openStore } from './store.ts'

/**
 * A store in an embedded database: in a folder, which is made when absent, or in memory for tests and trials.
 *
 * In a folder an acknowledged event survives a kill and a power cut: every commit waits for fsync. One process at a time may
 * have it open. The database runs in a thread of its own and takes some 300 MB of memory; it is meant for up to a million
 * events, beyond which PostgreSQL serves better.
 *
 * @throws WhodidError `store_locked` when the folder is open already, `store_unavailable` when it cannot be opened
 * @example
 * const service = await createService({ catalog, store: await pglite('./.whodid'), authorize })
 */
export async function pglite(dir: string | 'memory'): Promise<EventStore> {
  if (dir === 'memory') {
    return openStore(pgliteDb(await PGlite.create({ extensions: { pg_trgm, btree_gin } }), 'memory'))
  }
  const lock = await lockFolderSoon(dir)
  return openStore(await workerDb(dir, lock.release))
}
