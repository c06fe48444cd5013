import { AUDIT_CATEGORY, type PreparedEvent } from '@whodid/core'
import { tables } from '../schema/tables.ts'
import { type Sql, type SqlValue, sql } from '../sql.ts'

/** Such as `2026-11-20`. */
function dayOf(occurredAt: string) {
  return occurredAt.slice(0, 10)
}

function hourOf(occurredAt: string) {
  return `${occurredAt.slice(0, 13)}:00:00Z`
}

type Key = readonly string[]

/** How many events there are of each key. In the order of the keys, so that those who lock their rows do it in one order. */
function counted(events: readonly PreparedEvent[], keyOf: (event: PreparedEvent) => Key) {
  const counts = new Map<string, { readonly key: Key; n: number }>()
  for (const event of events) {
    const key = keyOf(event)
    const name = key.join('\n')
    const known = counts.get(name)
    if (known === undefined) counts.set(name, { key, n: 1 })
    else known.n += 1
  }
  const rows = [...counts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row)
  return { column: (index: number): SqlValue => rows.map(({ key }) => key[index] ?? null), n: rows.map(({ n }) => n) }
}

/** Statements that add new events to the counts of their days and hours: to be run with those that insert them. */
export function countEventsAnew(
  tenantId: string,
  events: readonly PreparedEvent[],
): { readonly byDay: Sql; readonly byHour: Sql } {
  const days = counted(events, ({ occurredAt, action, kind, status }) => [dayOf(occurredAt), action, kind, status])
  const hours = counted(
    events.filter(({ category }) => category !== AUDIT_CATEGORY),
    ({ occurredAt }) => [hourOf(occurredAt)],
  )
  return {
    byDay: sql`
      insert into ${tables.rollupDay} as r (tenant_id, day, action, kind, status, n)
      select ${tenantId}::text, * from unnest(${days.column(0)}::date[], ${days.column(1)}::text[],
        ${days.column(2)}::text[], ${days.column(3)}::text[], ${days.n}::bigint[])
      on conflict (tenant_id, day, action, kind, status) do update set n = r.n + excluded.n`,
    byHour: sql`
      insert into ${tables.rollupHour} as r (tenant_id, hour, n)
      select ${tenantId}::text, * from unnest(${hours.column(0)}::timestamptz[], ${hours.n}::bigint[])
      on conflict (tenant_id, hour) do update set n = r.n + excluded.n`,
  }
}
