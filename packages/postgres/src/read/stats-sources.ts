import { AUDIT_CATEGORY, type Filter, type FilterConditions, type ReadScope } from '@whodid/core'
import { parseTimeRange } from '@whodid/core/filter'
import { tables } from '../schema/tables.ts'
import { join, joinAnd, raw, type Sql, sql } from '../sql.ts'
import { buildWhere, combineConditions, eventsWithInbox } from './where.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** A period in milliseconds, `from` inclusive and `to` exclusive. */
export interface Period {
  readonly from: number
  readonly to: number
}

/** Maximum raw events that are counted, newest first. */
export const MAX_RAW_EVENTS = 50_000

/** The latest time that a filter can express. */
const MAX_TIME = Date.UTC(9_999, 11, 31)

/** Returns a filter's period. By default, it ends at the end of today (UTC), and starts 30 days before its end. */
export function getPeriod(filter: Filter, now: number): Period {
  const { from, to = Math.max(Math.floor(now / DAY_MS) * DAY_MS, parseTimeRange(filter).from ?? 0) + DAY_MS } =
    parseTimeRange(filter)
  const end = Math.min(Math.max(to, 0), MAX_TIME)
  return { from: Math.min(Math.max(from ?? end - 30 * DAY_MS, 0), end), to: end }
}

/** Narrows a period to what the viewer may read. */
export function restrictPeriod({ restrict }: ReadScope, { from, to }: Period): Period {
  const ranges = restrict.map(parseTimeRange)
  const end = Math.max(Math.min(to, ...ranges.map((range) => range.to ?? to)), 0)
  return { from: Math.min(Math.max(from, ...ranges.map((range) => range.from ?? from)), end), to: end }
}

function formatTime(ms: number) {
  return new Date(ms).toISOString()
}

/** Returns the filter with another period. */
export function withPeriod(filter: Filter, { from, to }: Period) {
  return { ...filter, from: formatTime(from), to: formatTime(to) }
}

type RollupColumn = 'action' | 'category' | 'kind' | 'status'

/** The columns of the daily rollup, by filter field. */
const rollupColumns: { readonly [field in RollupColumn]: Sql } = {
  action: raw('r.action'),
  category: raw("split_part(r.action, '.', 1)"),
  kind: raw('r.kind'),
  status: raw('r.status'),
}

function isRollupColumn(field: string): field is RollupColumn {
  return Object.hasOwn(rollupColumns, field)
}

/** Converts a filter to conditions on the rollup. Returns null if the rollup does not have one of the fields. */
function toRollupConditions(filter: FilterConditions, isRestriction: boolean): Sql[] | null {
  const conditions: Sql[] = []
  for (const [field, values] of Object.entries(filter)) {
    if (values === undefined || (values.length === 0 && !isRestriction)) continue
    if (!isRollupColumn(field) || !Array.isArray(values)) return null
    conditions.push(values.length === 0 ? raw('false') : sql`${rollupColumns[field]} = any(${values}::text[])`)
  }
  return conditions
}

/** Returns the reader's filter and the viewer's restrictions. */
function listFilters(scope: ReadScope, filter: Filter) {
  return [
    { filter, isRestriction: false },
    ...scope.restrict.map((restriction) => ({ filter: restriction, isRestriction: true })),
  ]
}

/**
 * Builds the conditions of a viewer's read on the daily rollup, except those on time: use {@link restrictPeriod} for the
 * period. Returns null if the rollup does not have one of the fields.
 */
export function buildRollupConditions(scope: ReadScope, readerFilter: Filter): readonly Sql[] | null {
  const conditions: Sql[] = []
  for (const { filter, isRestriction } of listFilters(scope, readerFilter)) {
    const { not = {}, q, inbox, from: _from, to: _to, ...included } = filter
    const positive = toRollupConditions(included, isRestriction)
    const negative = toRollupConditions(not, false)
    if (positive === null || negative === null || (q ?? '') !== '' || inbox !== undefined) return null
    conditions.push(...positive, ...negative.map((condition) => sql`not ${condition}`))
  }
  return conditions
}

