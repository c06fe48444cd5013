import { type EventStore, WhodidError } from '@whodid/core'
import pgModule from 'pg'
import type { Db } from './db.ts'
import { pgDb } from './drivers/pg/db.ts'
import { named } from './errors.ts'
import { migrate } from './schema/migrate.ts'
import { letIn, refusePrivileged } from './schema/privileges.ts'
import { openStore } from './store.ts'

/** A connection URL, the options of a `pg` pool, or a pool of your own, which the store then leaves open. */
export type PgTarget = string | pgModule.PoolConfig | pgModule.Pool

/** How a store in PostgreSQL is opened. */
export interface PgOptions {
  /**
   * Whether the database user may be a superuser, bypass row-level security or own the tables in production too. Such a user
   * can change what is stored, and no grant stops it.
   *
   * @default false
   */
  readonly allowPrivilegedUser?: boolean | undefined
}

/** Statements that take longer are ended, so that one reader cannot hold a connection for ever. */
const STATEMENT_TIMEOUT_MS = 60_000

/**
 * A store in PostgreSQL 15 or newer, in a schema named `whodid`. In development the owner of the database opens it, for whom the
 * tables are made first; that needs the extensions `pg_trgm` and `btree_gin`. In production (`NODE_ENV=production`) it refuses
 * a user who could change what is stored: {@link migratePostgres} makes the tables and lets a lesser one in. Elsewhere
 * `health()` warns of such a user.
 *
 * @throws WhodidError `store_unavailable` when the database cannot be reached, the user has too many rights or too few, or the
 *   schema is not up to date and the user may not change it; `invalid_input` without a URL
 * @example
 * const service = await createService({ catalog, store: await pg(process.env.DATABASE_URL), authorize })
 */
export async function pg(
  target: PgTarget | undefined,
  { allowPrivilegedUser = false }: PgOptions = {},
): Promise<EventStore> {
  const isStrict = process.env.NODE_ENV === 'production' && !allowPrivilegedUser
  const db = connect('pg', target)
  if (isStrict) await closedOnFailure(db, () => refusePrivileged(db))
  return openStore(db)
}

/**
 * Brings the schema up to date as the user who owns it, and lets another one work with it: in production, at every release
 * before the service starts. Makes the roles `whodid_ingest`, `whodid_reader`, `whodid_settings`, `whodid_purger`,
 * `whodid_eraser` and `whodid_signer`, which belong to the whole cluster. Running it again does no harm.
 *
 * @param grantTo an existing login user without rights of its own (`create role app_user login noinherit`), who becomes a
 *   member of every role but the signer's. @default nobody
 * @throws WhodidError `store_unavailable` when the database cannot be reached or its user may not do this; `invalid_input`
 *   without a URL, or when there is no user to let in
 * @example
 * await migratePostgres(process.env.OWNER_URL, { grantTo: 'app_user' })
 */
export async function migratePostgres(
  target: PgTarget | undefined,
  { grantTo }: { readonly grantTo?: string | undefined } = {},
): Promise<void> {
  const db = connect('migratePostgres', target)
  await closedOnFailure(db, async () => {
    await migrate(db)
    if (grantTo !== undefined) await letIn(db, grantTo)
  })
  await db.close()
}

function connect(caller: string, target: PgTarget | undefined): Db {
  if (target === undefined || target === '') {
    throw new WhodidError(
      'invalid_input',
      `${caller}() got no database: pass a postgres:// URL, for example in DATABASE_URL.`,
    )
  }
  if (target instanceof pgModule.Pool) return pgDb(target, { ownsPool: false })
  const config = typeof target === 'string' ? { connectionString: target } : target
  const pool = new pgModule.Pool({
    application_name: 'whodid',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    pipeline: true,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    ...config,
  })
  return pgDb(pool, { ownsPool: true })
}

async function closedOnFailure(db: Db, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    await db.close().catch(() => {})
    throw named(error)
  }
}
