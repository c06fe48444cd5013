// At hand in the indexes that lists are read from: filters meet in an index alone, and events are read after the limit.
const TRAITS = 'kind, status, channel, severity'

/** Events with their ledger, and each viewer's inbox. One DDL statement an entry, as Citus wants it. */
export const events: readonly string[] = [
  'create extension if not exists pg_trgm',
  'create extension if not exists btree_gin',
  `create table whodid.events (
    tenant_id text not null,
    id uuid not null,
    seq bigint not null,
    occurred_at timestamptz(3) not null,
    received_at timestamptz(3) not null,
    action text not null,
    category text not null,
    kind text not null,
    status text not null,
    severity text not null,
    actor_type text not null,
    actor_id text not null,
    actor_name text,
    actor_email text,
    on_behalf_of jsonb,
    impersonated_by jsonb,
    resource_type text not null,
    resource_id text,
    resource_name text,
    resource_href text,
    leaves_deleted boolean,
    project_id text,
    scope jsonb not null,
    description text not null,
    changes jsonb not null,
    metadata jsonb not null,
    error jsonb,
    redacted jsonb not null,
    caused_by uuid,
    channel text not null,
    ip text,
    user_agent text,
    request_id text,
    trace_id text,
    method text,
    route text,
    search_text text not null,
    digest bytea not null,
    canonical bytea not null,
    disclosures jsonb not null,
    actor_address text generated always as (lower(actor_email)) stored,
    primary key (tenant_id, id) include (category, resource_type, ${TRAITS})
  ) partition by range (id)`,
  `create index events_actor on whodid.events (tenant_id, actor_id, id desc)
    include (action, category, resource_type, project_id, ${TRAITS})`,
  // A column, since a policy lets no function that may tell of rows come before it, and `lower` counts as one.
  `create index events_address on whodid.events (tenant_id, actor_address, id desc)
    where actor_address is not null`,
  `create index events_action on whodid.events (tenant_id, action, id desc) include (category, ${TRAITS})`,
  `create index events_category on whodid.events (tenant_id, category, id desc) include (${TRAITS})`,
  `create index events_resource on whodid.events (tenant_id, resource_type, resource_id, id desc)
    include (action, category, ${TRAITS})`,
  `create index events_project on whodid.events (tenant_id, project_id, id desc)
    include (action, category, resource_type, ${TRAITS}) where project_id is not null`,
  `create index events_status on whodid.events (tenant_id, status, id desc)
    include (action, category, kind, channel, severity) where status <> 'success'`,
  `create index events_text on whodid.events using gin (tenant_id, search_text gin_trgm_ops)
    with (gin_pending_list_limit = 4096)`,
  `create table whodid.ledger (
    tenant_id text not null,
    seq bigint not null,
    event_id uuid not null,
    leaf_hash bytea not null,
    primary key (tenant_id, seq),
    unique (tenant_id, event_id)
  )`,
  `create table whodid.ledger_head (
    tenant_id text not null,
    seq bigint not null,
    primary key (tenant_id)
  )`,
  // What the last event that made or deleted a resource left of it, also when that event has been purged.
  `create table whodid.resource_fates (
    tenant_id text not null,
    resource_type text not null,
    resource_id text not null,
    event_id uuid not null,
    deleted boolean not null,
    primary key (tenant_id, resource_type, resource_id)
  )`,
  `create table whodid.inbox_watermark (
    tenant_id text not null,
    viewer_id text not null,
    seen_seq bigint not null default 0,
    archived_seq bigint not null default 0,
    primary key (tenant_id, viewer_id)
  )`,
  `create table whodid.inbox (
    tenant_id text not null,
    viewer_id text not null,
    event_id uuid not null,
    seen boolean,
    archived boolean,
    primary key (tenant_id, viewer_id, event_id)
  )`,
]
