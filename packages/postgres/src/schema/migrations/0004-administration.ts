import { SCHEMA_LOCK_KEY } from '../tables.ts'
import { enableTenantIsolation } from '../tenant-isolation.ts'

/** Creates API keys, revocations, retention and leases, and what purges and erasures need. */
export const administrationMigration: readonly string[] = [
  // No row-level security: a key is looked up before its tenant is known, and may belong to every tenant.
  `create table whodid.api_keys (
    id text not null,
    tenant_id text not null,
    hash bytea not null,
    name text not null,
    scopes text[] not null,
    created_at timestamptz(3) not null,
    created_by text not null,
    expires_at timestamptz(3),
    last_used_at timestamptz(3),
    revoked_at timestamptz(3),
    primary key (id),
    unique (hash)
  )`,
  'create index api_keys_tenant on whodid.api_keys (tenant_id, created_at desc, id desc)',
  `create table whodid.revocations (
    tenant_id text not null,
    token text,
    viewer_id text,
    revoked_at timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    check (num_nonnulls(token, viewer_id) = 1)
  )`,
  'create index revocations_token on whodid.revocations (tenant_id, token) where token is not null',
  'create index revocations_viewer on whodid.revocations (tenant_id, viewer_id, revoked_at) where viewer_id is not null',
  `create table whodid.retention (
    tenant_id text not null,
    days integer,
    legal_hold boolean not null,
    primary key (tenant_id)
  )`,
  ...enableTenantIsolation('revocations'),
  ...enableTenantIsolation('retention'),
  'grant select, insert on whodid.api_keys to whodid_settings',
  'grant update (last_used_at, revoked_at) on whodid.api_keys to whodid_settings',
  'grant select, insert, delete on whodid.revocations to whodid_settings',
  'grant select, insert, update on whodid.retention to whodid_settings',
  'grant select on whodid.retention to whodid_purger',
  // Leases of work that one process at a time may do. An advisory lock would occupy a connection meanwhile.
  `create table whodid.leases (
    name text not null,
    holder uuid not null,
    expires_at timestamptz(3) not null,
    primary key (name)
  )`,
  'grant select, insert, update, delete on whodid.leases to whodid_purger',
  'create index inbox_event on whodid.inbox (tenant_id, event_id)',
  // Generated columns: ->> is not leakproof, so under row-level security an index on the expression is not used.
  `alter table whodid.events
    add column on_behalf_of_id text generated always as (on_behalf_of->>'id') stored,
    add column impersonated_by_id text generated always as (impersonated_by->>'id') stored`,
  `create index events_on_behalf_of on whodid.events (tenant_id, on_behalf_of_id, id desc)
    where on_behalf_of_id is not null`,
  `create index events_impersonated_by on whodid.events (tenant_id, impersonated_by_id, id desc)
    where impersonated_by_id is not null`,
  // Runs as the owner, because only the owner may drop a table. A partition in use is left for the next purge.
  `create function whodid.drop_empty_partitions(before timestamptz) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '1s' as $$
    declare
      partition record;
      has_rows boolean;
      dropped integer := 0;
    begin
      perform pg_advisory_xact_lock(${SCHEMA_LOCK_KEY});
      for partition in
        select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'whodid.events'::regclass and case
          when c.relname ~ '^events_[0-9]{4}_[0-9]{2}$'
            then to_date(substr(c.relname, 8), 'YYYY_MM') + interval '1 month' <= before at time zone 'UTC'
          when c.relname ~ '^events_before_[0-9]{4}$'
            then to_date(substr(c.relname, 15), 'YYYY') <= before at time zone 'UTC'
          else false end
      loop
        execute format('select exists (select 1 from whodid.%I)', partition.name) into has_rows;
        continue when has_rows;
        begin
          execute format('lock table whodid.%I in access exclusive mode', partition.name);
          execute format('select exists (select 1 from whodid.%I)', partition.name) into has_rows;
          if not has_rows then
            execute format('drop table whodid.%I', partition.name);
            dropped := dropped + 1;
          end if;
        exception when lock_not_available or deadlock_detected then null;
        end;
      end loop;
      return dropped;
    end $$`,
  'revoke all on function whodid.drop_empty_partitions(timestamptz) from public',
  'grant execute on function whodid.drop_empty_partitions(timestamptz) to whodid_purger',
]
