import type { PurgeSummary, RetentionStore } from '@whodid/core'
import { getMinId } from '@whodid/core/event'
import type { Db, Queries, Row } from '../db.ts'
import { isRetryable } from '../errors.ts'
import { tables } from '../schema/tables.ts'
import { type Sql, sql } from '../sql.ts'
import { runWithLease } from './lease.ts'

const DAY_MS = 86_400_000
const MAX_ATTEMPTS = 4

/** Creates the store of retention settings and purges. It works as the roles `settings` and `purger`. */
export function createRetentionStore(db: Db, onPurged: (rows: number) => void): RetentionStore {
  return {
    async get(tenantId) {
      const [row] = await db.tx('settings', tenantId, (queries) =>
        queries.query<{ days: number | null; legal_hold: boolean }>(
          sql`select days, legal_hold from ${tables.retention} where tenant_id = ${tenantId}`,
        ),
      )
      return row === undefined ? null : { days: row.days, legalHold: row.legal_hold }
    },
    async set(tenantId, { days, legalHold }) {
      await db.tx('settings', tenantId, (queries) =>
        queries.query(sql`
        insert into ${tables.retention} (tenant_id, days, legal_hold) values (${tenantId}, ${days}, ${legalHold})
        on conflict (tenant_id) do update set days = excluded.days, legal_hold = excluded.legal_hold`),
      )
    },
    async listTenants() {
      // A loose index scan: it jumps from tenant to tenant and skips the days of each.
      const rows = await db.tx('purger', null, (queries) =>
        queries.query<{ tenant_id: string }>(sql`
        with recursive tenants as (
          (select tenant_id from ${tables.rollupDay} order by tenant_id limit 1)
          union all
          select (select r.tenant_id from ${tables.rollupDay} r where r.tenant_id > t.tenant_id order by 1 limit 1)
          from tenants t where t.tenant_id is not null
        )
        select tenant_id from tenants where tenant_id is not null`),
      )
      return rows.map((row) => row.tenant_id)
    },
    findExpired: (tenantId, before) => db.tx('purger', tenantId, (queries) => readExpired(queries, tenantId, before)),
    async purge(tenantId, before, limit) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const purged = await db.tx('purger', tenantId, (queries) => purgeStep(queries, tenantId, before, limit))
          if (purged > 0) onPurged(purged)
          if (purged > 0 && purged < limit) await dropPartitions(db, before)
          return purged
        } catch (error) {
          if (attempt === MAX_ATTEMPTS || !isRetryable(error)) throw error
        }
      }
    },
    runExclusive: (work) => runWithLease(db, 'retention', work),
  }
}

function toMinId(before: number): string {
  return getMinId(Math.min(Math.max(Math.ceil(before), 0), 2 ** 48 - 1))
}

interface FirstRow extends Row {
  readonly seq: number
  readonly occurred_at: Date
}

/** Counts whole days from the rollup, and the rest of the last day from the events. */
async function readExpired(queries: Queries, tenantId: string, before: number): Promise<PurgeSummary> {
  const isExpired = sql`e.tenant_id = ${tenantId} and e.id < ${toMinId(before)}`
  const midnight = new Date(Math.floor(before / DAY_MS) * DAY_MS)
  const [counted] = await queries.query<{ count: number }>(sql`
    select (
      select coalesce(sum(n), 0)::bigint from ${tables.rollupDay}
      where tenant_id = ${tenantId} and day < ${midnight.toISOString().slice(0, 10)}::date
    ) + (
      select count(*) from ${tables.events} e where ${isExpired} and e.id >= ${toMinId(midnight.getTime())}
    ) as count`)
  const readFirst = async (order: Sql) => {
    const [row] = await queries.query<FirstRow>(
      sql`select e.seq, e.occurred_at from ${tables.events} e where ${isExpired} order by ${order} limit 1`,
    )
    return row === undefined ? null : { seq: row.seq, occurredAt: row.occurred_at.toISOString() }
  }
  return { count: counted?.count ?? 0, first: await readFirst(sql`e.id`), last: await readFirst(sql`e.id desc`) }
}

/**
 * Removes up to `limit` events, oldest first, with their inbox exceptions and counts, in one transaction. Under legal hold it
 * removes nothing, so a hold that is set during a purge takes effect.
 */
async function purgeStep(queries: Queries, tenantId: string, before: number, limit: number): Promise<number> {
  const expired = await queries.query<{ id: string }>(sql`
    select e.id from ${tables.events} e
    where e.tenant_id = ${tenantId} and e.id < ${toMinId(before)} and not exists (
      select 1 from ${tables.retention} where tenant_id = ${tenantId} and legal_hold)
    order by e.id limit ${limit}`)
  const [first, last] = [expired[0], expired.at(-1)]
  if (first === undefined || last === undefined) return 0
  const [purged] = await queries.query<{ count: number; last_day: string | null }>(sql`
    with purged as materialized (
      delete from ${tables.events} e
      where e.tenant_id = ${tenantId} and e.id >= ${first.id} and e.id <= ${last.id}
        and e.id = any(${expired.map(({ id }) => id)}::uuid[])
      returning e.occurred_at, e.action, e.kind, e.status, e.category
    ), days as (
      select (occurred_at at time zone 'UTC')::date as day, action, kind, status, count(*) as n
      from purged group by 1, 2, 3, 4
    ), hours as (
      select date_trunc('hour', occurred_at, 'UTC') as hour, count(*) as n
      from purged where category <> 'audit' group by 1
    ), by_day as (
      update ${tables.rollupDay} r set n = r.n - d.n from days d
      where r.tenant_id = ${tenantId} and r.day = d.day and r.action = d.action and r.kind = d.kind
        and r.status = d.status
    ), by_hour as (
      update ${tables.rollupHour} r set n = r.n - h.n from hours h where r.tenant_id = ${tenantId} and r.hour = h.hour
    )
    select count(*) as count, max((occurred_at at time zone 'UTC')::date)::text as last_day from purged`)
  await queries.query(sql`
    delete from ${tables.rollupDay} where tenant_id = ${tenantId} and day <= ${purged?.last_day ?? null}::date and n <= 0`)
  await queries.query(sql`
    delete from ${tables.rollupHour}
    where tenant_id = ${tenantId} and hour < (${purged?.last_day ?? null}::date + 1)::timestamp at time zone 'UTC' and n <= 0`)
  await queries.query(sql`
    delete from ${tables.inbox} where tenant_id = ${tenantId} and event_id <= ${last.id}`)
  return purged?.count ?? 0
}

/** Drops empty partitions. Partitions with events of another tenant stay. */
function dropPartitions(db: Db, before: number): Promise<unknown> {
  return db.tx('purger', null, (queries) =>
    queries.query(sql`select whodid.drop_empty_partitions(${new Date(before).toISOString()}::timestamptz)`),
  )
}
