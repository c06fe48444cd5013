import { once } from 'node:events'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { pg as openStore } from '@whodid/postgres/pg'
import pg from 'pg'
import { type PostgresServer, startPostgres } from '../tooling/postgres-server.ts'
import { fingerprint } from './seed/fingerprint.ts'
import { loadDataSet, removeNewEvents } from './seed/load.ts'
import type { PartitionJob } from './seed/partition-job.ts'
import type { WorkerInput } from './seed/worker.ts'

/** The folder for data sets, outside the repository and kept between runs. Set it with `WHODID_BENCH_FOLDER`. */
export const CACHE_FOLDER = process.env.WHODID_BENCH_FOLDER ?? join(tmpdir(), 'whodid-bench')

const RUN_SETTINGS = {
  shared_buffers: '2GB',
  effective_cache_size: '8GB',
  work_mem: '64MB',
  max_wal_size: '8GB',
  maintenance_work_mem: '1GB',
  random_page_cost: '1.1',
  fsync: 'on',
}

const SEED_SETTINGS = {
  ...RUN_SETTINGS,
  maintenance_work_mem: '1500MB',
  max_parallel_maintenance_workers: '0',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  checkpoint_timeout: '30min',
}

/** The database user of the service: the owner of its database, not a superuser. */
const SERVICE_USER = 'whodid_service'

function getDatabaseUrl(server: PostgresServer, name: string, user: string): string {
  const url = new URL(server.url)
  url.pathname = `/${name}`
  url.username = user
  return url.href
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  return withClient(url, async (client) => (await client.query(text)).rows)
}

async function fillInWorkers(url: string, jobs: readonly PartitionJob[]): Promise<void> {
  const count = Math.min(availableParallelism(), jobs.length)
  await Promise.all(
    Array.from({ length: count }, async (_, nth) => {
      const workerData: WorkerInput = { url, jobs: jobs.filter((_, at) => at % count === nth) }
      const [code] = await once(new Worker(new URL('./seed/worker.ts', import.meta.url), { workerData }), 'exit')
      if (code !== 0) throw new Error('A seed worker ended early.')
    }),
  )
}

function getDatabaseName(rows: number) {
  return `seed_${rows}_${fingerprint}`
}

async function seedOnce(server: PostgresServer, rows: number, log: (message: string) => void): Promise<void> {
  const name = getDatabaseName(rows)
  const unfinished = `${name}_unfinished`
  await query(
    server.url,
    `do $$ begin
      if to_regrole('${SERVICE_USER}') is null then create role ${SERVICE_USER} login createrole; end if;
    end $$`,
  )
  await query(server.url, `drop database if exists ${unfinished} with (force)`)
  await query(server.url, `create database ${unfinished} template template0 owner ${SERVICE_USER}`)
  await (await openStore(getDatabaseUrl(server, unfinished, SERVICE_USER))).close()
  const url = getDatabaseUrl(server, unfinished, 'postgres')
  await withClient(url, (client) => loadDataSet(client, rows, (jobs) => fillInWorkers(url, jobs), log))
  await query(server.url, `alter database ${unfinished} rename to ${name}`)
}

/** A server with a data set of each requested size. */
interface SeededServer extends AsyncDisposable {
  readonly version: string
  readonly settings: Readonly<Record<string, string>>
  /** The URL that the service connects with. */
  url(rows: number): string
  /** The URL of a superuser, for reference measurements. */
  adminUrl(rows: number): string
  /** Reads indexes and events into memory. Above three million rows, it reads only the newest three months of events. */
  warm(rows: number): Promise<void>
  /** Removes the events of earlier runs. */
  clean(rows: number): Promise<void>
}

/**
 * Starts a PostgreSQL for the bench and seeds missing data sets. Seeding uses a minimal write-ahead log, so the server restarts
 * afterwards.
 */
export async function startSeededServer(
  sizes: readonly number[],
  log: (message: string) => void,
): Promise<SeededServer> {
  const folder = join(CACHE_FOLDER, 'postgres')
  let server = await startPostgres({ folder, settings: RUN_SETTINGS })
  const existing = new Set(
    (await query(server.url, 'select datname from pg_database')).map(({ datname }) => String(datname)),
  )
  for (const name of existing) {
    const isOld = sizes.some((rows) => name.startsWith(`seed_${rows}_`) && name !== getDatabaseName(rows))
    if (isOld) await query(server.url, `drop database ${name} with (force)`)
  }
  const missing = sizes.filter((rows) => !existing.has(getDatabaseName(rows)))
  if (missing.length > 0) {
    await server[Symbol.asyncDispose]()
    server = await startPostgres({ folder, settings: SEED_SETTINGS })
    for (const rows of missing) {
      const started = performance.now()
      log(`Seeding ${rows.toLocaleString('en')} rows (once)`)
      await seedOnce(server, rows, log)
      log(`Seeded in ${Math.round((performance.now() - started) / 1000)} s`)
    }
    await server[Symbol.asyncDispose]()
    server = await startPostgres({ folder, settings: RUN_SETTINGS })
  }
  const [about] = await query(server.url, "select current_setting('server_version') as version")
  return {
    version: `PostgreSQL ${about?.version}`,
    settings: RUN_SETTINGS,
    warm: async (rows) => {
      const url = getDatabaseUrl(server, getDatabaseName(rows), 'postgres')
      await query(url, 'create extension if not exists pg_prewarm')
      await query(
        url,
        `select pg_prewarm(oid, 'read') from pg_class where relnamespace = 'whodid'::regnamespace
          and (relkind = 'i' or relkind = 'r' and relname >= '${rows > 3_000_000 ? 'events_2026_09' : 'events_'}')`,
      )
    },
    clean: (rows) =>
      withClient(getDatabaseUrl(server, getDatabaseName(rows), 'postgres'), (client) => removeNewEvents(client, rows)),
    url: (rows) => getDatabaseUrl(server, getDatabaseName(rows), SERVICE_USER),
    adminUrl: (rows) => getDatabaseUrl(server, getDatabaseName(rows), 'postgres'),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
