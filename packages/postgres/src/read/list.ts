import type { BoundedCount, Filter, PageRequest, ReadScope, SortColumn, StoredEvent, StorePage } from '@whodid/core'
import type { Queries, Reads } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { all, constant, raw, type Sql, sql } from '../sql.ts'
import { readMarks } from './inbox.ts'
import { isSearched, matchingIds } from './matching.ts'
import { type EventRow, eventColumns, eventOfRow } from './rows.ts'
import { direction } from './search.ts'
import { asksForInbox, eventsOf, type Where, whereOf } from './where.ts'

/** Sorts other than by time put only so many of the newest matching events in order. */
export const WINDOW = 10_000

/** Matches of a text are counted to here, and no further: each is looked at by itself. */
const COUNTED_BY_TEXT = 100

/** The filter as SQL; the viewer's marks are read only where it asks for them. */
export async function readWhere(queries: Queries, scope: ReadScope, filter: Filter): Promise<Where> {
  return whereOf(scope, filter, asksForInbox(scope, filter) ? await readMarks(queries, scope) : null)
}

export async function listEvents(
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  page: PageRequest,
): Promise<StorePage> {
  const where = await readWhere(reads, scope, filter)
  if (page.sort !== 'occurredAt') return listSorted(reads, scope, where, page, page.sort)

  const { order, limit, after } = page
  const ordered = sql`order by e.id ${direction(order)}`
  const beyond = after === null ? [] : [order === 'desc' ? sql`e.id < ${after.id}` : sql`e.id > ${after.id}`]
  if (isSearched(where)) {
    // To look for a text a second time, to count it, would take as long again.
    const most = Math.max(limit, after === null ? COUNTED_BY_TEXT : 0)
    const ids = await matchingIds({ reads, scope, where, order, limit: most + 1 }, beyond)
    const items = await readEvents(reads, scope, sql`${isAmong(scope, ids.slice(0, limit))} ${ordered}`)
    const total = after === null ? { value: Math.min(ids.length, most), exact: ids.length <= most } : undefined
    return { items, more: ids.length > limit, windowed: false, total }
  }
  // First the ids, of an index alone where it holds what is asked for, and then the rest of as many as are wanted.
  const ids = sql`
    select e.id from ${eventsOf(scope)} where ${all([...where.conditions, ...beyond])} ${ordered} limit ${constant(limit + 1)}`
  const items = await readEvents(reads, scope, sql`${isAmong(scope, ids)} ${ordered}`)
  return { items: items.slice(0, limit), more: items.length > limit, windowed: false }
}

// As `sortValue` of core has it, but for the case of letters. In the order of code points, so that it is the same everywhere.
const sortKeys: { readonly [column in Exclude<SortColumn, 'occurredAt'>]: Sql } = {
  actor: raw('coalesce(e.actor_name, e.actor_email, e.actor_id)'),
  action: raw('e.action'),
  resource: raw("coalesce(e.resource_name, e.resource_id, '')"),
  description: raw('e.description'),
  status: raw('e.status'),
}

function comparable(value: Sql) {
  return sql`lower(${value}) collate "C"`
}

async function listSorted(
  reads: Reads,
  scope: ReadScope,
  where: Where,
  { order, limit, after }: PageRequest,
  column: Exclude<SortColumn, 'occurredAt'>,
): Promise<StorePage> {
  const key = comparable(sortKeys[column])
  const from =
    after === null
      ? raw('true')
      : sql`(key, id) ${raw(order === 'desc' ? '<' : '>')} (
    coalesce(
      (select ${key} from ${eventsOf(scope)} where ${all(where.conditions)} and e.id = ${after.id}),
      ${comparable(sql`${after.value ?? ''}::text`)}
    ), ${after.id}::uuid)`
  const rows = await reads.query<{ id: string | null; windowed: boolean }>(sql`
    with newest as materialized (
      select e.id, ${key} as key, row_number() over (order by e.id desc) as place
      from ${await newestOf(reads, scope, where, WINDOW + 1)} e
    ), page as (
      select id, key from newest where place <= ${WINDOW} and ${from}
      order by key ${direction(order)}, id ${direction(order)} limit ${limit + 1}
    )
    select page.id, window_full.windowed
    from (select exists (select 1 from newest where place > ${WINDOW}) as windowed) window_full
    left join page on true
    order by page.key ${direction(order)}, page.id ${direction(order)}`)
  const ids = rows.flatMap((row) => row.id ?? [])
  const events = await readEvents(reads, scope, isAmong(scope, ids.slice(0, limit)))
  const byId = new Map(events.map((event) => [event.id, event]))
  return {
    items: ids.slice(0, limit).flatMap((id) => byId.get(id) ?? []),
    more: ids.length > limit,
    windowed: rows[0]?.windowed ?? false,
  }
}

