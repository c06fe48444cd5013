import { all, constant, type Sql, sql } from '../sql.ts'
import { direction, type Search, searchIds } from './search.ts'
import { eventsOf, type Where } from './where.ts'

/** Whether the events are found by id first, since no order of an index goes with the conditions. */
export function isSearched({ needles, parts }: Where): boolean {
  return needles.length > 0 || parts.length > 0
}

/** Ids of the events that match, in order of id, up to a limit: of those in each part, the first. */
export async function matchingIds(search: Search, further: readonly Sql[] = []): Promise<readonly string[]> {
  const { where, order, limit } = search
  const found = new Set<string>()
  for (const part of where.parts.length > 0 ? where.parts : [where]) {
    const of = { ...search, where: { ...part, conditions: [...part.conditions, ...further] } }
    for (const id of part.needles.length > 0 ? await searchIds(of) : await firstIds(of)) found.add(id)
  }
  // As UUIDs compare, since they are written in lower case.
  const ids = [...found].sort()
  return (order === 'asc' ? ids : ids.reverse()).slice(0, limit)
}

async function firstIds({ reads, scope, where, order, limit }: Search): Promise<string[]> {
  const rows = await reads.query<{ id: string }>(sql`
    select e.id from ${eventsOf(scope)} where ${all(where.conditions)} order by e.id ${direction(order)}
    limit ${constant(limit)}`)
  return rows.map(({ id }) => id)
}
