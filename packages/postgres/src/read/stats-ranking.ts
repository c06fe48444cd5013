import type { FacetValue, Filter, ReadScope, ResourceTally } from '@whodid/core'
import type { Queries, Reads, Row } from '../db.ts'
import { raw, type Sql, sql } from '../sql.ts'
import { newestOf, readWhere } from './list.ts'
import { COUNTED, type Period, within } from './stats-sources.ts'
import { eventsOf, wholeCondition } from './where.ts'

interface RankedRow extends Row {
  readonly type: string | null
  readonly id: string
  readonly name: string | null
  readonly email: string | null
  readonly count: number
}

/** Events with their place from the newest: the least place of a group is where its newest name stands. */
function placed(found: Sql): Sql {
  return sql`
  select e.actor_id, e.actor_name, e.actor_email, e.resource_type, e.resource_id, e.resource_name,
    row_number() over (order by e.id desc) as place
  from ${found} e`
}

function actorsOf(events: Sql): Sql {
  return sql`
  select actor_id as id, count(*) as count, min(place) filter (where actor_name is not null) as named,
    min(place) filter (where actor_email is not null) as mailed
  from ${events} group by actor_id`
}

function actorOfRow({ id, name, email, count }: RankedRow): FacetValue {
  return {
    value: id,
    label: name ?? id,
    ...(email !== null && { detail: email }),
    count,
  }
}

/** Who did most, and what was touched most, among events that were found. */
export async function rankingIn(queries: Queries, found: Sql, limit: number) {
  const rows = await queries.query<RankedRow & { readonly active: number | null }>(sql`
    with newest as materialized (${placed(found)}), actors as materialized (${actorsOf(raw('newest'))}),
    resources as materialized (
      select resource_type as type, resource_id as id, count(*) as count,
        min(place) filter (where resource_name is not null) as named
      from newest where resource_id is not null group by resource_type, resource_id
      order by count(*) desc, resource_type, resource_id limit ${limit}
    )
    select null as type, null as id, null as name, null as email, 0::bigint as count, count(*) as active from actors
    union all
    select null, a.id, n.actor_name, m.actor_email, a.count, null
    from (select * from actors order by count desc, id limit ${limit}) a
    left join newest n on n.place = a.named left join newest m on m.place = a.mailed
    union all
    select r.type, r.id, n.resource_name, null, r.count, null
    from resources r left join newest n on n.place = r.named
    order by count desc, type, id`)
  return {
    active: rows.find(({ active }) => active !== null)?.active ?? 0,
    actors: rows.filter(({ type, active }) => type === null && active === null).map(actorOfRow),
    resources: rows.flatMap(({ type, id, name, count }): ResourceTally[] =>
      type === null ? [] : [{ type, id, name, count }],
    ),
  }
}

/** Those of the period before, as long as this one, who are not found in this one under the same filter. */
export async function inactiveActors(
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  period: Period,
  limit: number,
): Promise<readonly FacetValue[]> {
  const before = within(filter, { from: Math.max(2 * period.from - period.to, 0), to: period.from })
  const earlier = await newestOf(reads, scope, await readWhere(reads, scope, before), COUNTED)
  const now = wholeCondition(await readWhere(reads, scope, within(filter, period)))
  // One look into the index for each of them, until enough are found.
  const rows = await reads.query<RankedRow>(sql`
    with earlier as materialized (${placed(earlier)}), gone as materialized (
      select a.* from (${actorsOf(raw('earlier'))}) a
      left join lateral (
        select true as present from ${eventsOf(scope)} where ${now} and e.actor_id = a.id limit 1
      ) here on true
      where here.present is null order by a.count desc, a.id limit ${limit}
    )
    select null as type, g.id, n.actor_name as name, m.actor_email as email, g.count
    from gone g left join earlier n on n.place = g.named left join earlier m on m.place = g.mailed
    order by g.count desc, g.id`)
  return rows.map(actorOfRow)
}
