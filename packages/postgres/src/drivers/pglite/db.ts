import type { PGlite, PGliteInterface, Transaction } from '@electric-sql/pglite'
import type { Db, Queries, Row } from '../../db.ts'
import { compile, type Sql, setTenant, sql } from '../../sql.ts'

/** Wraps a PGlite instance of this thread. In a transaction, only the transaction's own `query` may be used: others deadlock. */
export function createPgliteDb(pglite: PGliteInterface, durability: NonNullable<Db['durability']>): Db {
  const query: Db['query'] = (statement) => run(pglite, statement)
  const tx: Db['tx'] = (_role, tenantId, work) =>
    pglite.transaction(async (transaction) => {
      const queries: Queries = { query: (statement) => run(transaction, statement) }
      if (tenantId !== null) await queries.query(setTenant(tenantId))
      return work(queries)
    })
  return {
    engine: 'pglite',
    durability,
    query,
    tx,
    read: (tenantId, work) => work({ query, inTransaction: (reads) => tx('reader', tenantId, reads) }),
    listen: (channel, onNotify) => pglite.listen(channel, onNotify),
    close: () => pglite.close(),
  }
}

async function run<R extends Row>(on: PGliteInterface | Transaction, statement: Sql): Promise<R[]> {
  const { text, params } = compile(statement)
  const { rows } = await on.query<R>(text, [...params])
  return rows
}

/** Returns the durability of an instance that the caller created. PGlite itself never calls fsync. */
export function getDurability({ dataDir }: Pick<PGlite, 'dataDir'>): 'process-crash' | 'memory' {
  return dataDir === undefined || dataDir === '' || dataDir.startsWith('memory://') ? 'memory' : 'process-crash'
}

export async function hasExtensions(pglite: PGliteInterface): Promise<boolean> {
  const { text, params } = compile(
    sql`select count(*) = 2 as ready from pg_available_extensions where name in ('pg_trgm', 'btree_gin')`,
  )
  return (await pglite.query<{ ready: boolean }>(text, [...params])).rows[0]?.ready ?? false
}
