import type { RouteStore } from '@whodid/core'
import type { Db, Row } from '../db.ts'
import { ROUTES_LOCK_KEY, tables } from '../schema/tables.ts'
import { integer, sql } from '../sql.ts'

const MAX_ROUTES = 10_000

interface RouteRow extends Row {
  readonly method: string
  readonly path: string
  readonly action: string | null
  readonly first_seen_at: Date
  readonly last_seen_at: Date
}

/** Creates the store of the host app's routes. It writes as the role `ingest`, and reads as `reader`. */
export function createRouteStore(db: Db): RouteStore {
  return {
    async put(routes, at) {
      if (routes.length === 0) return { stored: 0, ignored: 0 }
      const columns = [
        sql`${routes.map(({ method }) => method)}::text[]`,
        sql`${routes.map(({ path }) => path)}::text[]`,
        sql`${routes.map(({ action }) => action)}::text[]`,
      ] as const
      const upsert = sql`
        with given as materialized (
          select g.*, r.method is null as is_new,
            r.action is distinct from g.action or r.last_seen_at < ${at}::timestamptz - interval '1 hour' as is_changed
          from unnest(${columns[0]}, ${columns[1]}, ${columns[2]}) with ordinality as g (method, path, action, position)
            left join ${tables.routes} r on r.method = g.method and r.path = g.path
        ), room as materialized (
          select greatest(0, ${integer(MAX_ROUTES)} - count(*)) as size from ${tables.routes}
        ), accepted as (
          select method, path, action from given where is_changed and not is_new
          union all
          (select method, path, action from given where is_new order by position limit (select size from room))
        ), written as (
          insert into ${tables.routes} as r (method, path, action, first_seen_at, last_seen_at)
          select method, path, action, ${at}::timestamptz, ${at}::timestamptz from accepted
          on conflict (method, path) do update
            set action = excluded.action, last_seen_at = greatest(r.last_seen_at, excluded.last_seen_at)
        )
        select greatest(0, (select count(*) from given where is_new) - size) as ignored from room`
      // One transaction at a time, so that there are never more rows than the limit, and no two wait for each other's rows.
      const lock = sql`select pg_advisory_xact_lock(${ROUTES_LOCK_KEY})`
      const [, rows] = await db.tx('ingest', null, (queries) =>
        Promise.all([queries.query(lock), queries.query<{ ignored: number }>(upsert)]),
      )
      const ignored = rows[0]?.ignored ?? 0
      return { stored: routes.length - ignored, ignored }
    },
    async list() {
      const rows = await db.tx('reader', null, (queries) =>
        queries.query<RouteRow>(sql`
          select method, path, action, first_seen_at, last_seen_at from ${tables.routes}
          order by path collate "C", method collate "C"`),
      )
      return rows.map(({ first_seen_at, last_seen_at, ...route }) => ({
        ...route,
        firstSeenAt: first_seen_at.toISOString(),
        lastSeenAt: last_seen_at.toISOString(),
      }))
    },
  }
}
