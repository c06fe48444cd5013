import { AUDIT_CATEGORY, type CompleteEvent, type PreparedEvent } from '@whodid/core'
import { EVENTS_CHANNEL, tables } from '../schema/tables.ts'
import { formatArray, integer, join, raw, type Sql, type SqlValue, sql } from '../sql.ts'

type Column = readonly [name: string, type: string, getCell: (event: PreparedEvent) => string | null]

function formatJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value)
}

function formatBoolean(value: boolean | null): string | null {
  return value === null ? null : String(value)
}

const RESTORE_ACTION = /\.(?:restored|recovered|undeleted|untrashed|reinstated)$/
const TRASH_ACTION = /\.trashed$/

/** Returns true if the resource is deleted after the event, false if it exists, and null if unknown. */
export function getResourceDeleted({ action, kind, status, resource }: CompleteEvent): boolean | null {
  if (status !== 'success' || resource.id === null) return null
  if (RESTORE_ACTION.test(action)) return false
  if (kind === 'delete' || TRASH_ACTION.test(action)) return true
  return kind === 'create' ? false : null
}

/** Returns the id of the event's project: from its scope, or its resource if that is a project. */
function getProjectId({ scope, resource }: CompleteEvent): string | null {
  return scope.project?.id ?? (resource.type === 'project' ? resource.id : null)
}

/** The columns of an event, except `tenant_id`, `seq` and its bytes. */
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
  ['on_behalf_of', 'jsonb', (event) => formatJson(event.actor.onBehalfOf)],
  ['impersonated_by', 'jsonb', (event) => formatJson(event.actor.impersonatedBy)],
  ['resource_type', 'text', (event) => event.resource.type],
  ['resource_id', 'text', (event) => event.resource.id],
  ['resource_name', 'text', (event) => event.resource.name ?? null],
  ['resource_href', 'text', (event) => event.resource.href ?? null],
  ['resource_deleted', 'boolean', (event) => formatBoolean(getResourceDeleted(event))],
  ['project_id', 'text', getProjectId],
  ['scope', 'jsonb', (event) => formatJson(event.scope)],
  ['description', 'text', (event) => event.description],
  ['changes', 'jsonb', (event) => formatJson(event.changes)],
  ['metadata', 'jsonb', (event) => formatJson(event.metadata)],
  ['error', 'jsonb', (event) => formatJson(event.error)],
  ['redacted', 'jsonb', (event) => formatJson(event.redacted)],
  ['caused_by', 'uuid', (event) => event.causedBy],
  ['channel', 'text', (event) => event.context.channel],
  ['ip', 'text', (event) => event.context.ip],
  ['user_agent', 'text', (event) => event.context.userAgent],
  ['request_id', 'text', (event) => event.context.requestId],
  ['trace_id', 'text', (event) => event.context.traceId],
  ['method', 'text', (event) => event.context.method],
  ['route', 'text', (event) => event.context.route],
  ['search_text', 'text', (event) => event.searchText],
  ['disclosures', 'jsonb', (event) => formatJson(event.disclosures)],
]

const columnNames = raw(columns.map(([name]) => name).join(', '))

/** The size of a SHA-256. */
const HASH_BYTES = 32
const HASH_SIZE = integer(HASH_BYTES)

/** Concatenates the leaf hash, digest and canonical bytes of events, with the offset and canonical size of each event. */
function packBytes(events: readonly PreparedEvent[]) {
  const offsets: number[] = []
  const sizes: number[] = []
  let size = 0
  for (const { canonical } of events) {
    offsets.push(size + 1)
    sizes.push(canonical.length)
    size += 2 * HASH_BYTES + canonical.length
  }
  const bytes = new Uint8Array(size)
  events.forEach(({ leafHash, digest, canonical }, index) => {
    const offset = (offsets[index] ?? 1) - 1
    bytes.set(leafHash, offset)
    bytes.set(digest, offset + HASH_BYTES)
    bytes.set(canonical, offset + 2 * HASH_BYTES)
  })
  return { bytes, offsets, sizes }
}

/** Counts events by key. Keys are sorted, so that concurrent transactions lock the rollup rows in one order. */
function countByKey(events: readonly PreparedEvent[], getKey: (event: PreparedEvent) => readonly string[]) {
  const counts = new Map<string, { readonly key: readonly string[]; n: number }>()
  for (const event of events) {
    const key = getKey(event)
    const name = key.join('\n')
    const count = counts.get(name)
    if (count === undefined) counts.set(name, { key, n: 1 })
    else count.n += 1
  }
  const rows = [...counts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row)
  return { column: (index: number): SqlValue => rows.map(({ key }) => key[index] ?? null), n: rows.map(({ n }) => n) }
}

