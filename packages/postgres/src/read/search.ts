import { getIdTime, type ReadScope, type SortOrder } from '@whodid/core'
import { getMinId } from '@whodid/core/event'
import type { Queries, Reads } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { integer, joinAnd, raw, type Sql, sql } from '../sql.ts'
import { eventsWithInbox, type Where } from './where.ts'

/** Events that are scanned before the text index is used. */
const SCAN_SIZE = 2_500
const FIRST_WINDOW_DAYS = 60
const MIN_WINDOW_DAYS = 0.25
/** Growth factor from one time window to the next. */
const WINDOW_GROWTH = 6
const DAY_MS = 86_400_000

/** Checks if the trigram index can find a text: it needs three letters or digits in a row. */
function isIndexed(substring: string): boolean {
  return /[\p{L}\p{N}]{3}/u.test(substring)
}

/** A search for the ids of matching events, sorted by id. */
export interface Search {
  readonly reads: Reads
  readonly scope: ReadScope
  readonly where: Where
  readonly order: SortOrder
  readonly limit: number
}

/**
 * Searches text without relying on the planner, whose estimates for LIKE are off by up to 80 times. It scans the next few thousand
 * events first, which finds common words. Then it uses the text index in growing time windows. The first window is sized by the
 * rate of matches in the scan, or 60 days.
 */
export async function searchIds(search: Search): Promise<string[]> {
  const { reads, where, limit } = search
  const canUseIndex = where.substrings.some(isIndexed)
  const found: string[] = []
  let edge: string | null = null
  for (let size = Math.max(SCAN_SIZE, limit * 2); ; size *= 4) {
    const scanned = await scanText(search, edge, size, limit - found.length)
    found.push(...scanned.ids)
    if (found.length >= limit || scanned.edge === null) return found
    edge = scanned.edge
    if (canUseIndex) {
      const start = edge
      const days = estimateDays(found, limit)
      const rest = await reads.inTransaction((queries) =>
        searchWindows(queries, search, start, days, limit - found.length),
      )
      return [...found, ...rest]
    }
  }
}

/** Estimates the days that contain twice the missing matches, from the rate of those found. */
function estimateDays(found: readonly string[], limit: number): number {
  const [first, last] = [found[0], found.at(-1)]
  if (first === undefined || last === undefined || found.length < 3) return FIRST_WINDOW_DAYS
  const daysPerMatch = Math.abs(getIdTime(first) - getIdTime(last)) / (found.length - 1) / DAY_MS
  return Math.min(FIRST_WINDOW_DAYS, Math.max(MIN_WINDOW_DAYS, 2 * daysPerMatch * (limit - found.length)))
}

export function formatOrder(order: SortOrder): Sql {
  return raw(order === 'asc' ? 'asc' : 'desc')
}

function isAfter(order: SortOrder, id: string | null): Sql {
  return id === null ? raw('true') : order === 'desc' ? sql`e.id < ${id}` : sql`e.id > ${id}`
}

/** Scans the next `size` events. `edge` is the last id scanned, or null when there is nothing more to scan. */
async function scanText(
  { reads, scope, where, order }: Search,
  after: string | null,
  size: number,
  limit: number,
): Promise<{ readonly ids: readonly string[]; readonly edge: string | null }> {
  const source = sql`from ${eventsWithInbox(scope)} where ${joinAnd([...where.conditions, isAfter(order, after)])}
    order by e.id ${formatOrder(order)}`
  const rows = await reads.query<{ id: string }>(sql`
    select e.id from (select e.id, e.search_text ${source} limit ${integer(size)}) e
    where ${joinAnd(where.textConditions)} limit ${limit}`)
  const ids = rows.map((row) => row.id)
  if (ids.length >= limit) return { ids, edge: null }
  const [last] = await reads.query<{ id: string }>(sql`select e.id ${source} offset ${integer(size - 1)} limit 1`)
  return { ids, edge: last?.id ?? null }
}

async function searchWindows(
  queries: Queries,
  { scope, where, order }: Search,
  start: string,
  firstDays: number,
  limit: number,
): Promise<readonly string[]> {
  const end = await readLastId(queries, scope, order)
  const found: string[] = []
  let near = start
  for (let days = firstDays; end !== null && found.length < limit; days *= WINDOW_GROWTH) {
    const far = getMinId(Math.max(Math.round(getIdTime(near) + (order === 'desc' ? -days : days) * DAY_MS), 0))
    const [low, high] = order === 'desc' ? [far, near] : [near, far]
    const within = order === 'desc' ? sql`e.id >= ${far} and e.id < ${near}` : sql`e.id > ${near} and e.id <= ${far}`
    // `offset 0` makes the planner check the candidates one by one, in order, until the limit is reached.
    const rows = await queries.query<{ id: string }>(sql`
      select hit.id
      from ${searchCandidates(where, low, high)} candidate (id) cross join lateral (
        select e.id from ${eventsWithInbox(scope)}
        where ${joinAnd([...where.conditions, sql`e.id = candidate.id`, within, ...where.textConditions])} offset 0
      ) hit
      order by candidate.id ${formatOrder(order)} limit ${limit - found.length}`)
    found.push(...rows.map((row) => row.id))
    if (order === 'desc' ? far <= end : far >= end) break
    near = far
  }
  return found
}

/** Calls the function of the same name, which searches text under row-level security. Both ends are inclusive. */
function searchCandidates({ substrings, columnValues }: Where, low: string, high: string): Sql {
  const conditions = JSON.stringify(columnValues)
  return sql`whodid.search_candidates(${substrings}::text[], ${low}::uuid, ${high}::uuid, ${conditions}::jsonb)`
}

/** Reads the tenant's last id in the order of the search. */
async function readLastId(queries: Queries, scope: ReadScope, order: SortOrder): Promise<string | null> {
  const [row] = await queries.query<{ id: string }>(sql`
    select e.id from ${tables.events} e where e.tenant_id = ${scope.tenantId}
    order by e.id ${formatOrder(order === 'desc' ? 'asc' : 'desc')} limit 1`)
  return row?.id ?? null
}
