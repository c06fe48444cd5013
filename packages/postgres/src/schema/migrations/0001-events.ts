// Included in the indexes behind lists: filters use the index alone, and only the events of the page are read.
const INCLUDED_COLUMNS = 'kind, status, channel, severity'

/** Creates the events, the ledger and the inboxes. One DDL statement per entry, because Citus needs that. */
export const eventsMigration: readonly string[] = [
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
    resource_deleted boolean,
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
    actor_email_lower text generated always as (lower(actor_email)) stored,
    primary key (tenant_id, id) include (category, resource_type, ${INCLUDED_COLUMNS})
  ) partition by range (id)`,
  `create index events_actor on whodid.events (tenant_id, actor_id, id desc)
    include (action, category, resource_type, project_id, ${INCLUDED_COLUMNS})`,
  // A generated column: `lower` is not leakproof, so under row-level security an index on the expression is not used.
  `create index events_actor_email on whodid.events (tenant_id, actor_email_lower, id desc)
    where actor_email_lower is not null`,
  `create index events_action on whodid.events (tenant_id, action, id desc) include (category, ${INCLUDED_COLUMNS})`,
  `create index events_category on whodid.events (tenant_id, category, id desc) include (${INCLUDED_COLUMNS})`,
  `create index events_resource on whodid.events (tenant_id, resource_type, resource_id, id desc)
    include (action, category, ${INCLUDED_COLUMNS})`,
  `create index events_project on whodid.events (tenant_id, project_id, id desc)
    include (action, category, resource_type, ${INCLUDED_COLUMNS}) where project_id is not null`,
  `create index events_status on whodid.events (tenant_id, status, id desc)
    include (action, category, kind, channel, severity) where status <> 'success'`,
  `create index events_search_text on whodid.events using gin (tenant_id, search_text gin_trgm_ops)
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
  // The state of each resource after its last create, delete or restore. It outlives the purge of that event.
  `create table whodid.resource_states (
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
