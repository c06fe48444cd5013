import type { PreparedEvent } from '@whodid/core'
import { prepareEvent } from '@whodid/core/seal'
import pg from 'pg'
import { compile, sql } from '../../packages/postgres/src/sql.ts'
import { columns, getResourceDeleted } from '../../packages/postgres/src/write/insert.ts'
import { catalog } from '../seed/catalog.ts'
import { createEventGenerator } from '../seed/events.ts'
import { TENANTS } from '../seed/plan.ts'
import { createRandom } from '../seed/random.ts'

/** Formats an array, before the measurement starts. */
function formatArray(values: readonly (string | number | Uint8Array | null)[]): unknown {
  return compile(sql`${values}`).params[0]
}

const columnNames = columns.map(([name]) => name).join(', ')
const unnested = columns.map(([, type], at) => `$${at + 5}::${type}[]`).join(', ')
// Canonical bytes are sent as text, which is half as long as hexadecimal.
const INSERT_EVENTS = `insert into whodid.events (tenant_id, seq, digest, canonical, ${columnNames})
  select $1, seq, digest, convert_to(canonical, 'UTF8'), ${columnNames}
  from unnest($2::bigint[], $3::bytea[], $4::text[], ${unnested}) as new (seq, digest, canonical, ${columnNames})`
const INSERT_LEDGER = `insert into whodid.ledger (tenant_id, seq, event_id, leaf_hash)
  select $1, seq, id, leaf_hash from unnest($2::bigint[], $3::uuid[], $4::bytea[]) as new (seq, id, leaf_hash)`
const UPSERT_RESOURCE_STATES = `insert into whodid.resource_states as s (tenant_id, resource_type, resource_id, event_id, deleted)
  select distinct on (resource_type, resource_id) $1, resource_type, resource_id, id, deleted
  from unnest($2::uuid[], $3::text[], $4::text[], $5::boolean[]) as new (id, resource_type, resource_id, deleted)
  where deleted is not null order by resource_type, resource_id, id desc
  on conflict (tenant_id, resource_type, resource_id)
  do update set event_id = excluded.event_id, deleted = excluded.deleted where s.event_id < excluded.event_id`
const COUNT_DAYS = `insert into whodid.rollup_day as r (tenant_id, day, action, kind, status, n)
  select $1, day, action, kind, status, count(*)
  from unnest($2::date[], $3::text[], $4::text[], $5::text[]) as new (day, action, kind, status) group by 2, 3, 4, 5
  on conflict (tenant_id, day, action, kind, status) do update set n = r.n + excluded.n`
const COUNT_HOURS = `insert into whodid.rollup_hour as r (tenant_id, hour, n)
  select $1, date_trunc('hour', at), count(*) from unnest($2::timestamptz[]) as new (at) group by 2
  on conflict (tenant_id, hour) do update set n = r.n + excluded.n`

interface Batch {
  readonly size: number
  readonly statements: readonly { readonly text: string; readonly name: string; readonly values: unknown[] }[]
}

const utf8 = new TextDecoder()

function createBatch(tenant: string, events: readonly PreparedEvent[], lastSeq: number): Batch {
  const seqs = formatArray(events.map((_, at) => lastSeq + at + 1))
  const times = formatArray(events.map(({ occurredAt }) => occurredAt))
  const cells = columns.map(([, , cell]) => formatArray(events.map(cell)))
  const toArray = (getValue: (event: PreparedEvent) => string | Uint8Array | null) => formatArray(events.map(getValue))
  const texts = toArray(({ canonical }) => utf8.decode(canonical))
  const deleted = events.map(getResourceDeleted).map((value) => (value === null ? null : String(value)))
  return {
    size: events.length,
    statements: [
      { name: 'events', text: INSERT_EVENTS, values: [tenant, seqs, toArray(({ digest }) => digest), texts, ...cells] },
      {
        name: 'ledger',
        text: INSERT_LEDGER,
        values: [tenant, seqs, toArray(({ id }) => id), toArray((event) => event.leafHash)],
      },
      {
        name: 'states',
        text: UPSERT_RESOURCE_STATES,
        values: [
          tenant,
          toArray(({ id }) => id),
          toArray(({ resource }) => resource.type),
          toArray(({ resource }) => resource.id),
          formatArray(deleted),
        ],
      },
      {
        name: 'days',
        text: COUNT_DAYS,
        values: [
          tenant,
          times,
          toArray(({ action }) => action),
          toArray(({ kind }) => kind),
          toArray(({ status }) => status),
        ],
      },
      { name: 'hours', text: COUNT_HOURS, values: [tenant, times] },
    ],
  }
}

/** Measures the events per second that hand-written SQL inserts on one connection. Events are prepared in advance. */
export async function measureSqlInsert(
  url: string,
  { tenant, rows, batches, batchSize }: { tenant: string; rows: number; batches: number; batchSize: number },
): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: heads } = await client.query<{ seq: string }>(
      'select seq from whodid.ledger_head where tenant_id = $1',
      [tenant],
    )
    let seq = Number(heads[0]?.seq ?? 0)
    const make = createEventGenerator(createRandom(77), rows)
    const at = TENANTS.indexOf(tenant)
    const now = Date.now()
    const prepared = Array.from({ length: batches }, () => {
      const events = Array.from({ length: batchSize }, () =>
        prepareEvent(make(at, now - 1), { catalog: catalog.json, tenantId: tenant, receivedAt: now }),
      )
      seq += batchSize
      return createBatch(tenant, events, seq - batchSize)
    })
    const started = performance.now()
    for (const { size, statements } of prepared) {
      await client.query('begin')
      await client.query({
        name: 'head',
        text: 'update whodid.ledger_head set seq = seq + $2 where tenant_id = $1 returning seq',
        values: [tenant, size],
      })
      for (const statement of statements) await client.query(statement)
      await client.query('commit')
    }
    return (batches * batchSize * 1000) / (performance.now() - started)
  } finally {
    await client.end()
  }
}
