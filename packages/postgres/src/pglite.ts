import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import type { EventStore } from '@whodid/core'
import { createPgliteDb } from './drivers/pglite/db.ts'
import { waitForFolderLock } from './drivers/pglite/folder-lock.ts'
import { openWorkerDb } from './drivers/pglite/worker-db.ts'
import { openStore } from './store.ts'

/**
 * Opens a store in an embedded database: in a folder, which is created if absent, or in memory for tests and trials.
 *
 * In a folder an acknowledged event survives a kill and a power cut, because every commit waits for fsync. One process at a time
 * may open it. The database runs in a worker thread and takes 300 to 700 MB of memory. Use PostgreSQL for more than a million
 * events.
 *
 * @throws WhodidError `store_locked` when the folder is already open, `store_unavailable` when it cannot be opened
 * @example
 * const service = await createService({ catalog, store: await pglite('./.whodid'), authorize })
 */
export async function pglite(dir: string | 'memory'): Promise<EventStore> {
  if (dir === 'memory') {
    return openStore(createPgliteDb(await PGlite.create({ extensions: { pg_trgm, btree_gin } }), 'memory'))
  }
  const lock = await waitForFolderLock(dir)
  return openStore(await openWorkerDb(dir, lock.release))
}
