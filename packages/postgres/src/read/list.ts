import type {
  BoundedCount,
  Change,
  CompleteEvent,
  EventError,
  Filter,
  JsonObject,
  PageRequest,
  Person,
  ReadScope,
  Scope,
  SortColumn,
  StoredEvent,
  StorePage,
} from '@whodid/core'
import { isEventId } from '@whodid/core/event'
import type { Queries, Reads, Row } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { integer, joinAnd, raw, type Sql, sql } from '../sql.ts'
import { readWatermarks } from './inbox.ts'
import { findIds, isSearched } from './matching.ts'
import { formatOrder } from './search.ts'
import { buildWhere, combineConditions, eventsWithInbox, usesInbox, type Where } from './where.ts'

/** The newest matching events that are sorted by a column other than time, or counted for facets. */
export const WINDOW_SIZE = 10_000

/** The most text matches that are counted, because each is read. */
const MAX_TEXT_COUNT = 100

/** Builds the SQL of a filter. Reads the viewer's watermarks only if the filter uses the inbox. */
export async function readWhere(queries: Queries, scope: ReadScope, filter: Filter): Promise<Where> {
  return buildWhere(scope, filter, usesInbox(scope, filter) ? await readWatermarks(queries, scope) : null)
}

/** Returns one page. */
export async function listEvents(
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  page: PageRequest,
): Promise<StorePage> {
  const where = await readWhere(reads, scope, filter)
  if (page.sort !== 'occurredAt') return listSorted(reads, scope, where, page, page.sort)

  const { order, limit, after } = page
  const orderBy = sql`order by e.id ${formatOrder(order)}`
  const afterCondition = after === null ? [] : [order === 'desc' ? sql`e.id < ${after.id}` : sql`e.id > ${after.id}`]
  if (isSearched(where)) {
    // Counts in the same search, because a second one would take as long again.
    const maxCount = Math.max(limit, after === null ? MAX_TEXT_COUNT : 0)
    const ids = await findIds({ reads, scope, where, order, limit: maxCount + 1 }, afterCondition)
    const items = await readEvents(reads, scope, sql`${hasId(scope, ids.slice(0, limit))} ${orderBy}`)
    const total = after === null ? { value: Math.min(ids.length, maxCount), exact: ids.length <= maxCount } : undefined
    return { items, hasMore: ids.length > limit, windowed: false, total }
  }
  // Selects the ids first, from an index alone if it covers the filter, then reads the events of the page.
  const ids = sql`
    select e.id from ${eventsWithInbox(scope)} where ${joinAnd([...where.conditions, ...afterCondition])} ${orderBy} limit ${integer(limit + 1)}`
  const items = await readEvents(reads, scope, sql`${hasId(scope, ids)} ${orderBy}`)
  return { items: items.slice(0, limit), hasMore: items.length > limit, windowed: false }
}

// Matches `sortValue` of core, ignoring case. Code point order, so that it is the same in every locale.
const sortKeys: { readonly [column in Exclude<SortColumn, 'occurredAt'>]: Sql } = {
  actor: raw('coalesce(e.actor_name, e.actor_email, e.actor_id)'),
  action: raw('e.action'),
  resource: raw("coalesce(e.resource_name, e.resource_id, '')"),
  description: raw('e.description'),
  status: raw('e.status'),
}

function toSortKey(value: Sql) {
  return sql`lower(${value}) collate "C"`
}

