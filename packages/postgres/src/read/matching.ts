import { integer, joinAnd, type Sql, sql } from '../sql.ts'
import { formatOrder, type Search, searchIds } from './search.ts'
import { eventsWithInbox, type Where } from './where.ts'

/** Checks if ids must be found first, because no index returns the matching events in order. */
export function isSearched({ substrings, branches }: Where): boolean {
  return substrings.length > 0 || branches.length > 0
}

/** Finds the ids of matching events, sorted by id, up to the limit. */
export async function findIds(search: Search, extraConditions: readonly Sql[] = []): Promise<readonly string[]> {
  const { where, order, limit } = search
  const found = new Set<string>()
  for (const branch of where.branches.length > 0 ? where.branches : [where]) {
    const conditions = [...branch.conditions, ...extraConditions]
    const branchSearch = { ...search, where: { ...branch, conditions } }
    const ids = await (branch.substrings.length > 0 ? searchIds(branchSearch) : scanIds(branchSearch))
    for (const id of ids) found.add(id)
  }
  // Ids are lower case, so strings sort as UUIDs do.
  const ids = [...found].sort()
  return (order === 'asc' ? ids : ids.reverse()).slice(0, limit)
}

async function scanIds({ reads, scope, where, order, limit }: Search): Promise<string[]> {
  const rows = await reads.query<{ id: string }>(sql`
    select e.id from ${eventsWithInbox(scope)} where ${joinAnd(where.conditions)} order by e.id ${formatOrder(order)}
    limit ${integer(limit)}`)
  return rows.map(({ id }) => id)
}
