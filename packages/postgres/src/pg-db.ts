import pg from 'pg'
import { type Db, type Queries, type Reads, type Role, type Row, tenantIs } from './db.ts'
import { pgListen } from './pg-listen.ts'
import { compile, type Sql } from './sql.ts'

const INT8 = 20

/** As PGlite gives them, numbers for bigint; the pool's own parsers are left alone. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
}

/** A pool of `pg` as a database. */
export const pgDb = (pool: pg.Pool, { ownsPool }: { readonly ownsPool: boolean }): Db => {
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
      within(pool, beginning('begin', role, tenantId), work, async (client) => {
        const { command } = await client.query('commit')
        if (command !== 'COMMIT') throw new Error('The transaction was rolled back by the database.')
        client.release()
      }),
    read: (tenantId, work) =>
      within(
        pool,
        beginning('begin read only', 'reader', tenantId),
        (queries) => work(inTransaction(queries)),
        async (client) => {
          // What was read stands whether or not the commit arrives, so nobody waits for it.
          client.query('commit').then(
            () => client.release(),
            (error: Error) => client.release(error),
          )
        },
      ),
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

const inTransaction = (queries: Queries): Reads => ({ ...queries, bound: (work) => work(queries) })

/** One round trip: the transaction, whose rights it has, and the tenant. */
const beginning = (begin: string, role: Role, tenantId: string | null): string =>
  [
    begin,
    ...(role === 'owner' ? [] : [`set local role whodid_${role}`]),
    // The schema's own changes have no tenant, and may take their time.
    tenantId === null ? 'set local statement_timeout = 0' : compile(tenantIs(tenantId)).text,
  ].join('; ')

/** Runs work in a transaction. `end` ends it and gives the connection back; before that, any error rolls it back. */
const within = async <T>(
  pool: pg.Pool,
  begin: string,
  work: (queries: Queries) => Promise<T>,
  end: (client: pg.PoolClient) => Promise<void>,
): Promise<T> => {
  const client = await pool.connect()
  try {
    await client.query(begin)
    const result = await work({ query: (statement) => run(client, statement) })
    await end(client)
    return result
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (failure: Error) => client.release(failure),
    )
    throw error
  }
}

const run = async <R extends Row>(on: pg.Pool | pg.PoolClient, statement: Sql): Promise<R[]> => {
  const { text, params } = compile(statement)
  const { rows } = await on.query<R>({ text, values: [...params], types })
  return rows
}
