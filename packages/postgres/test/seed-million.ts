import pg from 'pg'

/** The tenant with half of the events of {@link seedMillion}. Nineteen others share the rest. */
export const BIG_TENANT = 'acme'

const MONTHS = 12
const WORDS =
  'report invoice harbour orchard project release kernel beacon lantern meadow falcon cedar sonata glacier tundra'

// Cheap rows with a realistic distribution: values are skewed, and times spread over a year. Canonical bytes are empty.
const INSERT_EVENTS = `
  insert into whodid.events (tenant_id, id, seq, occurred_at, received_at, action, category, kind, status, severity, actor_type,
    actor_id, actor_name, actor_email, resource_type, resource_id, resource_name, resource_deleted, project_id, scope, description,
    changes, metadata, redacted, channel, search_text, digest, canonical, disclosures)
  select case when n % 2 = 0 then '${BIG_TENANT}' else 'tenant' || n / 2 % 19 end,
    (lpad(to_hex(ms), 12, '0') || '7' || substr(md5, 1, 3) || '8' || substr(md5, 4, 15))::uuid,
    case when n % 2 = 0 then n / 2 else n / 38 + 1 end,
    to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0), category || '.' || verb, category, kind, status, severity, 'user',
    'user' || actor, 'Person ' || actor, 'person' || actor || '@acme.test', category, 'r' || resource, name,
    case kind when 'create' then false when 'delete' then true end, 'p' || resource % 200, '{}', name || ' was ' || verb,
    '[]', '{}', '[]', case when random() < 0.6 then 'ui' else 'api' end,
    'person ' || actor || E'\\nperson' || actor || E'@acme.test\\n' || category || '.' || verb || E'\\n' || name || E'\\n', '', '', '[]'
  from (
    select n, resource, actor, status, severity, md5(n::text) as md5,
      (extract(epoch from $1::timestamptz + ($2::timestamptz - $1::timestamptz) * (n / 1000000.0)) * 1000)::bigint as ms,
      (array['file', 'invoice', 'project', 'session', 'job', 'member', 'domain', 'key'])[floor(power(8, r1))] as category,
      (array['updated', 'created', 'opened', 'deleted'])[1 + kinds] as verb,
      (array['update', 'create', 'other', 'delete'])[1 + kinds] as kind,
      words[floor(power(15, r2))] || ' ' || words[1 + resource % 15] || ' ref-' || resource as name
    from (
      select n, random() as r1, random() as r2, floor(power(4, random()))::int - 1 + (random() < 0.02)::int as kinds,
        floor(power(5000, random()))::int as actor, floor(power(100000, random()))::int as resource,
        case when random() < 0.03 then 'failure' else 'success' end as status,
        case when random() < 0.01 then 'warning' else 'info' end as severity,
        string_to_array('${WORDS}', ' ') as words
      from generate_series(1, 1000000) n
    ) drawn
  ) event`

/** Fills the empty database of a store with a million events of the past year. Takes about a minute. */
export async function seedMillion(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    options: '-c maintenance_work_mem=512MB -c synchronous_commit=off',
  })
  await client.connect()
  try {
    const now = new Date()
    const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - MONTHS, 1))
    for (let month = from; month < now; month = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1))) {
      await client.query('select whodid.ensure_partition($1, $2)', [month.getUTCFullYear(), month.getUTCMonth() + 1])
    }
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
      from pg_index where indrelid = 'whodid.events'::regclass and not indisprimary`,
    )
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    const { rows: keys } = await client.query<{ name: string; definition: string }>(
      `select conname as name, pg_get_constraintdef(oid) as definition
      from pg_constraint where conrelid = 'whodid.events'::regclass and contype = 'p'`,
    )
    for (const { name } of keys) await client.query(`alter table whodid.events drop constraint ${name}`)
    await client.query('select setseed(0.5)')
    await client.query(INSERT_EVENTS, [from, now])
    for (const { name, definition } of keys)
      await client.query(`alter table whodid.events add constraint ${name} ${definition}`)
    for (const { definition } of indexes) await client.query(definition.replace(' ON ONLY ', ' ON '))
    await client.query(`insert into whodid.ledger (tenant_id, seq, event_id, leaf_hash)
      select tenant_id, seq, id, '' from whodid.events where tenant_id = '${BIG_TENANT}'`)
    await client.query(`insert into whodid.ledger_head (tenant_id, seq) values ('${BIG_TENANT}', 500000)`)
    await client.query(`insert into whodid.resource_states (tenant_id, resource_type, resource_id, event_id, deleted)
      select distinct on (tenant_id, resource_type, resource_id) tenant_id, resource_type, resource_id, id, resource_deleted
      from whodid.events where resource_deleted is not null order by tenant_id, resource_type, resource_id, id desc`)
    // Sets the visibility map, so that index-only scans work as they do after autovacuum.
    await client.query('vacuum (analyze) whodid.events, whodid.ledger, whodid.resource_states')
  } finally {
    await client.end()
  }
}