/** Checks if a viewer reads all events except those of the audit category. The hourly rollup counts the same events. */
export function excludesOnlyAudit(scope: ReadScope, readerFilter: Filter): boolean {
  let excludesAudit = false
  for (const { filter, isRestriction } of listFilters(scope, readerFilter)) {
    const { not = {}, from: _from, to: _to, ...included } = filter
    if (Object.values(included).some((value) => value !== undefined && (isRestriction || value.length > 0)))
      return false
    const { category = [], ...others } = not
    if (Object.values(others).some((values) => values !== undefined && values.length > 0)) return false
    if (category.some((value) => value !== AUDIT_CATEGORY)) return false
    excludesAudit ||= category.length > 0
  }
  return excludesAudit
}

/** Splits a period into whole units of time and the remainders at its ends. */
function splitPeriod({ from, to }: Period, unitMs: number): { readonly whole: Period | null; readonly rest: Period[] } {
  const whole = { from: Math.ceil(from / unitMs) * unitMs, to: Math.floor(to / unitMs) * unitMs }
  if (whole.from >= whole.to) return { whole: null, rest: from < to ? [{ from, to }] : [] }
  return {
    whole,
    rest: [
      { from, to: whole.from },
      { from: whole.to, to },
    ].filter((part) => part.from < part.to),
  }
}

const dayColumns = raw("(e.occurred_at at time zone 'UTC')::date as day, e.action, e.kind, e.status")
const hourColumn = raw("date_trunc('hour', e.occurred_at, 'UTC') as hour")

/** Selects one row for each raw event of a period. */
function selectRaw(scope: ReadScope, filter: Filter, period: Period, columns: Sql): Sql {
  return sql`
  select ${columns}, 1::bigint as n from ${eventsWithInbox(scope)}
  where ${combineConditions(buildWhere(scope, withPeriod(filter, period), null))}`
}

interface RollupSource {
  readonly unitMs: number
  /** The columns of a row, selected from a raw event. */
  readonly columns: Sql
  /** Selects the same columns from the rollup. */
  selectRollup(whole: Period): Sql
}

/** Selects the whole units of a period from a rollup, and the rest of the period from raw events. */
function selectFromRollupAndEvents(scope: ReadScope, filter: Filter, period: Period, source: RollupSource): Sql {
  const { whole, rest } = splitPeriod(period, source.unitMs)
  const parts = rest.map((part) => selectRaw(scope, filter, part, source.columns))
  if (whole !== null) parts.push(source.selectRollup(whole))
  return parts.length === 0 ? selectRaw(scope, filter, period, source.columns) : join(parts, ' union all ')
}

/** Selects `(day, action, kind, status, n)`, from the rollup where possible. */
export function selectDays(scope: ReadScope, filter: Filter, period: Period, conditions: readonly Sql[]): Sql {
  return selectFromRollupAndEvents(scope, filter, period, {
    unitMs: DAY_MS,
    columns: dayColumns,
    selectRollup: ({ from, to }) => sql`
      select r.day, r.action, r.kind, r.status, r.n from ${tables.rollupDay} r
      where r.tenant_id = ${scope.tenantId} and r.day >= ${formatTime(from).slice(0, 10)}::date
        and r.day < ${formatTime(to).slice(0, 10)}::date and ${joinAnd(conditions)}`,
  })
}

/** Selects `(hour, n)`, from the rollup where possible. */
export function selectHours(scope: ReadScope, filter: Filter, period: Period): Sql {
  return selectFromRollupAndEvents(scope, filter, period, {
    unitMs: HOUR_MS,
    columns: hourColumn,
    selectRollup: ({ from, to }) => sql`
      select r.hour, r.n from ${tables.rollupHour} r
      where r.tenant_id = ${scope.tenantId} and r.hour >= ${formatTime(from)} and r.hour < ${formatTime(to)}`,
  })
}

/** Selects the rows of {@link selectDays} from a subquery of raw events. */
export function selectRawDays(events: Sql): Sql {
  return sql`select ${dayColumns}, 1::bigint as n from ${events} e`
}

/** Selects the rows of {@link selectHours} from a subquery of raw events. */
export function selectRawHours(events: Sql): Sql {
  return sql`select ${hourColumn}, 1::bigint as n from ${events} e`
}