async function listSorted(
  reads: Reads,
  scope: ReadScope,
  where: Where,
  { order, limit, after }: PageRequest,
  column: Exclude<SortColumn, 'occurredAt'>,
): Promise<StorePage> {
  const key = toSortKey(sortKeys[column])
  const from =
    after === null
      ? raw('true')
      : sql`(key, id) ${raw(order === 'desc' ? '<' : '>')} (
    coalesce(
      (select ${key} from ${eventsWithInbox(scope)} where ${joinAnd(where.conditions)} and e.id = ${after.id}),
      ${toSortKey(sql`${after.value ?? ''}::text`)}
    ), ${after.id}::uuid)`
  const rows = await reads.query<{ id: string | null; windowed: boolean }>(sql`
    with newest as materialized (
      select e.id, ${key} as key, row_number() over (order by e.id desc) as recency
      from ${await selectNewest(reads, scope, where, WINDOW_SIZE + 1)} e
    ), page as (
      select id, key from newest where recency <= ${WINDOW_SIZE} and ${from}
      order by key ${formatOrder(order)}, id ${formatOrder(order)} limit ${limit + 1}
    )
    select page.id, window_full.windowed
    from (select exists (select 1 from newest where recency > ${WINDOW_SIZE}) as windowed) window_full
    left join page on true
    order by page.key ${formatOrder(order)}, page.id ${formatOrder(order)}`)
  const ids = rows.flatMap((row) => row.id ?? [])
  const events = await readEvents(reads, scope, hasId(scope, ids.slice(0, limit)))
  const byId = new Map(events.map((event) => [event.id, event]))
  return {
    items: ids.slice(0, limit).flatMap((id) => byId.get(id) ?? []),
    hasMore: ids.length > limit,
    windowed: rows[0]?.windowed ?? false,
  }
}

/** Returns a subquery of the newest matching events, with all columns. */
export async function selectNewest(reads: Reads, scope: ReadScope, where: Where, limit: number): Promise<Sql> {
  if (!isSearched(where)) {
    return sql`(select e.* from ${eventsWithInbox(scope)} where ${joinAnd(where.conditions)} order by e.id desc limit ${limit})`
  }
  const ids = await findIds({ reads, scope, where, order: 'desc', limit })
  return sql`(select e.* from ${tables.events} e where ${hasId(scope, ids)})`
}

// A semi-join by id, so that each id is looked up in its own partition.
function hasId({ tenantId }: ReadScope, ids: readonly string[] | Sql): Sql {
  return sql`e.tenant_id = ${tenantId} and e.id in (${'strings' in ids ? ids : sql`select unnest(${ids}::uuid[])`})`
}

/** The columns of `e` that a reader gets: all but the canonical bytes, the disclosures and the search text. */
const eventColumns = raw(`e.tenant_id, e.id, e.seq, e.occurred_at, e.received_at, e.action, e.category, e.kind,
  e.status, e.severity, e.actor_type, e.actor_id, e.actor_name, e.actor_email, e.on_behalf_of, e.impersonated_by,
  e.resource_type, e.resource_id, e.resource_name, e.resource_href, e.scope, e.description, e.changes, e.metadata,
  e.error, e.redacted, e.caused_by, e.channel, e.ip, e.user_agent, e.request_id, e.trace_id, e.method, e.route`)

/** The {@link eventColumns}, the state of the resource, and the viewer's `seen` and `archived`. */
interface EventRow extends Row {
  readonly tenant_id: string
  readonly id: string
  readonly seq: number
  readonly occurred_at: Date
  readonly received_at: Date
  readonly action: string
  readonly category: string
  readonly kind: CompleteEvent['kind']
  readonly status: CompleteEvent['status']
  readonly severity: CompleteEvent['severity']
  readonly actor_type: CompleteEvent['actor']['type']
  readonly actor_id: string
  readonly actor_name: string | null
  readonly actor_email: string | null
  readonly on_behalf_of: Person | null
  readonly impersonated_by: Person | null
  readonly resource_type: string
  readonly resource_id: string | null
  readonly resource_name: string | null
  readonly resource_href: string | null
  readonly scope: Scope
  readonly description: string
  readonly changes: readonly Change[]
  readonly metadata: JsonObject
  readonly error: EventError | null
  readonly redacted: readonly string[]
  readonly caused_by: string | null
  readonly channel: CompleteEvent['context']['channel']
  readonly ip: string | null
  readonly user_agent: string | null
  readonly request_id: string | null
  readonly trace_id: string | null
  readonly method: string | null
  readonly route: string | null
  readonly deleted: boolean
  readonly seen: boolean
  readonly archived: boolean
}

