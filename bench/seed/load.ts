import { idFloor } from '@whodid/core'
import { rollups } from '../../packages/postgres/src/schema/migrations/0003-rollups.ts'
import type { Client, Order } from './order.ts'
import { END, headsOf, planOf, type Stretch } from './plan.ts'

type Say = (what: string) => void

async function one<R extends Record<string, unknown>>(
  client: Client,
  text: string,
  values: unknown[] = [],
): Promise<R> {
  const { rows } = await client.query<R>(text, values)
  const [row] = rows
  if (row === undefined) throw new Error(`No row: ${text}`)
  return row
}

async function timed<T>(say: Say, what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  say(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}

async function partitionOf(client: Client, stretch: Stretch) {
  const date = new Date(stretch.from)
  await client.query('select whodid.ensure_month($1, $2)', [date.getUTCFullYear(), date.getUTCMonth() + 1])
  return one<{ name: string; bound: string }>(
    client,
    `select c.oid::regclass::text as name, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_class c where c.relname = $1 and c.relnamespace = 'whodid'::regnamespace`,
    [`events_${date.toISOString().slice(0, 7).replace('-', '_')}`],
  )
}

/** Detaches a partition and takes its indexes off. Gives what makes them again. */
async function lay(client: Client, table: string): Promise<readonly string[]> {
  await client.query(`alter table whodid.events detach partition ${table}`)
  const { rows } = await client.query<{
    index: string
    definition: string
    key: string | null
    key_name: string | null
  }>(
    `select i.indexrelid::regclass::text as index, pg_get_indexdef(i.indexrelid) as definition,
      pg_get_constraintdef(c.oid) as key, c.conname as key_name
    from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
    where i.indrelid = $1::regclass order by i.indisprimary desc, i.indexrelid`,
    [table],
  )
  const remake: string[] = []
  for (const { index, definition, key, key_name: name } of rows) {
    await client.query(name === null ? `drop index ${index}` : `alter table ${table} drop constraint ${name}`)
    remake.push(name === null ? definition : `alter table ${table} add constraint ${name} ${key}`)
  }
  return remake
}

async function sealAll(client: Client, rows: number): Promise<void> {
  const constraints = await client.query<{ name: string; definition: string }>(
    `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = 'whodid.ledger'::regclass and contype in ('p', 'u') order by contype`,
  )
  await client.query('begin')
  await client.query('truncate whodid.ledger, whodid.ledger_head')
  for (const { name } of constraints.rows) await client.query(`alter table whodid.ledger drop constraint ${name}`)
  await client.query(`insert into whodid.ledger (tenant_id, seq, event_id, leaf_hash)
    select tenant_id, seq, id, sha256('\\x00'::bytea || canonical) from whodid.events`)
  for (const [tenantId, seq] of headsOf(rows)) {
    await client.query('insert into whodid.ledger_head (tenant_id, seq) values ($1, $2)', [tenantId, seq])
  }
  await client.query('commit')
  for (const { name, definition } of constraints.rows) {
    await client.query(`alter table whodid.ledger add constraint ${name} ${definition}`)
  }
}

/** As appending does it, event by event. */
const FATES = `insert into whodid.resource_fates (tenant_id, resource_type, resource_id, event_id, deleted)
  select distinct on (tenant_id, resource_type, resource_id) tenant_id, resource_type, resource_id, id, leaves_deleted
  from whodid.events where leaves_deleted is not null order by tenant_id, resource_type, resource_id, id desc`

/** As the migration that brings the rollups counts what is there already. */
async function countAll(client: Client): Promise<void> {
  for (const statement of rollups) if (statement.startsWith('insert into')) await client.query(statement)
  await client.query('analyze whodid.rollup_day')
  await client.query('analyze whodid.rollup_hour')
}

/**
 * Fills a database, in which a store was opened before, with a data set of so many rows. Partitions are filled on their own, and
 * get their indexes once they are full: `fill` does that.
 */
export async function load(
  client: Client,
  rows: number,
  fill: (orders: readonly Order[]) => Promise<void>,
  say: Say,
): Promise<void> {
  const orders: Order[] = []
  const bounds: { readonly table: string; readonly bound: string }[] = []
  for (const stretch of planOf(rows)) {
    const { name, bound } = await partitionOf(client, stretch)
    bounds.push({ table: name, bound })
    orders.push({ rows, table: name, stretch, indexes: await lay(client, name) })
  }
  await timed(say, 'events copied and indexed', () => fill(orders))
  for (const { table, bound } of bounds) {
    await client.query(`alter table whodid.events attach partition ${table} ${bound}`)
  }
  await timed(say, 'ledger', () => sealAll(client, rows))
  await timed(say, 'rollups', () => countAll(client))
  await timed(say, 'fates of resources', () => client.query(FATES))
  await timed(say, 'vacuum of the ledger, statistics', async () => {
    await client.query('vacuum (freeze, analyze) whodid.ledger')
    await client.query('vacuum (freeze, analyze) whodid.resource_fates')
    await client.query('analyze whodid.events')
  })
}

/** Takes out of a seeded database what was stored since: everything after the year. */
export async function clean(client: Client, rows: number): Promise<void> {
  const end = new Date(END).toISOString()
  await client.query('begin')
  await client.query('delete from whodid.events where id >= $1', [idFloor(END)])
  for (const [tenantId, seq] of headsOf(rows)) {
    await client.query('delete from whodid.ledger where tenant_id = $1 and seq > $2', [tenantId, seq])
    await client.query('update whodid.ledger_head set seq = $2 where tenant_id = $1', [tenantId, seq])
  }
  await client.query('delete from whodid.rollup_day where day >= $1::timestamptz::date', [end])
  await client.query('delete from whodid.rollup_hour where hour >= $1', [end])
  await client.query('delete from whodid.resource_fates where event_id >= $1', [idFloor(END)])
  await client.query('truncate whodid.inbox, whodid.inbox_watermark')
  await client.query('commit')
  const { rows: used } = await client.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
    where relname in ('events_2026_11', 'ledger', 'ledger_head', 'rollup_day', 'rollup_hour', 'resource_fates') and relnamespace = 'whodid'::regnamespace`,
  )
  for (const { name } of used) await client.query(`vacuum (analyze) ${name}`)
}
