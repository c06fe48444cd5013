import pg from 'pg'
import { type Db, type Queries, type Row, tenantIs } from './db.ts'
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
    async tx(_role, tenantId, work) {
      const client = await pool.connect()
      let broken: Error | undefined
      try {
        // The schema's own changes have no tenant, and may take their time.
        await client.query(
          `begin; ${tenantId === null ? 'set local statement_timeout = 0' : compile(tenantIs(tenantId)).text}`,
        )
        const queries: Queries = { query: (statement) => run(client, statement) }
        const result = await work(queries)
        const { command } = await client.query('commit')
        if (command !== 'COMMIT') throw new Error('The transaction was rolled back by the database.')
        return result
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => {
          broken = failure
        })
        throw error
      } finally {
        client.release(broken)
      }
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

const run = async <R extends Row>(on: pg.Pool | pg.PoolClient, statement: Sql): Promise<R[]> => {
  const { text, params } = compile(statement)
  const { rows } = await on.query<R>({ text, values: [...params], types })
  return rows
}
