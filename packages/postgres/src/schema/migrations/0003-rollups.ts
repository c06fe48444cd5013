import { isolated } from '../isolation.ts'

/**
 * Counts of events, kept by those who append and purge, in their transactions. Rows are updated again and again, and `n` stands
 * in no index: room on each page lets the new version stand beside the old one.
 */
export const rollups: readonly string[] = [
  `create table whodid.rollup_day (
    tenant_id text not null,
    day date not null,
    action text not null,
    kind text not null,
    status text not null,
    n bigint not null,
    primary key (tenant_id, day, action, kind, status)
  ) with (fillfactor = 50)`,
  // Without the category audit, which no dashboard shows by the hour.
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
  ...isolated('rollup_day'),
  ...isolated('rollup_hour'),
  'grant select, insert, update on whodid.rollup_day, whodid.rollup_hour to whodid_ingest',
  'grant select on whodid.rollup_day, whodid.rollup_hour to whodid_reader',
  'grant select, update, delete on whodid.rollup_day, whodid.rollup_hour to whodid_purger',
  // Who looks after every tenant's retention must know which there are.
  'create policy every_tenant on whodid.rollup_day for select to whodid_purger using (true)',
]
