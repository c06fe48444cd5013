import {
  type DayTally,
  type FacetValue,
  type Filter,
  type Kind,
  type ReadScope,
  type ResourceTally,
  type Stats,
  type StatsRequest,
  type Status,
  type Tally,
  WhodidError,
} from '@whodid/core'
import type { Queries, Reads, Row } from './db.ts'
import { countEvents, newestOf, readWhere } from './list.ts'
import { type Sql, sql } from './sql.ts'
import {
  COUNTED,
  daysFromRollup,
  daysOf,
  hoursFromRollup,
  hoursOf,
  isAllButAudit,
  type Period,
  periodOf,
  rollupConditions,
  within,
} from './stats-sources.ts'
import { eventsOf, wholeCondition } from './where.ts'

/** The numbers behind a dashboard. */
export const statsOf = async (
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  { timeZone, limit }: StatsRequest,
): Promise<Stats> => {
  assertTimeZone(timeZone)
  const period = periodOf(filter, Date.now())
  const asked = within(filter, period)
  const newest = await newestOf(reads, scope, await readWhere(reads, scope, asked), COUNTED)

  const conditions = rollupConditions(scope, filter)
  const { counted, ...tallies } = await talliesIn(
    reads,
    conditions === null ? daysOf(newest) : daysFromRollup(scope, filter, period, conditions),
  )
  const total = conditions === null ? await countEvents(reads, scope, asked, COUNTED) : { value: counted, exact: true }
  const ranked = { value: Math.min(total.value, COUNTED), exact: total.exact && total.value <= COUNTED }
  const hours = isAllButAudit(scope, filter) ? hoursFromRollup(scope, filter, period) : hoursOf(newest)
  const { actors, active } = await actorsIn(reads, newest, limit)
  return {
    from: asked.from,
    to: asked.to,
    total,
    ...tallies,
    actions: tallies.actions.slice(0, limit),
    hours: await hoursIn(reads, hours, timeZone),
    ranked,
    activeActors: { value: active, exact: ranked.exact },
    actors,
    inactiveActors: await inactiveActors(reads, scope, filter, period, limit),
    resources: await resourcesIn(reads, newest, limit),
  }
}

/** Names as IANA has them. Offsets are left out, since PostgreSQL reads their sign the other way round. */
const assertTimeZone = (timeZone: string) => {
  try {
    if (!/^[+-]/.test(timeZone)) return void new Intl.DateTimeFormat('en', { timeZone })
  } catch {}
  throw new WhodidError(
    'invalid_input',
    `${JSON.stringify(timeZone.slice(0, 64))} is no time zone: name one as IANA does, such as Europe/Berlin or UTC.`,
  )
}

interface TallyRow extends Row {
  readonly day: string | null
  readonly kind: Kind
  readonly status: Status
  /** Null in the rows by day. */
  readonly action: string | null
  readonly n: number
}

const talliesIn = async (queries: Queries, source: Sql) => {
  const rows = await queries.query<TallyRow>(sql`
    with counted as materialized (${source})
    select day::text as day, kind, status, action, sum(n)::bigint as n
    from counted group by grouping sets ((day, kind, status), (action)) order by day, action`)
  const days = new Map<string, { kinds: { [kind in Kind]: number }; failures: number }>()
  const [actions, categories] = [new Map<string, number>(), new Map<string, number>()]
  const [kinds, statuses] = [new Map<Kind, number>(), new Map<Status, number>()]
  let counted = 0
  for (const { day, kind, status, action, n } of rows) {
    if (action !== null) {
      add(actions, action, n)
      add(categories, action.slice(0, action.indexOf('.')), n)
    } else if (day !== null) {
      const tally = days.get(day) ?? { kinds: { create: 0, update: 0, delete: 0, other: 0 }, failures: 0 }
      days.set(day, tally)
      tally.kinds[kind] += n
      if (status === 'failure') tally.failures += n
      add(kinds, kind, n)
      add(statuses, status, n)
      counted += n
    }
  }
  return {
    counted,
    days: [...days].map(([day, tally]): DayTally => ({ day, ...tally })),
    actions: ordered(actions),
    categories: ordered(categories),
    kinds: ordered(kinds),
    statuses: ordered(statuses),
  }
}

