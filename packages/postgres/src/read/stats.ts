import {
  type BoundedCount,
  type DayTally,
  type Filter,
  type Kind,
  type ReadScope,
  type Stats,
  type StatsRequest,
  type Status,
  type Tally,
  WhodidError,
} from '@whodid/core'
import type { Queries, Reads, Row } from '../db.ts'
import { type Sql, sql } from '../sql.ts'
import { readWhere, selectNewest } from './list.ts'
import { findInactiveActors, readRanking } from './stats-ranking.ts'
import {
  buildRollupConditions,
  excludesOnlyAudit,
  getPeriod,
  MAX_RAW_EVENTS,
  restrictPeriod,
  selectDays,
  selectHours,
  selectRawDays,
  selectRawHours,
  withPeriod,
} from './stats-sources.ts'

/** Reads the statistics of a dashboard. */
export async function readStats(
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  { timeZone, limit }: StatsRequest,
): Promise<Stats> {
  assertTimeZone(timeZone)
  const period = restrictPeriod(scope, getPeriod(filter, Date.now()))
  const periodFilter = withPeriod(filter, period)
  const newest = await selectNewest(reads, scope, await readWhere(reads, scope, periodFilter), MAX_RAW_EVENTS)

  const conditions = buildRollupConditions(scope, filter)
  const { counted, ...tallies } = await readTallies(
    reads,
    conditions === null ? selectRawDays(newest) : selectDays(scope, filter, period, conditions),
  )
  const total = conditions === null ? await countRaw(reads, scope, periodFilter) : { value: counted, exact: true }
  const ranked = {
    value: Math.min(total.value, MAX_RAW_EVENTS),
    exact: total.exact && total.value <= MAX_RAW_EVENTS,
  }
  const hours = excludesOnlyAudit(scope, filter) ? selectHours(scope, filter, period) : selectRawHours(newest)
  const { active, actors, resources } = await readRanking(reads, newest, limit)
  return {
    from: periodFilter.from,
    to: periodFilter.to,
    total,
    ...tallies,
    actions: tallies.actions.slice(0, limit),
    hours: await readHours(reads, hours, timeZone),
    ranked,
    activeActors: { value: active, exact: ranked.exact },
    actors,
    inactiveActors: await findInactiveActors(reads, scope, filter, period, limit),
    resources,
  }
}

/** Accepts IANA names only. PostgreSQL reads the sign of an offset the other way round. */
function assertTimeZone(timeZone: string) {
  try {
    if (!/^[+-]/.test(timeZone)) return void new Intl.DateTimeFormat('en', { timeZone })
  } catch {}
  throw new WhodidError(
    'invalid_input',
    `${JSON.stringify(timeZone.slice(0, 64))} is not a time zone. Use an IANA name such as Europe/Berlin or UTC.`,
  )
}

interface TallyRow extends Row {
  readonly day: string | null
  readonly kind: Kind
  readonly status: Status
  /** Null in rows by day. */
  readonly action: string | null
  readonly n: number
}

async function readTallies(queries: Queries, source: Sql) {
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
      addTally(actions, action, n)
      addTally(categories, action.slice(0, action.indexOf('.')), n)
    } else if (day !== null) {
      const tally = days.get(day) ?? { kinds: { create: 0, update: 0, delete: 0, other: 0 }, failures: 0 }
      days.set(day, tally)
      tally.kinds[kind] += n
      if (status === 'failure') tally.failures += n
      addTally(kinds, kind, n)
      addTally(statuses, status, n)
      counted += n
    }
  }
  return {
    counted,
    days: [...days].map(([day, tally]): DayTally => ({ day, ...tally })),
    actions: sortTallies(actions),
    categories: sortTallies(categories),
    kinds: sortTallies(kinds),
    statuses: sortTallies(statuses),
  }
}

function addTally<T>(tallies: Map<T, number>, value: T, n: number) {
  return tallies.set(value, (tallies.get(value) ?? 0) + n)
}

function sortTallies<T extends string>(tallies: ReadonlyMap<T, number>): readonly Tally<T>[] {
  return [...tallies]
    .map(([value, count]) => ({ value, count }))
    .sort((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1))
}

/** Counts by hour of the week. Hours start on the UTC hour, also in zones with an offset of half an hour. */
async function readHours(queries: Queries, source: Sql, timeZone: string): Promise<readonly number[]> {
  const rows = await queries.query<{ slot: number; n: number }>(sql`
    select ((extract(isodow from local) - 1) * 24 + extract(hour from local))::int as slot, sum(n)::bigint as n
    from (select hour at time zone ${timeZone} as local, n from (${source}) hours) hours group by 1`)
  const hours = Array.from({ length: 168 }, () => 0)
  for (const { slot, n } of rows) hours[slot] = n
  return hours
}

/** Counts matching events up to the limit, without the shortcut of `countEvents`: dashboards accept the wait. */
async function countRaw(reads: Reads, scope: ReadScope, filter: Filter): Promise<BoundedCount> {
  const newest = await selectNewest(reads, scope, await readWhere(reads, scope, filter), MAX_RAW_EVENTS + 1)
  const [row] = await reads.query<{ matching: number }>(sql`select count(*) as matching from ${newest} e`)
  const matching = row?.matching ?? 0
  return { value: Math.min(matching, MAX_RAW_EVENTS), exact: matching <= MAX_RAW_EVENTS }
}
