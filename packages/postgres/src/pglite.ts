import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import type { EventStore } from '@whodid/core'
import { pgliteDb } from './pglite-db.ts'
import { openStore } from './store.ts'

export const pglite = async (dir: string | 'memory'): Promise<EventStore> => {
  if (dir !== 'memory') throw new Error('folders follow')
  return openStore(pgliteDb(await PGlite.create({ extensions: { pg_trgm, btree_gin } }), 'memory'))
}
