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
import { newestOf, readWhere } from './list.ts'
import { inactiveActors, rankingIn } from './stats-ranking.ts'
import {
  COUNTED,
  daysFromRollup,
  daysOf,
  hoursFromRollup,
  hoursOf,
  isAllButAudit,
  periodOf,
  readable,
  rollupConditions,
  within,
} from './stats-sources.ts'

/** The numbers behind a dashboard. */
export async function statsOf(
  reads: Reads,
  scope: ReadScope,
  filter: Filter,
  { timeZone, limit }: StatsRequest,
): Promise<Stats> {
  assertTimeZone(timeZone)
  const period = readable(scope, periodOf(filter, Date.now()))
  const asked = within(filter, period)
  const newest = await newestOf(reads, scope, await readWhere(reads, scope, asked), COUNTED)

  const conditions = rollupConditions(scope, filter)
  const { counted, ...tallies } = await talliesIn(
    reads,
    conditions === null ? daysOf(newest) : daysFromRollup(scope, filter, period, conditions),
  )
  const total = conditions === null ? await countRaw(reads, scope, asked) : { value: counted, exact: true }
  const ranked = { value: Math.min(total.value, COUNTED), exact: total.exact && total.value <= COUNTED }
  const hours = isAllButAudit(scope, filter) ? hoursFromRollup(scope, filter, period) : hoursOf(newest)
  const { active, actors, resources } = await rankingIn(reads, newest, limit)
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
    resources,
  }
}

/** Names as IANA has them. Offsets are left out, since PostgreSQL reads their sign the other way round. */
function assertTimeZone(timeZone: string) {
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

async function talliesIn(queries: Queries, source: Sql) {
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

function add<T>(tallies: Map<T, number>, value: T, n: number) {
  return tallies.set(value, (tallies.get(value) ?? 0) + n)
}

function ordered<T extends string>(tallies: ReadonlyMap<T, number>): readonly Tally<T>[] {
  return [...tallies]
    .map(([value, count]) => ({ value, count }))
    .sort((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1))
}

/** By the hour that began in UTC: in a zone that is off by half an hour, its second half. */
async function hoursIn(queries: Queries, source: Sql, timeZone: string): Promise<readonly number[]> {
  const rows = await queries.query<{ slot: number; n: number }>(sql`
    select ((extract(isodow from local) - 1) * 24 + extract(hour from local))::int as slot, sum(n)::bigint as n
    from (select hour at time zone ${timeZone} as local, n from (${source}) hours) hours group by 1`)
  const hours = Array.from({ length: 168 }, () => 0)
  for (const { slot, n } of rows) hours[slot] = n
  return hours
}

/** Whoever asks for numbers waits for all up to the bound to be looked at. */
async function countRaw(reads: Reads, scope: ReadScope, filter: Filter): Promise<BoundedCount> {
  const newest = await newestOf(reads, scope, await readWhere(reads, scope, filter), COUNTED + 1)
  const [row] = await reads.query<{ matching: number }>(sql`select count(*) as matching from ${newest} e`)
  const matching = row?.matching ?? 0
  return { value: Math.min(matching, COUNTED), exact: matching <= COUNTED }
}
