import type { PreparedEvent } from '@whodid/core'
import { countEventsAnew } from './rollups.ts'
import { leavesDeleted, projectOf } from './rows.ts'
import { join, raw, type Sql, type SqlValue, sql } from './sql.ts'
import { CHANNEL, tables } from './tables.ts'

type Cell = string | number | Uint8Array | null
type Column = readonly [name: string, type: string, cell: (event: PreparedEvent) => Cell]

const json = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value))
const flag = (value: boolean | null): string | null => (value === null ? null : String(value))

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

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
  ['digest', 'bytea', (event) => event.digest],
  // As the text that it is: half as long as bytes in hexadecimal.
  ['canonical', 'text', (event) => utf8.decode(event.canonical)],
  ['disclosures', 'jsonb', (event) => json(event.disclosures)],
]

const names = raw(columns.map(([name]) => name).join(', '))
const values = raw(columns.map(([name]) => (name === 'canonical' ? "convert_to(canonical, 'UTF8')" : name)).join(', '))

/**
 * Inserts events that are new with their places in the ledger and what they leave of their resources, counts them, and moves
 * the head: one statement, whose text is the same for every number of events.
 */
export const insertEvents = (tenantId: string, events: readonly PreparedEvent[], lastSeq: number): Sql => {
  const cells = (cell: (event: PreparedEvent, index: number) => Cell): SqlValue => events.map(cell)
  const arrays = columns.map(([, type, cell]) => sql`${cells(cell)}::${raw(type)}[]`)
  const { byDay, byHour } = countEventsAnew(tenantId, events)
  return sql`
    with fresh as materialized (
      select * from unnest(
        ${cells((_, index) => lastSeq + index + 1)}::bigint[],
        ${cells((event) => event.leafHash)}::bytea[],
        ${join(arrays, ', ')}
      ) as fresh (seq, leaf_hash, ${names})
    ), stored as (
      insert into ${tables.events} (tenant_id, seq, ${names}) select ${tenantId}::text, seq, ${values} from fresh
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
export const hintAt = (tenantId: string): Sql =>
  sql`select pg_notify(${CHANNEL}, ${tenantId.length <= LONGEST_HINT ? tenantId : ''})`
