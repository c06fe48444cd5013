import { getMinId } from '@whodid/core/event'
import { rollupsMigration } from '../../packages/postgres/src/schema/migrations/0003-rollups.ts'
import type { Client, PartitionJob } from './partition-job.ts'
import { END, getLastSeqs, type Month, planMonths } from './plan.ts'

type Log = (message: string) => void

async function queryOne<R extends Record<string, unknown>>(
  client: Client,
  text: string,
  values: unknown[] = [],
): Promise<R> {
  const { rows } = await client.query<R>(text, values)
  const [row] = rows
  if (row === undefined) throw new Error(`No row: ${text}`)
  return row
}

async function logTime<T>(log: Log, name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}

async function createPartition(client: Client, month: Month) {
  const date = new Date(month.from)
  await client.query('select whodid.ensure_partition($1, $2)', [date.getUTCFullYear(), date.getUTCMonth() + 1])
  return queryOne<{ name: string; bound: string }>(
    client,
    `select c.oid::regclass::text as name, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_class c where c.relname = $1 and c.relnamespace = 'whodid'::regnamespace`,
    [`events_${date.toISOString().slice(0, 7).replace('-', '_')}`],
  )
}

/** Detaches a partition and drops its indexes. Returns the statements that create them again. */
async function detachPartition(client: Client, table: string): Promise<readonly string[]> {
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

async function fillLedger(client: Client, rows: number): Promise<void> {
  const constraints = await client.query<{ name: string; definition: string }>(
    `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = 'whodid.ledger'::regclass and contype in ('p', 'u') order by contype`,
  )
  await client.query('begin')
  await client.query('truncate whodid.ledger, whodid.ledger_head')
  for (const { name } of constraints.rows) await client.query(`alter table whodid.ledger drop constraint ${name}`)
  await client.query(`insert into whodid.ledger (tenant_id, seq, event_id, leaf_hash)
    select tenant_id, seq, id, sha256('\\x00'::bytea || canonical) from whodid.events`)
  for (const [tenantId, seq] of getLastSeqs(rows)) {
    await client.query('insert into whodid.ledger_head (tenant_id, seq) values ($1, $2)', [tenantId, seq])
  }
  await client.query('commit')
  for (const { name, definition } of constraints.rows) {
    await client.query(`alter table whodid.ledger add constraint ${name} ${definition}`)
  }
}

/** Inserts the states that `append` would store. */
const INSERT_RESOURCE_STATES = `insert into whodid.resource_states (tenant_id, resource_type, resource_id, event_id, deleted)
  select distinct on (tenant_id, resource_type, resource_id) tenant_id, resource_type, resource_id, id, resource_deleted
  from whodid.events where resource_deleted is not null order by tenant_id, resource_type, resource_id, id desc`

/** Runs the counting statements of the rollups migration. */
async function fillRollups(client: Client): Promise<void> {
  for (const statement of rollupsMigration) if (statement.startsWith('insert into')) await client.query(statement)
  await client.query('analyze whodid.rollup_day')
  await client.query('analyze whodid.rollup_hour')
}

/**
 * Fills the database of a store with a data set. `fill` fills detached partitions and then creates their indexes, which is faster.
 */
export async function loadDataSet(
  client: Client,
  rows: number,
  fill: (jobs: readonly PartitionJob[]) => Promise<void>,
  log: Log,
): Promise<void> {
  const jobs: PartitionJob[] = []
  const bounds: { readonly table: string; readonly bound: string }[] = []
  for (const month of planMonths(rows)) {
    const { name, bound } = await createPartition(client, month)
    bounds.push({ table: name, bound })
    jobs.push({ rows, table: name, month, indexes: await detachPartition(client, name) })
  }
  await logTime(log, 'Events copied and indexed', () => fill(jobs))
  for (const { table, bound } of bounds) {
    await client.query(`alter table whodid.events attach partition ${table} ${bound}`)
  }
  await logTime(log, 'Ledger', () => fillLedger(client, rows))
  await logTime(log, 'Rollups', () => fillRollups(client))
  await logTime(log, 'Resource states', () => client.query(INSERT_RESOURCE_STATES))
  await logTime(log, 'Vacuum and statistics', async () => {
    await client.query('vacuum (freeze, analyze) whodid.ledger')
    await client.query('vacuum (freeze, analyze) whodid.resource_states')
    await client.query('analyze whodid.events')
  })
}

/** Removes events that were stored after seeding: all after the year of the data set. */
export async function removeNewEvents(client: Client, rows: number): Promise<void> {
  const end = new Date(END).toISOString()
  await client.query('begin')
  await client.query('delete from whodid.events where id >= $1', [getMinId(END)])
  for (const [tenantId, seq] of getLastSeqs(rows)) {
    await client.query('delete from whodid.ledger where tenant_id = $1 and seq > $2', [tenantId, seq])
    await client.query('update whodid.ledger_head set seq = $2 where tenant_id = $1', [tenantId, seq])
  }
  await client.query('delete from whodid.rollup_day where day >= $1::timestamptz::date', [end])
  await client.query('delete from whodid.rollup_hour where hour >= $1', [end])
  await client.query('delete from whodid.resource_states where event_id >= $1', [getMinId(END)])
  await client.query('truncate whodid.inbox, whodid.inbox_watermark')
  await client.query('commit')
  const { rows: used } = await client.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
    where relname in ('events_2026_11', 'ledger', 'ledger_head', 'rollup_day', 'rollup_hour', 'resource_states') and relnamespace = 'whodid'::regnamespace`,
  )
  for (const { name } of used) await client.query(`vacuum (analyze) ${name}`)
}
