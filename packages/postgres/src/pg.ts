import { type EventStore, WhodidError } from '@whodid/core'
import pgModule from 'pg'
import { pgDb } from './pg-db.ts'
import { openStore } from './store.ts'

/** A connection URL, the options of a `pg` pool, or a pool of your own, which the store then leaves open. */
export type PgTarget = string | pgModule.PoolConfig | pgModule.Pool

/** Statements that take longer are ended, so that one reader cannot hold a connection for ever. */
const STATEMENT_TIMEOUT_MS = 60_000

/**
 * A store in PostgreSQL 15 or newer, in a schema named `whodid`. It needs the extensions `pg_trgm` and `btree_gin`, which the
 * owner of a database may create, and makes its tables when it is opened first.
 *
 * @throws WhodidError `store_unavailable` when the database cannot be reached, `invalid_input` without a URL
 * @example
 * const service = await createService({ catalog, store: await pg(process.env.DATABASE_URL), authorize })
 */
export const pg = async (target: PgTarget | undefined): Promise<EventStore> => {
  if (target === undefined || target === '') {
    throw new WhodidError('invalid_input', 'pg() got no database: pass a postgres:// URL, for example in DATABASE_URL.')
  }
  if (target instanceof pgModule.Pool) return openStore(pgDb(target, { ownsPool: false }))
  const config = typeof target === 'string' ? { connectionString: target } : target
  const pool = new pgModule.Pool({
    application_name: 'whodid',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    ...config,
  })
  return openStore(pgDb(pool, { ownsPool: true }))
}
