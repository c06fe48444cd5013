import { SCHEMA_LOCK_KEY } from '../tables.ts'
import { enableTenantIsolation } from '../tenant-isolation.ts'

const roles = ['ingest', 'reader', 'settings', 'purger', 'eraser', 'signer'].map((role) => `whodid_${role}`)

const administratorStatements = `${roles.map((role) => `create role ${role} nologin; `).join('')}grant ${roles.join(', ')} to %I with admin option`

/**
 * Creates a role unless it exists, and grants it to the current user. Roles belong to the cluster, so another database may have
 * created them or be creating them now. From PostgreSQL 16 on, membership alone does not allow `set role`.
 */
function createRole(role: string): string {
  return `
  do $$ begin
    begin
      if not exists (select from pg_roles where rolname = '${role}') then
        create role ${role} nologin;
      end if;
    exception when duplicate_object or unique_violation then null;
    end;
    begin
      if not pg_has_role(current_user, '${role}',
        case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end
      ) then
        execute format('grant ${role} to %I', current_user);
      end if;
    exception when unique_violation then null;
    end;
  exception when insufficient_privilege then
    raise insufficient_privilege using
      message = format('%I may not create or use the role ${role}', current_user),
      hint = format('Ask an administrator to run "${administratorStatements}" once.', current_user);
  end $$`
}

const personalColumns = `actor_name, actor_email, on_behalf_of, impersonated_by, resource_name, description, changes,
  metadata, ip, user_agent, disclosures, search_text`

/** The grants of each role. No role may truncate, and the ledger is append-only. */
const grants: readonly string[] = [
  `grant usage on schema whodid to ${roles.join(', ')}`,

  'grant insert on whodid.events to whodid_ingest',
  'grant select (tenant_id, id, digest) on whodid.events to whodid_ingest',
  'grant select, insert on whodid.ledger to whodid_ingest',
  'grant select, insert, update on whodid.ledger_head, whodid.resource_states to whodid_ingest',

  `grant select on whodid.migrations, whodid.events, whodid.ledger, whodid.ledger_head, whodid.resource_states
    to whodid_reader`,
  'grant select, insert, update, delete on whodid.inbox to whodid_reader',
  'grant select, insert, update on whodid.inbox_watermark to whodid_reader',

  'grant delete on whodid.events to whodid_purger',
  `grant select (tenant_id, id, seq, occurred_at, action, category, kind, status) on whodid.events to whodid_purger`,
  'grant select, delete on whodid.inbox to whodid_purger',

  'grant select on whodid.events to whodid_eraser',
  `grant update (${personalColumns}) on whodid.events to whodid_eraser`,

  'grant select on whodid.ledger, whodid.ledger_head to whodid_signer',
]

/**
 * Creates the partition of a month, under the lock for schema changes. It runs as the owner, because the ingest role owns no
 * table: the caller chooses the month and nothing else. A partition has no grants and no policy, so it is reached through
 * `events` only.
 */
const ensurePartition = `
  create function whodid.ensure_partition(year integer, month integer) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  declare
    first timestamp;
    partition text;
    low text := 'minvalue';
    high text;
  begin
    if year is null or month is null or month not between 1 and 12
      or year not between 1 and date_part('year', now()) + 1 then
      raise invalid_parameter_value using message = format('Invalid partition: month %s of year %s.', month, year);
    end if;
    if year < 2020 then
      partition := 'events_before_2020';
      high := whodid.min_id_at('2020-01-01');
    else
      first := make_date(year, month, 1);
      partition := format('events_%s_%s', year, lpad(month::text, 2, '0'));
      low := whodid.min_id_at(first);
      high := whodid.min_id_at(first + interval '1 month');
    end if;
    perform pg_advisory_xact_lock(${SCHEMA_LOCK_KEY});
    if exists (
      select from pg_inherits where inhparent = 'whodid.events'::regclass
        and inhrelid = to_regclass(format('whodid.%I', partition))
    ) then
      return;
    end if;
    -- A high target keeps rows uncompressed: compressing takes longer than writing.
    execute format('create table whodid.%I partition of whodid.events for values from (%s) to (%s)
      with (toast_tuple_target = 8160)', partition, low, high);
    execute format('alter table whodid.%I enable row level security', partition);
  end $$`

/** Returns the smallest id of a UTC time, quoted as a literal. */
const firstIdAt = `
  create function whodid.min_id_at(moment timestamp) returns text
  language sql immutable set search_path = pg_catalog, pg_temp as $$
    select quote_literal(substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-000000000000')
    from (select lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') as hex) ms
  $$`

/**
 * Returns the ids of the tenant's events from `low` to `high`, both inclusive, whose search text contains every substring. Under
 * row-level security LIKE cannot use an index, because it is not leakproof. This function runs as the owner, so it can, and it
 * returns ids only.
 *
 * `conditions` lets the planner choose another index. It is a list of objects that must all hold; an object holds when one of its
 * columns has one of the listed values. Values are literals in the statement, so that the planner can estimate them.
 */
const searchCandidates = `
  create function whodid.search_candidates(substrings text[], low uuid, high uuid, conditions jsonb) returns setof uuid
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  declare
    tenant text := nullif(current_setting('app.tenant', true), '');
    phrase text;
    condition jsonb;
    statement text;
  begin
    if tenant is null or substrings is null or conditions is null then
      return;
    end if;
    statement := format(
      'select id from whodid.events where tenant_id = %L and id >= %L::uuid and id <= %L::uuid', tenant, low, high);
    foreach phrase in array substrings loop
      statement := statement || format(
        ' and search_text like %L', '%' || regexp_replace(phrase, '([\\\\%_])', '\\\\\\1', 'g') || '%');
    end loop;
    for condition in select jsonb_array_elements(conditions) loop
      if exists (select from jsonb_object_keys(condition) name where name not in ('actor_id', 'actor_email_lower', 'action',
        'category', 'kind', 'resource_type', 'resource_id', 'project_id', 'status', 'channel', 'severity')) then
        raise invalid_parameter_value using message = format('Unknown column in condition %s.', condition);
      end if;
      statement := statement || ' and ' || coalesce((
        select '(' || string_agg(format('%I = any(%L::text[])', name, array(
          select jsonb_array_elements_text(wanted))), ' or ') || ')'
        from jsonb_each(condition) alternative (name, wanted)
      ), 'false');
    end loop;
    return query execute statement;
  end $$`

function grantExecute(signature: string, role: string): readonly string[] {
  return [
    `revoke all on function whodid.${signature} from public`,
    `grant execute on function whodid.${signature} to ${role}`,
  ]
}

/** Creates roles, grants, row-level security and the functions that run as the owner. One statement per entry. */
export const accessMigration: readonly string[] = [
  ...roles.map(createRole),
  ...['events', 'ledger', 'ledger_head', 'resource_states', 'inbox', 'inbox_watermark'].flatMap(enableTenantIsolation),
  ...grants,
  firstIdAt,
  'revoke all on function whodid.min_id_at(timestamp) from public',
  ensurePartition,
  ...grantExecute('ensure_partition(integer, integer)', 'whodid_ingest'),
  searchCandidates,
  ...grantExecute('search_candidates(text[], uuid, uuid, jsonb)', 'whodid_reader'),
]
