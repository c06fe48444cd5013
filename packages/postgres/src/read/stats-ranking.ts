import type { FacetValue, Filter, ReadScope, ResourceTally } from '@whodid/core'
import type { Queries, Reads, Row } from '../db.ts'
import { raw, type Sql, sql } from '../sql.ts'
import { readWhere, selectNewest } from './list.ts'
import { MAX_RAW_EVENTS, type Period, withPeriod } from './stats-sources.ts'
import { combineConditions, eventsWithInbox } from './where.ts'

interface RankedRow extends Row {
  readonly type: string | null
  readonly id: string
  readonly name: string | null
  readonly email: string | null
  readonly count: number
}

/** Selects events with their recency, 1 for the newest. The lowest recency of a group has its newest name. */
function withRecency(found: Sql): Sql {
  return sql`
  select e.actor_id, e.actor_name, e.actor_email, e.resource_type, e.resource_id, e.resource_name,
    row_number() over (order by e.id desc) as recency
  from ${found} e`
}

function countActors(events: Sql): Sql {
  return sql`
  select actor_id as id, count(*) as count, min(recency) filter (where actor_name is not null) as name_recency,
    min(recency) filter (where actor_email is not null) as email_recency
  from ${events} group by actor_id`
}

function toFacetValue({ id, name, email, count }: RankedRow): FacetValue {
  return {
    value: id,
    label: name ?? id,
    ...(email !== null && { detail: email }),
    count,
  }
}

/** Ranks the actors and resources of a subquery's events by number of events. */
export async function readRanking(queries: Queries, found: Sql, limit: number) {
  const rows = await queries.query<RankedRow & { readonly active: number | null }>(sql`
    with newest as materialized (${withRecency(found)}), actors as materialized (${countActors(raw('newest'))}),
    resources as materialized (
      select resource_type as type, resource_id as id, count(*) as count,
        min(recency) filter (where resource_name is not null) as name_recency
      from newest where resource_id is not null group by resource_type, resource_id
      order by count(*) desc, resource_type, resource_id limit ${limit}
    )
    select null as type, null as id, null as name, null as email, 0::bigint as count, count(*) as active from actors
    union all
    select null, a.id, n.actor_name, m.actor_email, a.count, null
    from (select * from actors order by count desc, id limit ${limit}) a
    left join newest n on n.recency = a.name_recency left join newest m on m.recency = a.email_recency
    union all
    select r.type, r.id, n.resource_name, null, r.count, null
    from resources r left join newest n on n.recency = r.name_recency
    order by count desc, type, id`)
  return {
    active: rows.find(({ active }) => active !== null)?.active ?? 0,
    actors: rows.filter(({ type, active }) => type === null && active === null).map(toFacetValue),
    resources: rows.flatMap(({ type, id, name, count }): ResourceTally[] =>
      type === null ? [] : [{ type, id, name, count }],
    ),
  }
}

/** Finds actors who match the filter in the preceding period of the same length, but not in this one. */
export async function findInactiveActors(
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  period: Period,
  limit: number,
): Promise<readonly FacetValue[]> {
  const earlierFilter = withPeriod(filter, { from: Math.max(2 * period.from - period.to, 0), to: period.from })
  const earlier = await selectNewest(reads, scope, await readWhere(reads, scope, earlierFilter), MAX_RAW_EVENTS)
  const isInPeriod = combineConditions(await readWhere(reads, scope, withPeriod(filter, period)))
  // One index lookup per actor, until enough are found.
  const rows = await reads.query<RankedRow>(sql`
    with earlier as materialized (${withRecency(earlier)}), inactive as materialized (
      select a.* from (${countActors(raw('earlier'))}) a
      left join lateral (
        select true as active from ${eventsWithInbox(scope)} where ${isInPeriod} and e.actor_id = a.id limit 1
        ) current on true
      where current.active is null order by a.count desc, a.id limit ${limit}
    )
    select null as type, i.id, n.actor_name as name, m.actor_email as email, i.count
    from inactive i left join earlier n on n.recency = i.name_recency left join earlier m on m.recency = i.email_recency
    order by i.count desc, i.id`)
  return rows.map(toFacetValue)
}