/** Builds the statement that adds events to the counts by day, such as `2026-11-20`. */
function countDays(tenantId: string, events: readonly PreparedEvent[]): Sql {
  const { column, n } = countByKey(events, ({ occurredAt, action, kind, status }) => [
    occurredAt.slice(0, 10),
    action,
    kind,
    status,
  ])
  return sql`
      insert into ${tables.rollupDay} as r (tenant_id, day, action, kind, status, n)
      select ${tenantId}::text, * from unnest(${column(0)}::date[], ${column(1)}::text[],
        ${column(2)}::text[], ${column(3)}::text[], ${n}::bigint[])
      on conflict (tenant_id, day, action, kind, status) do update set n = r.n + excluded.n`
}

/** Builds the statement that adds events to the counts by hour, such as `2026-11-20T10:00:00Z`. */
function countHours(tenantId: string, events: readonly PreparedEvent[]): Sql {
  const { column, n } = countByKey(
    events.filter(({ category }) => category !== AUDIT_CATEGORY),
    ({ occurredAt }) => [`${occurredAt.slice(0, 13)}:00:00Z`],
  )
  return sql`
      insert into ${tables.rollupHour} as r (tenant_id, hour, n)
      select ${tenantId}::text, * from unnest(${column(0)}::timestamptz[], ${n}::bigint[])
      on conflict (tenant_id, hour) do update set n = r.n + excluded.n`
}

/**
 * Prepares the statement that stores new events: it inserts events, ledger rows and resource states, updates the counts, and
 * moves the ledger head. The slow part runs now, so that a caller can prepare a batch before it knows the last `seq`. The text is
 * the same for any number of events.
 */
export function prepareInsert(tenantId: string, events: readonly PreparedEvent[]): (lastSeq: number) => Sql {
  const { bytes, offsets, sizes } = packBytes(events)
  // Formatted now, because compiling the statement would format them later.
  const arrays = columns.map(([, type, getCell]) => sql`${formatArray(events.map(getCell))}::${raw(type)}[]`)
  const positions = sql`${formatArray(offsets)}::integer[], ${formatArray(sizes)}::integer[]`
  const [byDay, byHour] = [countDays(tenantId, events), countHours(tenantId, events)]
  return (lastSeq) => sql`
    with new_events as materialized (
      select ${lastSeq}::bigint + ordinal as seq,
        substring(bytes from byte_offset for ${HASH_SIZE}) as leaf_hash,
        substring(bytes from byte_offset + ${HASH_SIZE} for ${HASH_SIZE}) as digest,
        substring(bytes from byte_offset + 2 * ${HASH_SIZE} for size) as canonical, ${columnNames}
      from unnest(${positions}, ${join(arrays, ', ')}) with ordinality
          as input (byte_offset, size, ${columnNames}, ordinal),
        (select ${bytes}::bytea as bytes) as packed
    ), stored as (
      insert into ${tables.events} (tenant_id, seq, digest, canonical, ${columnNames})
      select ${tenantId}::text, seq, digest, canonical, ${columnNames} from new_events
    ), sealed as (
      insert into ${tables.ledger} (tenant_id, seq, event_id, leaf_hash)
      select ${tenantId}::text, seq, id, leaf_hash from new_events
    ), states as (
      insert into ${tables.resourceStates} as s (tenant_id, resource_type, resource_id, event_id, deleted)
      select distinct on (resource_type, resource_id) ${tenantId}::text, resource_type, resource_id, id, resource_deleted
      from new_events where resource_deleted is not null order by resource_type, resource_id, id desc
      on conflict (tenant_id, resource_type, resource_id)
      do update set event_id = excluded.event_id, deleted = excluded.deleted where s.event_id < excluded.event_id
    ), by_day as (${byDay}
    ), by_hour as (${byHour}
    )
    update ${tables.ledgerHead} set seq = ${lastSeq + events.length} where tenant_id = ${tenantId}`
}

/** The longest tenant id in a notification, in characters. Longer ids notify every tenant. PostgreSQL allows 8,000 bytes. */
const MAX_NOTIFY_LENGTH = 1_000

/** Notifies followers once the transaction commits. A separate statement, because Citus would run it on a worker. */
export function notifyFollowers(tenantId: string): Sql {
  return sql`select pg_notify(${EVENTS_CHANNEL}, ${tenantId.length <= MAX_NOTIFY_LENGTH ? tenantId : ''})`
}