function toStoredEvent(row: EventRow): StoredEvent {
  return {
    id: row.id,
    seq: row.seq,
    occurredAt: row.occurred_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    tenantId: row.tenant_id,
    action: row.action,
    category: row.category,
    kind: row.kind,
    status: row.status,
    actor: {
      type: row.actor_type,
      id: row.actor_id,
      ...(row.actor_name !== null && { name: row.actor_name }),
      ...(row.actor_email !== null && { email: row.actor_email }),
      ...(row.on_behalf_of !== null && { onBehalfOf: row.on_behalf_of }),
      ...(row.impersonated_by !== null && { impersonatedBy: row.impersonated_by }),
    },
    resource: {
      type: row.resource_type,
      id: row.resource_id,
      ...(row.resource_name !== null && { name: row.resource_name }),
      href: row.resource_href,
      deleted: row.deleted,
    },
    scope: row.scope,
    description: row.description,
    severity: row.severity,
    changes: row.changes,
    metadata: row.metadata,
    error: row.error,
    redacted: row.redacted,
    causedBy: row.caused_by,
    context: {
      channel: row.channel,
      ip: row.ip,
      userAgent: row.user_agent,
      requestId: row.request_id,
      traceId: row.trace_id,
      method: row.method,
      route: row.route,
    },
    seen: row.seen,
    archived: row.archived,
  }
}

/** Returns an event if the viewer may read it, or null. */
export async function getEvent(reads: Reads, scope: ReadScope, id: string): Promise<StoredEvent | null> {
  if (!isEventId(id.toLowerCase())) return null
  const where = combineConditions(await readWhere(reads, scope, {}))
  return (await readEvents(reads, scope, sql`${where} and e.id = ${id}`))[0] ?? null
}

/** Reads events with the viewer's flags. `where` may include an order and a limit. */
export async function readEvents(queries: Queries, scope: ReadScope, where: Sql): Promise<StoredEvent[]> {
  const rows = await queries.query<EventRow>(sql`
    select ${eventColumns},
      coalesce(s.deleted, false) as deleted,
      coalesce(x.seen, e.seq <= coalesce(w.seen_seq, 0)) as seen,
      coalesce(x.archived, e.seq <= coalesce(w.archived_seq, 0)) as archived
    from ${eventsWithInbox(scope)}
    left join ${tables.resourceStates} s
      on s.tenant_id = ${scope.tenantId} and s.resource_type = e.resource_type and s.resource_id = e.resource_id
    left join ${tables.inboxWatermark} w on w.tenant_id = ${scope.tenantId} and w.viewer_id = ${scope.viewerId}
    where ${where}`)
  return rows.map(toStoredEvent)
}

/** The most index entries a count examines: if the index covers the filter, and if it must read each event. */
const MAX_EXAMINED = { covered: 10_000, read: 2_000 }

/**
 * Counts matching events up to `bound`. If an index narrows them to more than {@link MAX_EXAMINED}, it returns the matches among
 * those examined, and `exact` is false.
 */
export async function countEvents(
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  bound: number,
): Promise<BoundedCount> {
  const where = await readWhere(reads, scope, filter)
  if (isSearched(where)) {
    const maxCount = Math.min(bound, MAX_TEXT_COUNT)
    const { length } = await findIds({ reads, scope, where, order: 'desc', limit: maxCount + 1 })
    return { value: Math.min(length, maxCount), exact: length <= maxCount }
  }
  const { indexCondition } = where
  if (indexCondition === null) {
    const [row] = await reads.query<{ matching: number }>(sql`
      select count(*) as matching from (
        select from ${eventsWithInbox(scope)} where ${joinAnd(where.conditions)} limit ${integer(bound + 1)}
      ) counted`)
    return { value: Math.min(row?.matching ?? 0, bound), exact: (row?.matching ?? 0) <= bound }
  }
  const maxExamined = indexCondition.isCovering ? MAX_EXAMINED.covered : MAX_EXAMINED.read
  const otherConditions = where.conditions.filter((condition) => !indexCondition.conditions.includes(condition))
  const [row] = await reads.query<{ matching: number; examined: number }>(sql`
    select count(*) filter (where ${joinAnd(otherConditions)}) as matching, count(*) as examined
    from (select e.* from ${tables.events} e where ${joinAnd(indexCondition.conditions)} limit ${integer(maxExamined + 1)}) e`)
  const { matching = 0, examined = 0 } = row ?? {}
  return { value: Math.min(matching, bound), exact: matching <= bound && examined <= maxExamined }
}