/** The newest matching events, whole, as something to select from. */
export async function newestOf(reads: Reads, scope: ReadScope, where: Where, limit: number): Promise<Sql> {
  if (!isSearched(where)) {
    return sql`(select e.* from ${eventsOf(scope)} where ${all(where.conditions)} order by e.id desc limit ${limit})`
  }
  const ids = await matchingIds({ reads, scope, where, order: 'desc', limit })
  return sql`(select e.* from ${tables.events} e where ${isAmong(scope, ids)})`
}

// Joined id by id, so that each is looked for in its own month alone.
function isAmong({ tenantId }: ReadScope, ids: readonly string[] | Sql): Sql {
  return sql`e.tenant_id = ${tenantId} and e.id in (${'strings' in ids ? ids : sql`select unnest(${ids}::uuid[])`})`
}

/** Reads events as the viewer sees them; `where` may go on with an order and a limit. */
export async function readEvents(queries: Queries, scope: ReadScope, where: Sql): Promise<StoredEvent[]> {
  const rows = await queries.query<EventRow>(sql`
    select ${eventColumns},
      coalesce(f.deleted, false) as deleted,
      coalesce(x.seen, e.seq <= coalesce(w.seen_seq, 0)) as seen,
      coalesce(x.archived, e.seq <= coalesce(w.archived_seq, 0)) as archived
    from ${eventsOf(scope)}
    left join ${tables.resourceFates} f
      on f.tenant_id = ${scope.tenantId} and f.resource_type = e.resource_type and f.resource_id = e.resource_id
    left join ${tables.inboxWatermark} w on w.tenant_id = ${scope.tenantId} and w.viewer_id = ${scope.viewerId}
    where ${where}`)
  return rows.map(eventOfRow)
}

/** So many events are looked at where an index alone tells of each, and where it has to be read. */
const LOOKS = { covered: 10_000, read: 2_000 }

/**
 * Counts to the bound. Where an index leaves more events than are looked at, and further conditions few of those, it gives how
 * many it found among those it saw, as a number that may be greater.
 */
export async function countEvents(
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  bound: number,
): Promise<BoundedCount> {
  const where = await readWhere(reads, scope, filter)
  if (isSearched(where)) {
    const most = Math.min(bound, COUNTED_BY_TEXT)
    const { length } = await matchingIds({ reads, scope, where, order: 'desc', limit: most + 1 })
    return { value: Math.min(length, most), exact: length <= most }
  }
  const { narrowed } = where
  if (narrowed === null) {
    const [row] = await reads.query<{ matching: number }>(sql`
      select count(*) as matching from (
        select from ${eventsOf(scope)} where ${all(where.conditions)} limit ${constant(bound + 1)}
      ) counted`)
    return { value: Math.min(row?.matching ?? 0, bound), exact: (row?.matching ?? 0) <= bound }
  }
  const looks = narrowed.isCovering ? LOOKS.covered : LOOKS.read
  const further = where.conditions.filter((condition) => !narrowed.conditions.includes(condition))
  const [row] = await reads.query<{ matching: number; seen: number }>(sql`
    select count(*) filter (where ${all(further)}) as matching, count(*) as seen
    from (select e.* from ${tables.events} e where ${all(narrowed.conditions)} limit ${constant(looks + 1)}) e`)
  const { matching = 0, seen = 0 } = row ?? {}
  return { value: Math.min(matching, bound), exact: matching <= bound && seen <= looks }
}
