import { idFloor, type ReadScope, type SortOrder, timeOfId } from '@whodid/core'
import type { Queries, Reads } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { all, constant, raw, type Sql, sql } from '../sql.ts'
import { eventsOf, type Where } from './where.ts'

/** How many events are looked through one by one before the text index is asked. */
const WALK = 2_500
const FIRST_WINDOW_DAYS = 60
const SHORTEST_WINDOW_DAYS = 0.25
/** How many times as long as one window the next is. */
const GROWTH = 6
const DAY = 86_400_000

/** A trigram index needs three letters or digits in a row to find anything. */
function isIndexed(needle: string): boolean {
  return /[\p{L}\p{N}]{3}/u.test(needle)
}

/** Ids of the events that match a text, in order of id, up to a limit. */
export interface Search {
  readonly reads: Reads
  readonly scope: ReadScope
  readonly where: Where
  readonly order: SortOrder
  readonly limit: number
}

/**
 * Finds text independently of the planner, whose estimates for LIKE are off by up to 80 times. First a walk through the next
 * few thousand events, where common words are found; then, through the index, ever longer windows: the first as long as it may
 * take to find as many as are wanted by what the walk has met, or of 60 days.
 */
export async function searchIds(search: Search): Promise<string[]> {
  const { reads, where, limit } = search
  const indexed = where.needles.some(isIndexed)
  const found: string[] = []
  let edge: string | null = null
  for (let size = Math.max(WALK, limit * 2); ; size *= 4) {
    const walked = await walk(search, edge, size, limit - found.length)
    found.push(...walked.ids)
    if (found.length >= limit || walked.edge === null) return found
    edge = walked.edge
    if (indexed) {
      const near = edge
      const days = daysFor(found, limit)
      const further = await reads.bound((queries) => searchWindows(queries, search, near, days, limit - found.length))
      return [...found, ...further]
    }
  }
}

/** How long a window may hold twice as many as are wanted still, at the rate of those found. */
function daysFor(found: readonly string[], limit: number): number {
  const [first, last] = [found[0], found.at(-1)]
  if (first === undefined || last === undefined || found.length < 3) return FIRST_WINDOW_DAYS
  const each = Math.abs(timeOfId(first) - timeOfId(last)) / (found.length - 1) / DAY
  return Math.min(FIRST_WINDOW_DAYS, Math.max(SHORTEST_WINDOW_DAYS, 2 * each * (limit - found.length)))
}

/** A direction, as it stands in a statement. */
export function direction(order: SortOrder): Sql {
  return raw(order === 'asc' ? 'asc' : 'desc')
}

function beyond(order: SortOrder, edge: string | null): Sql {
  return edge === null ? raw('true') : order === 'desc' ? sql`e.id < ${edge}` : sql`e.id > ${edge}`
}

async function walk(
  { reads, scope, where, order }: Search,
  after: string | null,
  size: number,
  limit: number,
): Promise<{ readonly ids: readonly string[]; readonly edge: string | null }> {
  const steps = sql`from ${eventsOf(scope)} where ${all([...where.conditions, beyond(order, after)])}
    order by e.id ${direction(order)}`
  const rows = await reads.query<{ id: string }>(sql`
    select e.id from (select e.id, e.search_text ${steps} limit ${constant(size)}) e
    where ${all(where.text)} limit ${limit}`)
  const ids = rows.map((row) => row.id)
  if (ids.length >= limit) return { ids, edge: null }
  const [last] = await reads.query<{ id: string }>(sql`select e.id ${steps} offset ${constant(size - 1)} limit 1`)
  return { ids, edge: last?.id ?? null }
}

async function searchWindows(
  queries: Queries,
  { scope, where, order }: Search,
  edge: string,
  firstDays: number,
  limit: number,
): Promise<readonly string[]> {
  const end = await farthestId(queries, scope, order)
  const found: string[] = []
  let near = edge
  for (let days = firstDays; end !== null && found.length < limit; days *= GROWTH) {
    const far = idFloor(Math.max(Math.round(timeOfId(near) + (order === 'desc' ? -days : days) * DAY), 0))
    const [low, high] = order === 'desc' ? [far, near] : [near, far]
    const within = order === 'desc' ? sql`e.id >= ${far} and e.id < ${near}` : sql`e.id > ${near} and e.id <= ${far}`
    // One by one and in order, until there are enough: `offset 0` lets the planner choose no other way.
    const rows = await queries.query<{ id: string }>(sql`
      select hit.id
      from ${candidates(where, low, high)} candidate (id) cross join lateral (
        select e.id from ${eventsOf(scope)}
        where ${all([...where.conditions, sql`e.id = candidate.id`, within, ...where.text])} offset 0
      ) hit
      order by candidate.id ${direction(order)} limit ${limit - found.length}`)
    found.push(...rows.map((row) => row.id))
    if (order === 'desc' ? far <= end : far >= end) break
    near = far
  }
  return found
}

/** The definer function of the same name, which finds by text under row-level security; both ends are included. */
function candidates({ needles, terms }: Where, low: string, high: string): Sql {
  return sql`whodid.candidates(${needles}::text[], ${low}::uuid, ${high}::uuid, ${JSON.stringify(terms)}::jsonb)`
}

/** The tenant's last event in the direction of the search. */
async function farthestId(queries: Queries, scope: ReadScope, order: SortOrder): Promise<string | null> {
  const [row] = await queries.query<{ id: string }>(sql`
    select e.id from ${tables.events} e where e.tenant_id = ${scope.tenantId}
    order by e.id ${direction(order === 'desc' ? 'asc' : 'desc')} limit 1`)
  return row?.id ?? null
}
