import { enableTenantIsolation } from '../tenant-isolation.ts'

/**
 * Creates the event counts. Appends and purges update them in their own transactions. Rows change often and `n` is in no index, so
 * a low fillfactor leaves room for updates in place.
 */
export const rollupsMigration: readonly string[] = [
  `create table whodid.rollup_day (
    tenant_id text not null,
    day date not null,
    action text not null,
    kind text not null,
    status text not null,
    n bigint not null,
    primary key (tenant_id, day, action, kind, status)
  ) with (fillfactor = 50)`,
  // Excludes the category `audit`, which the hourly charts do not show.
  `create table whodid.rollup_hour (
    tenant_id text not null,
    hour timestamptz(0) not null,
    n bigint not null,
    primary key (tenant_id, hour)
  ) with (fillfactor = 50)`,
  `insert into whodid.rollup_day (tenant_id, day, action, kind, status, n)
    select tenant_id, (occurred_at at time zone 'UTC')::date, action, kind, status, count(*)
    from whodid.events group by 1, 2, 3, 4, 5`,
  `insert into whodid.rollup_hour (tenant_id, hour, n)
    select tenant_id, date_trunc('hour', occurred_at, 'UTC'), count(*)
    from whodid.events where category <> 'audit' group by 1, 2`,
  ...enableTenantIsolation('rollup_day'),
  ...enableTenantIsolation('rollup_hour'),
  'grant select, insert, update on whodid.rollup_day, whodid.rollup_hour to whodid_ingest',
  'grant select on whodid.rollup_day, whodid.rollup_hour to whodid_reader',
  'grant select, update, delete on whodid.rollup_day, whodid.rollup_hour to whodid_purger',
  // Retention covers every tenant, so the purger must be able to list them.
  'create policy purger_reads_all_tenants on whodid.rollup_day for select to whodid_purger using (true)',
]