const add = <T>(tallies: Map<T, number>, value: T, n: number) => tallies.set(value, (tallies.get(value) ?? 0) + n)

const ordered = <T extends string>(tallies: ReadonlyMap<T, number>): readonly Tally<T>[] =>
  [...tallies]
    .map(([value, count]) => ({ value, count }))
    .sort((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1))

/** By the hour that began in UTC: in a zone that is off by half an hour, its second half. */
const hoursIn = async (queries: Queries, source: Sql, timeZone: string): Promise<readonly number[]> => {
  const rows = await queries.query<{ slot: number; n: number }>(sql`
    select ((extract(isodow from local) - 1) * 24 + extract(hour from local))::int as slot, sum(n)::bigint as n
    from (select hour at time zone ${timeZone} as local, n from (${source}) hours) hours group by 1`)
  const hours = Array.from({ length: 168 }, () => 0)
  for (const { slot, n } of rows) hours[slot] = n
  return hours
}

interface ActorRow extends Row {
  readonly actor_id: string
  readonly name: string | null
  readonly email: string | null
  readonly count: number
}

const actorOfRow = ({ actor_id, name, email, count }: ActorRow): FacetValue => ({
  value: actor_id,
  label: name ?? actor_id,
  ...(email !== null && { detail: email }),
  count,
})

const actorColumns = sql`e.actor_id, count(*) as count,
  (array_agg(e.actor_name order by e.id desc) filter (where e.actor_name is not null))[1] as name,
  (array_agg(e.actor_email order by e.id desc) filter (where e.actor_email is not null))[1] as email`

const actorsIn = async (queries: Queries, newest: Sql, limit: number) => {
  const rows = await queries.query<ActorRow & { active: number }>(sql`
    select ${actorColumns}, count(*) over () as active from ${newest} e
    group by e.actor_id order by count(*) desc, e.actor_id limit ${Math.max(limit, 1)}`)
  return { actors: rows.slice(0, limit).map(actorOfRow), active: rows[0]?.active ?? 0 }
}

/** Those of the period before, as long as this one, who are not found in this one under the same filter. */
const inactiveActors = async (
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  period: Period,
  limit: number,
): Promise<readonly FacetValue[]> => {
  const before = within(filter, { from: Math.max(2 * period.from - period.to, 0), to: period.from })
  const earlier = await newestOf(reads, scope, await readWhere(reads, scope, before), COUNTED)
  const now = wholeCondition(await readWhere(reads, scope, within(filter, period)))
  const rows = await reads.query<ActorRow>(sql`
    with earlier as materialized (select ${actorColumns} from ${earlier} e group by e.actor_id)
    select a.* from earlier a
    where not exists (select 1 from ${eventsOf(scope)} where ${now} and e.actor_id = a.actor_id)
    order by a.count desc, a.actor_id limit ${limit}`)
  return rows.map(actorOfRow)
}

interface ResourceRow extends Row {
  readonly resource_type: string
  readonly resource_id: string
  readonly name: string | null
  readonly count: number
}

const resourcesIn = async (queries: Queries, newest: Sql, limit: number): Promise<readonly ResourceTally[]> => {
  const rows = await queries.query<ResourceRow>(sql`
    select e.resource_type, e.resource_id, count(*) as count,
      (array_agg(e.resource_name order by e.id desc) filter (where e.resource_name is not null))[1] as name
    from ${newest} e where e.resource_id is not null
    group by e.resource_type, e.resource_id
    order by count(*) desc, e.resource_type, e.resource_id limit ${limit}`)
  return rows.map((row) => ({ type: row.resource_type, id: row.resource_id, name: row.name, count: row.count }))
}
