import type { PGlite } from '@electric-sql/pglite'
import { type EventStore, WhodidError } from '@whodid/core'
import { createPgliteDb, getDurability, hasExtensions } from './drivers/pglite/db.ts'
import { openStore } from './store.ts'

/**
 * Opens a store in your own PGlite instance. Closing the store closes the instance. It also runs in browsers. For a folder on a
 * server use `pglite` of `@whodid/postgres/pglite`, which locks the folder and makes it durable.
 *
 * @throws WhodidError `store_unavailable` when the instance was created without the extensions `pg_trgm` and `btree_gin`
 * @example
 * const store = await storeOnPGlite(await PGlite.create({ extensions: { pg_trgm, btree_gin } }))
 */
export async function storeOnPGlite(pglite: PGlite): Promise<EventStore> {
  if (!(await hasExtensions(pglite))) {
    throw new WhodidError(
      'store_unavailable',
      'PGlite lacks the extensions pg_trgm and btree_gin. Create it with { extensions: { pg_trgm, btree_gin } } from @electric-sql/pglite/contrib.',
    )
  }
  return openStore(createPgliteDb(pglite, getDurability(pglite)))
}
