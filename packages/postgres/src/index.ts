import type { PGlite } from '@electric-sql/pglite'
import { type EventStore, WhodidError } from '@whodid/core'
import { durabilityOf, extensionsReady, pgliteDb } from './drivers/pglite/db.ts'
import { openStore } from './store.ts'

/**
 * A store in a PGlite instance of your own, which the store closes when it is closed. It runs in browsers too. For a folder of
 * a server use `pglite` of `@whodid/postgres/pglite`, which locks the folder and makes it durable.
 *
 * @throws WhodidError `store_unavailable` when the instance was created without the extensions `pg_trgm` and `btree_gin`
 * @example
 * const store = await storeOnPGlite(await PGlite.create({ extensions: { pg_trgm, btree_gin } }))
 */
export async function storeOnPGlite(pglite: PGlite): Promise<EventStore> {
  if (!(await extensionsReady(pglite))) {
    throw new WhodidError(
      'store_unavailable',
      'PGlite lacks the extensions that search needs: create it with { extensions: { pg_trgm, btree_gin } } of @electric-sql/pglite/contrib.',
    )
  }
  return openStore(pgliteDb(pglite, durabilityOf(pglite)))
}
