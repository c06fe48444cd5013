import { AUDIT_CATEGORY, type Filter, type FilterConditions, type ReadScope, timeRange } from '@whodid/core'
import { tables } from '../schema/tables.ts'
import { all, join, raw, type Sql, sql } from '../sql.ts'
import { eventsOf, whereOf, wholeCondition } from './where.ts'

export const DAY = 86_400_000
const HOUR = 3_600_000

/** Milliseconds, `from` inclusive and `to` exclusive. */
export interface Period {
  readonly from: number
  readonly to: number
}

/** Raw events are counted to here, the newest first, and no further. */
export const COUNTED = 50_000

/** The last time that a filter can name. */
const LAST = Date.UTC(9_999, 11, 31)

/** What a filter means as a period: 30 days when it does not begin, the whole of today when it does not end. */
export function periodOf(filter: Filter, now: number): Period {
  const { from, to = Math.max(Math.floor(now / DAY) * DAY, timeRange(filter).from ?? 0) + DAY } = timeRange(filter)
  const end = Math.min(Math.max(to, 0), LAST)
  return { from: Math.min(Math.max(from ?? end - 30 * DAY, 0), end), to: end }
}

/** The part of a period that a viewer may read at all. */
export function readable({ restrict }: ReadScope, { from, to }: Period): Period {
  const ranges = restrict.map(timeRange)
  const end = Math.max(Math.min(to, ...ranges.map((range) => range.to ?? to)), 0)
  return { from: Math.min(Math.max(from, ...ranges.map((range) => range.from ?? from)), end), to: end }
}

function iso(ms: number) {
  return new Date(ms).toISOString()
}

/** The same filter over another period. */
export function within(filter: Filter, { from, to }: Period) {
  return { ...filter, from: iso(from), to: iso(to) }
}

type Known = 'action' | 'category' | 'kind' | 'status'

/** What the rollups know of an event, as it stands in them. */
const known: { readonly [term in Known]: Sql } = {
  action: raw('r.action'),
  category: raw("split_part(r.action, '.', 1)"),
  kind: raw('r.kind'),
  status: raw('r.status'),
}

function isKnown(term: string): term is Known {
  return Object.hasOwn(known, term)
}

/** Terms as conditions on a rollup; null when it does not know one of them. `whereOf` says the same of raw events. */
function rolledUp(terms: FilterConditions, restricts: boolean): Sql[] | null {
  const conditions: Sql[] = []
  for (const [term, values] of Object.entries(terms)) {
    if (values === undefined || (values.length === 0 && !restricts)) continue
    if (!isKnown(term) || !Array.isArray(values)) return null
    conditions.push(values.length === 0 ? raw('false') : sql`${known[term]} = any(${values}::text[])`)
  }
  return conditions
}

/**
 * All that a viewer reads under but its times, as conditions on the rollup of days; null when that does not know something of
 * it. The period has to be a {@link readable} one.
 */
export function rollupConditions(scope: ReadScope, filter: Filter): readonly Sql[] | null {
  const conditions: Sql[] = []
  for (const [restricts, { not = {}, q, inbox, from: _from, to: _to, ...terms }] of [
    [false, filter],
    ...scope.restrict.map((each) => [true, each] as const),
  ] as const) {
    const positive = rolledUp(terms, restricts)
    const negative = rolledUp(not, false)
    if (positive === null || negative === null || (q ?? '') !== '' || inbox !== undefined) return null
    conditions.push(...positive, ...negative.map((condition) => sql`not ${condition}`))
  }
  return conditions
}

/** Whether a viewer reads everything but the category audit, which is what the rollup of hours counts. */
export function isAllButAudit(scope: ReadScope, filter: Filter): boolean {
  let isWithoutAudit = false
  for (const [restricts, { not = {}, from: _from, to: _to, ...rest }] of [
    [false, filter],
    ...scope.restrict.map((each) => [true, each] as const),
  ] as const) {
    if (Object.values(rest).some((value) => value !== undefined && (restricts || value.length > 0))) return false
    const { category = [], ...others } = not
    if (Object.values(others).some((values) => values !== undefined && values.length > 0)) return false
    if (category.some((value) => value !== AUDIT_CATEGORY)) return false
    isWithoutAudit ||= category.length > 0
  }
  return isWithoutAudit
}

/** The part of a period that is whole units of time, and what is left of it at its ends. */
function divided({ from, to }: Period, unit: number): { readonly whole: Period | null; readonly rest: Period[] } {
  const whole = { from: Math.ceil(from / unit) * unit, to: Math.floor(to / unit) * unit }
  if (whole.from >= whole.to) return { whole: null, rest: from < to ? [{ from, to }] : [] }
  return {
    whole,
    rest: [
      { from, to: whole.from },
      { from: whole.to, to },
    ].filter((part) => part.from < part.to),
  }
}

const dayOf = raw("(e.occurred_at at time zone 'UTC')::date as day")
const hourOf = raw("date_trunc('hour', e.occurred_at, 'UTC') as hour")

/** The raw events of a period, one row each. */
function rawly(scope: ReadScope, filter: Filter, period: Period, columns: Sql): Sql {
  return sql`
  select ${columns}, 1::bigint as n from ${eventsOf(scope)}
  where ${wholeCondition(whereOf(scope, within(filter, period), null))}`
}

const dayColumns = sql`${dayOf}, e.action, e.kind, e.status`

/** Whole units of a period from a rollup, and what is left from raw events. */
function pieced(
  scope: ReadScope,
  filter: Filter,
  period: Period,
  { unit, columns, rollup }: { readonly unit: number; readonly columns: Sql; readonly rollup: (whole: Period) => Sql },
): Sql {
  const { whole, rest } = divided(period, unit)
  const parts = rest.map((part) => rawly(scope, filter, part, columns))
  if (whole !== null) parts.push(rollup(whole))
  return parts.length === 0 ? rawly(scope, filter, period, columns) : join(parts, ' union all ')
}

/** Rows of `(day, action, kind, status, n)` under conditions on the rollup. */
export function daysFromRollup(scope: ReadScope, filter: Filter, period: Period, conditions: readonly Sql[]): Sql {
  return pieced(scope, filter, period, {
    unit: DAY,
    columns: dayColumns,
    rollup: ({ from, to }) => sql`
      select r.day, r.action, r.kind, r.status, r.n from ${tables.rollupDay} r
      where r.tenant_id = ${scope.tenantId} and r.day >= ${iso(from).slice(0, 10)}::date
        and r.day < ${iso(to).slice(0, 10)}::date and ${all(conditions)}`,
  })
}

/** Rows of `(hour, n)`. */
export function hoursFromRollup(scope: ReadScope, filter: Filter, period: Period): Sql {
  return pieced(scope, filter, period, {
    unit: HOUR,
    columns: hourOf,
    rollup: ({ from, to }) => sql`
      select r.hour, r.n from ${tables.rollupHour} r
      where r.tenant_id = ${scope.tenantId} and r.hour >= ${iso(from)} and r.hour < ${iso(to)}`,
  })
}

/** The same rows from events that were found already. */
export function daysOf(found: Sql): Sql {
  return sql`select ${dayColumns}, 1::bigint as n from ${found} e`
}

export function hoursOf(found: Sql): Sql {
  return sql`select ${hourOf}, 1::bigint as n from ${found} e`
}
