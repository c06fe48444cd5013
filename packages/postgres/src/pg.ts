import { type EventStore, WhodidError } from '@whodid/core'
import pgModule from 'pg'
import type { Db } from './db.ts'
import { createPgDb } from './drivers/pg/db.ts'
import { toStoreError } from './errors.ts'
import { migrate } from './schema/migrate.ts'
import { assertUnprivileged, grantAccess } from './schema/privileges.ts'
import { openStore } from './store.ts'

/** A connection URL, the options of a `pg` pool, or your own pool, which the store does not close. */
export type PgTarget = string | pgModule.PoolConfig | pgModule.Pool

/** Options for `pg`. */
export interface PgOptions {
  /**
   * Allows a superuser, a user who bypasses row-level security, or the owner of the tables in production. Such a user can change
   * stored events.
   *
   * @default false
   */
  readonly allowPrivilegedUser?: boolean | undefined
}

/** The longest time that a statement may take, so that one reader cannot occupy a connection forever. */
const STATEMENT_TIMEOUT_MS = 60_000

/**
 * Opens a store in PostgreSQL 15 or newer, in a schema named `whodid`. In development connect as the owner of the database: the
 * store creates the tables, which needs the extensions `pg_trgm` and `btree_gin`. In production (`NODE_ENV=production`) it rejects
 * a user who could change stored events: create the tables and grant access to a restricted user with {@link migratePostgres}.
 * Elsewhere `health()` warns about such a user.
 *
 * @throws WhodidError `store_unavailable` when the database cannot be reached, the user has too many or too few privileges, or
 *   the schema is out of date and the user may not change it. `invalid_input` without a URL
 * @example
 * const service = await createService({ catalog, store: await pg(process.env.DATABASE_URL), authorize })
 */
export async function pg(
  target: PgTarget | undefined,
  { allowPrivilegedUser = false }: PgOptions = {},
): Promise<EventStore> {
  const isStrict = process.env.NODE_ENV === 'production' && !allowPrivilegedUser
  const db = connect('pg', target)
  if (isStrict) await closeOnFailure(db, () => assertUnprivileged(db))
  return openStore(db)
}

/**
 * Applies pending migrations as the owner of the schema, and grants access to a restricted user. Run it in production at every
 * release, before the service starts. It creates the roles `whodid_ingest`, `whodid_reader`, `whodid_settings`, `whodid_purger`,
 * `whodid_eraser` and `whodid_signer`, which belong to the whole cluster. It is safe to run again.
 *
 * @param grantTo an existing login user without privileges (`create role app_user login noinherit`), who becomes a member of all
 *   roles except the signer. @default none
 * @throws WhodidError `store_unavailable` when the database cannot be reached or its user may not do this. `invalid_input`
 *   without a URL, or when the user `grantTo` does not exist
 * @example
 * await migratePostgres(process.env.OWNER_URL, { grantTo: 'app_user' })
 */
export async function migratePostgres(
  target: PgTarget | undefined,
  { grantTo }: { readonly grantTo?: string | undefined } = {},
): Promise<void> {
  const db = connect('migratePostgres', target)
  await closeOnFailure(db, async () => {
    await migrate(db)
    if (grantTo !== undefined) await grantAccess(db, grantTo)
  })
  await db.close()
}

function connect(caller: string, target: PgTarget | undefined): Db {
  if (target === undefined || target === '') {
    throw new WhodidError(
      'invalid_input',
      `${caller}() needs a database. Pass a postgres:// URL, for example from DATABASE_URL.`,
    )
  }
  if (target instanceof pgModule.Pool) return createPgDb(target, { ownsPool: false })
  const config = typeof target === 'string' ? { connectionString: target } : target
  const pool = new pgModule.Pool({
    application_name: 'whodid',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    pipeline: true,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    ...config,
  })
  return createPgDb(pool, { ownsPool: true })
}

async function closeOnFailure(db: Db, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    await db.close().catch(() => {})
    throw toStoreError(error)
  }
}
