import type { PGlite, PGliteInterface, Transaction } from '@electric-sql/pglite'
import { type Db, type Queries, type Row, tenantIs } from '../../db.ts'
import { compile, type Sql, sql } from '../../sql.ts'

/** A PGlite instance in this thread as a database. Inside a transaction only its own `query` is used: any other would deadlock. */
export function pgliteDb(pglite: PGliteInterface, durability: NonNullable<Db['durability']>): Db {
  const query: Db['query'] = (statement) => run(pglite, statement)
  const tx: Db['tx'] = (_role, tenantId, work) =>
    pglite.transaction(async (transaction) => {
      const queries: Queries = { query: (statement) => run(transaction, statement) }
      if (tenantId !== null) await queries.query(tenantIs(tenantId))
      return work(queries)
    })
  return {
    engine: 'pglite',
    durability,
    query,
    tx,
    read: (tenantId, work) => work({ query, bound: (reads) => tx('reader', tenantId, reads) }),
    listen: (channel, heard) => pglite.listen(channel, heard),
    close: () => pglite.close(),
  }
}

async function run<R extends Row>(on: PGliteInterface | Transaction, statement: Sql): Promise<R[]> {
  const { text, params } = compile(statement)
  const { rows } = await on.query<R>(text, [...params])
  return rows
}

/** What an instance made by somebody else keeps: PGlite by itself never calls fsync. */
export function durabilityOf({ dataDir }: Pick<PGlite, 'dataDir'>): 'process-crash' | 'memory' {
  return dataDir === undefined || dataDir === '' || dataDir.startsWith('memory://') ? 'memory' : 'process-crash'
}

export async function extensionsReady(pglite: PGliteInterface): Promise<boolean> {
  const { text, params } = compile(
    sql`select count(*) = 2 as ready from pg_available_extensions where name in ('pg_trgm', 'btree_gin')`,
  )
  return (await pglite.query<{ ready: boolean }>(text, [...params])).rows[0]?.ready ?? false
}
