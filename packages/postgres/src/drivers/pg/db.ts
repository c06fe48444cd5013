import { createHash } from 'node:crypto'
import { WhodidError } from '@whodid/core'
import pg from 'pg'
import { type Db, type Queries, type Role, type Row, tenantIs } from '../../db.ts'
import { codeOf, isForbidden } from '../../errors.ts'
import { compile, type Sql } from '../../sql.ts'
import { pgListen } from './listen.ts'

const INT8 = 20

/** As PGlite gives them, numbers for bigint; the pool's own parsers are left alone. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
}

/** A pool of `pg` as a database. */
export function pgDb(pool: pg.Pool, { ownsPool }: { readonly ownsPool: boolean }): Db {
  const stops = new Set<() => Promise<void>>()
  if (ownsPool) {
    // The pool drops a broken connection by itself; without listeners the process would end, also while the pool does.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
  }
  return {
    engine: 'postgresql',
    durability: null,
    query: (statement) => run(pool, statement),
    tx: (role, tenantId, work) =>
      within(pool, { mode: 'read write', role, tenantId }, work, async (client) => {
        const { command } = await client.query('commit')
        if (command !== 'COMMIT') throw new Error('The transaction was rolled back by the database.')
        client.release()
      }),
    read: (tenantId, work) => {
      const inTransaction = (queries: Queries) => work({ ...queries, bound: (reads) => reads(queries) })
      return within(pool, { mode: 'read only', role: 'reader', tenantId }, inTransaction, async (client) => {
        // What was read stands whether or not the commit arrives, so nobody waits for it.
        client.query('commit').then(
          () => client.release(),
          (error: Error) => client.release(error),
        )
      })
    },
    async listen(channel, heard) {
      const stop = await pgListen(pool, channel, heard)
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

interface Terms {
  readonly mode: 'read write' | 'read only'
  readonly role: Role
  readonly tenantId: string | null
}

/** Runs work in a transaction. `end` ends it and gives the connection back; before that, any error rolls it back. */
async function within<T>(
  pool: pg.Pool,
  terms: Terms,
  work: (queries: Queries) => Promise<T>,
  end: (client: pg.PoolClient) => Promise<void>,
): Promise<T> {
  const client = await pool.connect()
  const begun = begin(client, terms)
  // Not waited for, since what follows a failed beginning fails as well. Awaited below in every case, but perhaps after other
  // answers have come.
  begun.catch(() => {})
  try {
    const named = terms.mode === 'read only' ? nameOf : undefined
    const result = await work({ query: (statement) => run(client, statement, named) })
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
 * What to compile a plan over many partitions takes is longer than to run it, and so is to make one anew for each value. Of
 * empty months a sequential scan seems cheapest, for which the order of the indexes would be given up.
 */
const PLANNING = ['jit = off', 'plan_cache_mode = force_generic_plan', 'enable_seqscan = off']

/** One round trip for the transaction, its rights and its tenant. Changes of the schema, as the owner, may take their time. */
async function begin(client: pg.PoolClient, { mode, role, tenantId }: Terms): Promise<void> {
  const settings =
    role === 'owner'
      ? ['set local statement_timeout = 0']
      : [`set local role whodid_${role}`, ...PLANNING.map((setting) => `set local ${setting}`)]
  if (tenantId !== null) settings.push(compile(tenantIs(tenantId)).text)
  try {
    await client.query([`begin ${mode}`, ...settings].join('; '))
  } catch (error) {
    // The user is no member of the role, or there is none of that name.
    if (!isForbidden(error) && codeOf(error) !== '22023') throw error
    throw new WhodidError(
      'store_unavailable',
      `The database user may not work as whodid_${role}: let it in by migratePostgres(ownerUrl, { grantTo }) of @whodid/postgres/pg.`,
      { cause: error },
    )
  }
}

/** So many statements are kept prepared on each connection; further ones are planned each time. */
const PREPARED_AT_MOST = 100
const prepared = new Map<string, string>()

/**
 * The name under which a reader's statement is prepared: planning one over the partitions of a year takes longer than running
 * it. Made of its text, so that a host's pool may be shared.
 */
function nameOf(text: string): string | undefined {
  const known = prepared.get(text)
  if (known !== undefined || prepared.size >= PREPARED_AT_MOST) return known
  const name = `whodid_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
  prepared.set(text, name)
  return name
}

async function run<R extends Row>(
  on: pg.Pool | pg.PoolClient,
  statement: Sql,
  named?: (text: string) => string | undefined,
): Promise<R[]> {
  const { text, params } = compile(statement)
  const { rows } = await on.query<R>({ name: named?.(text), text, values: [...params], types })
  return rows
}
