import { createHash } from 'node:crypto'
import { WhodidError } from '@whodid/core'
import pg from 'pg'
import type { Db, Queries, Role, Row } from '../../db.ts'
import { getErrorCode, isForbidden } from '../../errors.ts'
import { compile, type Sql, setTenant } from '../../sql.ts'
import { listen } from './listen.ts'

const INT8_OID = 20

/** Parses bigint as number, as PGlite does. Set per query, because the pool may be the host's. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)),
}

/** Wraps a `pg` pool. It closes the pool only if it owns it. */
export function createPgDb(pool: pg.Pool, { ownsPool }: { readonly ownsPool: boolean }): Db {
  const stops = new Set<() => Promise<void>>()
  if (ownsPool) {
    // The pool replaces broken connections. Without listeners, an error would crash the process.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
  }
  return {
    engine: 'postgresql',
    durability: null,
    query: (statement) => run(pool, statement),
    tx: (role, tenantId, work) =>
      runTransaction(pool, { mode: 'read write', role, tenantId }, work, async (client) => {
        const { command } = await client.query('commit')
        if (command !== 'COMMIT') throw new Error('The transaction was rolled back by the database.')
        client.release()
      }),
    read: (tenantId, work) => {
      const runReads = (queries: Queries) => work({ ...queries, inTransaction: (reads) => reads(queries) })
      return runTransaction(pool, { mode: 'read only', role: 'reader', tenantId }, runReads, async (client) => {
        // Not awaited: the result of a read does not depend on its commit.
        client.query('commit').then(
          () => client.release(),
          (error: Error) => client.release(error),
        )
      })
    },
    async listen(channel, onNotify) {
      const stop = await listen(pool, channel, onNotify)
      stops.add(stop)
      return async () => {
        stops.delete(stop)
        await stop()
      }
    },
    async close() {
      for (const stop of stops) await stop()
      if (ownsPool) await pool.end()
    },
  }
}

interface TransactionOptions {
  readonly mode: 'read write' | 'read only'
  readonly role: Role
  readonly tenantId: string | null
}

/** Runs work in a transaction. `end` commits and releases the connection. An error rolls back. */
async function runTransaction<T>(
  pool: pg.Pool,
  options: TransactionOptions,
  work: (queries: Queries) => Promise<T>,
  end: (client: pg.PoolClient) => Promise<void>,
): Promise<T> {
  const client = await pool.connect()
  const begun = begin(client, options)
  // Awaited below, so that the first statements are sent without waiting. If it fails, they fail too.
  begun.catch(() => {})
  try {
    const getName = options.mode === 'read only' ? getStatementName : undefined
    const result = await work({ query: (statement) => run(client, statement, getName) })
    await begun
    await end(client)
    return result
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (failure: Error) => client.release(failure),
    )
    await begun
    throw error
  }
}

/**
 * Planner settings for many partitions: JIT compilation and custom plans take longer than running the query. On an empty partition
 * a sequential scan looks cheapest, which would lose the order of the index.
 */
const PLANNER_SETTINGS = ['jit = off', 'plan_cache_mode = force_generic_plan', 'enable_seqscan = off']

/** Begins the transaction and sets its role and tenant in one round trip. Schema changes, as the owner, have no timeout. */
async function begin(client: pg.PoolClient, { mode, role, tenantId }: TransactionOptions): Promise<void> {
  const settings =
    role === 'owner'
      ? ['set local statement_timeout = 0']
      : [`set local role whodid_${role}`, ...PLANNER_SETTINGS.map((setting) => `set local ${setting}`)]
  if (tenantId !== null) settings.push(compile(setTenant(tenantId)).text)
  try {
    await client.query([`begin ${mode}`, ...settings].join('; '))
  } catch (error) {
    // The user is not a member of the role, or the role does not exist.
    if (!isForbidden(error) && getErrorCode(error) !== '22023') throw error
    throw new WhodidError(
      'store_unavailable',
      `The database user may not use the role whodid_${role}. Grant access with migratePostgres(ownerUrl, { grantTo }) from @whodid/postgres/pg.`,
      { cause: error },
    )
  }
}

/** The most statements that are prepared on each connection. Others are planned each time. */
const MAX_PREPARED = 100
const statementNames = new Map<string, string>()

/**
 * Returns the name under which a read is prepared, because planning it over many partitions takes longer than running it. The
 * name is a hash of the text, so that stores can share a host's pool.
 */
function getStatementName(text: string): string | undefined {
  const existing = statementNames.get(text)
  if (existing !== undefined || statementNames.size >= MAX_PREPARED) return existing
  const name = `whodid_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
  statementNames.set(text, name)
  return name
}

async function run<R extends Row>(
  on: pg.Pool | pg.PoolClient,
  statement: Sql,
  getName?: (text: string) => string | undefined,
): Promise<R[]> {
  const { text, params } = compile(statement)
  const { rows } = await on.query<R>({ name: getName?.(text), text, values: [...params], types })
  return rows
}
