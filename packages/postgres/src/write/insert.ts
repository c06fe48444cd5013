import type { PreparedEvent } from '@whodid/core'
import { leavesDeleted, projectOf } from '../read/rows.ts'
import { CHANNEL, tables } from '../schema/tables.ts'
import { arrayLiteral, constant, join, raw, type Sql, sql } from '../sql.ts'
import { countEventsAnew } from './rollups.ts'

type Column = readonly [name: string, type: string, cell: (event: PreparedEvent) => string | null]

function json(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value)
}

function flag(value: boolean | null): string | null {
  return value === null ? null : String(value)
}

/** What stands in the columns of an event, but for its bytes. */
export const columns: readonly Column[] = [
  ['id', 'uuid', (event) => event.id],
  ['occurred_at', 'timestamptz', (event) => event.occurredAt],
  ['received_at', 'timestamptz', (event) => event.receivedAt],
  ['action', 'text', (event) => event.action],
  ['category', 'text', (event) => event.category],
  ['kind', 'text', (event) => event.kind],
  ['status', 'text', (event) => event.status],
  ['severity', 'text', (event) => event.severity],
  ['actor_type', 'text', (event) => event.actor.type],
  ['actor_id', 'text', (event) => event.actor.id],
  ['actor_name', 'text', (event) => event.actor.name ?? null],
  ['actor_email', 'text', (event) => event.actor.email ?? null],
  ['on_behalf_of', 'jsonb', (event) => json(event.actor.onBehalfOf)],
  ['impersonated_by', 'jsonb', (event) => json(event.actor.impersonatedBy)],
  ['resource_type', 'text', (event) => event.resource.type],
  ['resource_id', 'text', (event) => event.resource.id],
  ['resource_name', 'text', (event) => event.resource.name ?? null],
  ['resource_href', 'text', (event) => event.resource.href ?? null],
  ['leaves_deleted', 'boolean', (event) => flag(leavesDeleted(event))],
  ['project_id', 'text', projectOf],
  ['scope', 'jsonb', (event) => json(event.scope)],
  ['description', 'text', (event) => event.description],
  ['changes', 'jsonb', (event) => json(event.changes)],
  ['metadata', 'jsonb', (event) => json(event.metadata)],
  ['error', 'jsonb', (event) => json(event.error)],
  ['redacted', 'jsonb', (event) => json(event.redacted)],
  ['caused_by', 'uuid', (event) => event.causedBy],
  ['channel', 'text', (event) => event.context.channel],
  ['ip', 'text', (event) => event.context.ip],
  ['user_agent', 'text', (event) => event.context.userAgent],
  ['request_id', 'text', (event) => event.context.requestId],
  ['trace_id', 'text', (event) => event.context.traceId],
  ['method', 'text', (event) => event.context.method],
  ['route', 'text', (event) => event.context.route],
  ['search_text', 'text', (event) => event.searchText],
  ['disclosures', 'jsonb', (event) => json(event.disclosures)],
]

const names = raw(columns.map(([name]) => name).join(', '))

/** The leaf hash, the digest and the canonical bytes of events in one, and where those of each begin and how long the last are. */
function packed(events: readonly PreparedEvent[]) {
  const begins: number[] = []
  const sizes: number[] = []
  let size = 0
  for (const { canonical } of events) {
    begins.push(size + 1)
    sizes.push(canonical.length)
    size += 2 * HASH_BYTES + canonical.length
  }
  const bytes = new Uint8Array(size)
  events.forEach(({ leafHash, digest, canonical }, index) => {
    const begin = (begins[index] ?? 1) - 1
    bytes.set(leafHash, begin)
    bytes.set(digest, begin + HASH_BYTES)
    bytes.set(canonical, begin + 2 * HASH_BYTES)
  })
  return { bytes, begins, sizes }
}

/** Of a SHA-256. */
const HASH_BYTES = 32
const HASH = constant(HASH_BYTES)

/**
 * Inserts events that are new with their places in the ledger and what they leave of their resources, counts them, and moves
 * the head: one statement, whose text is the same for every number of events. It is written out here, which takes a while, and
 * can be had for a place in the ledger later, while others wait.
 */
export function insertionOf(tenantId: string, events: readonly PreparedEvent[]): (lastSeq: number) => Sql {
  const { bytes, begins, sizes } = packed(events)
  // Written out now: compiling the statement would do it later.
  const arrays = columns.map(([, type, cell]) => sql`${arrayLiteral(events.map(cell))}::${raw(type)}[]`)
  const places = sql`${arrayLiteral(begins)}::integer[], ${arrayLiteral(sizes)}::integer[]`
  const { byDay, byHour } = countEventsAnew(tenantId, events)
  return (lastSeq) => sql`
    with fresh as materialized (
      select ${lastSeq}::bigint + place as seq,
        substring(bytes from at for ${HASH}) as leaf_hash,
        substring(bytes from at + ${HASH} for ${HASH}) as digest,
        substring(bytes from at + 2 * ${HASH} for size) as canonical, ${names}
      from unnest(${places}, ${join(arrays, ', ')}) with ordinality as given (at, size, ${names}, place),
        (select ${bytes}::bytea as bytes) as packed
    ), stored as (
      insert into ${tables.events} (tenant_id, seq, digest, canonical, ${names})
      select ${tenantId}::text, seq, digest, canonical, ${names} from fresh
    ), sealed as (
      insert into ${tables.ledger} (tenant_id, seq, event_id, leaf_hash)
      select ${tenantId}::text, seq, id, leaf_hash from fresh
    ), fated as (
      insert into ${tables.resourceFates} as f (tenant_id, resource_type, resource_id, event_id, deleted)
      select distinct on (resource_type, resource_id) ${tenantId}::text, resource_type, resource_id, id, leaves_deleted
      from fresh where leaves_deleted is not null order by resource_type, resource_id, id desc
      on conflict (tenant_id, resource_type, resource_id)
      do update set event_id = excluded.event_id, deleted = excluded.deleted where f.event_id < excluded.event_id
    ), by_day as (${byDay}
    ), by_hour as (${byHour}
    )
    update ${tables.ledgerHead} set seq = ${lastSeq + events.length} where tenant_id = ${tenantId}`
}

/** A notification takes fewer than 8,000 bytes. Without a tenant it is for everybody. */
const LONGEST_HINT = 1_000

/** Hints at new events once the transaction is committed. A statement of its own, since Citus would run it on a worker. */
export function hintAt(tenantId: string): Sql {
  return sql`select pg_notify(${CHANNEL}, ${tenantId.length <= LONGEST_HINT ? tenantId : ''})`
}
