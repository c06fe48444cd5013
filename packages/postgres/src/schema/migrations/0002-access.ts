import { isolated } from '../isolation.ts'
import { SCHEMA_LOCK } from '../tables.ts'

const roles = ['ingest', 'reader', 'settings', 'purger', 'eraser', 'signer'].map((role) => `whodid_${role}`)

const byAdministrator = `${roles.map((role) => `create role ${role} nologin; `).join('')}grant ${roles.join(', ')} to %I with admin option`

/**
 * Roles belong to the cluster: another database of it may have made them, or be about to. The user who migrates works in their
 * names too, in development at least. Since version 16, being a member does not mean that one may take on a role.
 */
function roleExists(role: string): string {
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
      message = format('%I may not make the role ${role}, or take it on', current_user),
      hint = format('let an administrator run "${byAdministrator}" once.', current_user);
  end $$`
}

const personalColumns = `actor_name, actor_email, on_behalf_of, impersonated_by, resource_name, description, changes,
  metadata, ip, user_agent, disclosures, search_text`

/** What each role may do, and nothing else: no one truncates, and the ledger is only ever added to. */
const grants: readonly string[] = [
  `grant usage on schema whodid to ${roles.join(', ')}`,

  'grant insert on whodid.events to whodid_ingest',
  'grant select (tenant_id, id, digest) on whodid.events to whodid_ingest',
  'grant select, insert on whodid.ledger to whodid_ingest',
  'grant select, insert, update on whodid.ledger_head, whodid.resource_fates to whodid_ingest',

  `grant select on whodid.migrations, whodid.events, whodid.ledger, whodid.ledger_head, whodid.resource_fates
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
 * Makes the partition of a month, under the lock of schema changes. Whoever stores events owns no table, and cannot choose what
 * is made: only which month. A partition has no rights and no policy of its own, so it is reached through `events` alone.
 */
const ensureMonth = `
  create function whodid.ensure_month(year integer, month integer) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  declare
    first timestamp;
    partition text;
    low text := 'minvalue';
    high text;
  begin
    if year is null or month is null or month not between 1 and 12
      or year not between 1 and date_part('year', now()) + 1 then
      raise invalid_parameter_value using message = format('There is no partition for month %s of year %s.', month, year);
    end if;
    if year < 2020 then
      partition := 'events_before_2020';
      high := whodid.floor_of('2020-01-01');
    else
      first := make_date(year, month, 1);
      partition := format('events_%s_%s', year, lpad(month::text, 2, '0'));
      low := whodid.floor_of(first);
      high := whodid.floor_of(first + interval '1 month');
    end if;
    perform pg_advisory_xact_lock(${SCHEMA_LOCK});
    if exists (
      select from pg_inherits where inhparent = 'whodid.events'::regclass
        and inhrelid = to_regclass(format('whodid.%I', partition))
    ) then
      return;
    end if;
    -- Rows stay whole: to look for what could be compressed takes longer than to write it.
    execute format('create table whodid.%I partition of whodid.events for values from (%s) to (%s)
      with (toast_tuple_target = 8160)', partition, low, high);
    execute format('alter table whodid.%I enable row level security', partition);
  end $$`

/** The smallest id of a time in UTC, as it stands in a statement. */
const floorOf = `
  create function whodid.floor_of(moment timestamp) returns text
  language sql immutable set search_path = pg_catalog, pg_temp as $$
    select quote_literal(substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-000000000000')
    from (select lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') as hex) ms
  $$`

/**
 * Ids of the tenant's events between two ids, both included, whose search text contains every needle. Under row-level security
 * LIKE could use no index, since it might tell others of rows that one may not see; in here it can, and only ids come out.
 *
 * `terms` narrows further, so that the planner may choose another index: a list of objects, each of which must hold; an object
 * names columns with values, one of which must be met. They stand in the statement as literals for the planner to weigh.
 */
const candidates = `
  create function whodid.candidates(needles text[], low uuid, high uuid, terms jsonb) returns setof uuid
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  declare
    tenant text := nullif(current_setting('app.tenant', true), '');
    needle text;
    term jsonb;
    statement text;
  begin
    if tenant is null or needles is null or terms is null then
      return;
    end if;
    statement := format(
      'select id from whodid.events where tenant_id = %L and id >= %L::uuid and id <= %L::uuid', tenant, low, high);
    foreach needle in array needles loop
      statement := statement || format(
        ' and search_text like %L', '%' || regexp_replace(needle, '([\\\\%_])', '\\\\\\1', 'g') || '%');
    end loop;
    for term in select jsonb_array_elements(terms) loop
      if exists (select from jsonb_object_keys(term) name where name not in ('actor_id', 'actor_address', 'action',
        'category', 'kind', 'resource_type', 'resource_id', 'project_id', 'status', 'channel', 'severity')) then
        raise invalid_parameter_value using message = format('Candidates cannot be narrowed by %s.', term);
      end if;
      statement := statement || ' and ' || coalesce((
        select '(' || string_agg(format('%I = any(%L::text[])', name, array(
          select jsonb_array_elements_text(wanted))), ' or ') || ')'
        from jsonb_each(term) alternative (name, wanted)
      ), 'false');
    end loop;
    return query execute statement;
  end $$`

function executable(signature: string, role: string): readonly string[] {
  return [
    `revoke all on function whodid.${signature} from public`,
    `grant execute on function whodid.${signature} to ${role}`,
  ]
}

/** Who may do what: roles, their rights, and each tenant by itself. One statement an entry. */
export const access: readonly string[] = [
  ...roles.map(roleExists),
  ...['events', 'ledger', 'ledger_head', 'resource_fates', 'inbox', 'inbox_watermark'].flatMap(isolated),
  ...grants,
  floorOf,
  'revoke all on function whodid.floor_of(timestamp) from public',
  ensureMonth,
  ...executable('ensure_month(integer, integer)', 'whodid_ingest'),
  candidates,
  ...executable('candidates(text[], uuid, uuid, jsonb)', 'whodid_reader'),
]
