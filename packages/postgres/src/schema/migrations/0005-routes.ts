/** Creates the routes of the host app. They belong to no tenant, so there is no row-level security. */
export const routesMigration: readonly string[] = [
  `create table whodid.routes (
    method text not null,
    path text not null,
    action text,
    first_seen_at timestamptz(3) not null,
    last_seen_at timestamptz(3) not null,
    primary key (method, path)
  )`,
  'grant select, insert on whodid.routes to whodid_ingest',
  'grant update (action, last_seen_at) on whodid.routes to whodid_ingest',
  'grant select on whodid.routes to whodid_reader',
]
