import { once } from 'node:events'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { pg as openStore } from '@whodid/postgres/pg'
import pg from 'pg'
import { type PostgresServer, startPostgres } from '../tooling/postgres-server.ts'
import { fingerprint } from './seed/fingerprint.ts'
import { clean, load } from './seed/load.ts'
import type { Order } from './seed/order.ts'
import type { WorkerInput } from './seed/worker.ts'

/** Outside the repository, and kept between runs. `WHODID_BENCH_FOLDER` puts it elsewhere. */
export const CACHE = process.env.WHODID_BENCH_FOLDER ?? join(tmpdir(), 'whodid-bench')

const RUNNING = {
  shared_buffers: '2GB',
  effective_cache_size: '8GB',
  work_mem: '64MB',
  max_wal_size: '8GB',
  maintenance_work_mem: '1GB',
  random_page_cost: '1.1',
  fsync: 'on',
}

const SEEDING = {
  ...RUNNING,
  maintenance_work_mem: '1500MB',
  max_parallel_maintenance_workers: '0',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  checkpoint_timeout: '30min',
}

/** Who the service connects as: no superuser, and the owner of its database. */
const SERVICE = 'whodid_service'

function databaseOf(server: PostgresServer, name: string, user: string): string {
  const url = new URL(server.url)
  url.pathname = `/${name}`
  url.username = user
  return url.href
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function ask(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  return connected(url, async (client) => (await client.query(text)).rows)
}

async function fillInWorkers(url: string, orders: readonly Order[]): Promise<void> {
  const count = Math.min(availableParallelism(), orders.length)
  await Promise.all(
    Array.from({ length: count }, async (_, nth) => {
      const workerData: WorkerInput = { url, orders: orders.filter((_, at) => at % count === nth) }
      const [code] = await once(new Worker(new URL('./seed/worker.ts', import.meta.url), { workerData }), 'exit')
      if (code !== 0) throw new Error('A worker that seeds ended early.')
    }),
  )
}

function nameOf(rows: number) {
  return `seed_${rows}_${fingerprint}`
}

async function seedOnce(server: PostgresServer, rows: number, say: (what: string) => void): Promise<void> {
  const name = nameOf(rows)
  const unfinished = `${name}_unfinished`
  await ask(
    server.url,
    `do $$ begin
      if to_regrole('${SERVICE}') is null then create role ${SERVICE} login createrole; end if;
    end $$`,
  )
  await ask(server.url, `drop database if exists ${unfinished} with (force)`)
  await ask(server.url, `create database ${unfinished} template template0 owner ${SERVICE}`)
  await (await openStore(databaseOf(server, unfinished, SERVICE))).close()
  const url = databaseOf(server, unfinished, 'postgres')
  await connected(url, (client) => load(client, rows, (orders) => fillInWorkers(url, orders), say))
  await ask(server.url, `alter database ${unfinished} rename to ${name}`)
}

/** A server with a data set of each of these sizes, seeded now unless a run before has done it. */
export interface SeededServer extends AsyncDisposable {
  readonly version: string
  readonly settings: Readonly<Record<string, string>>
  /** As the service connects. */
  url(rows: number): string
  /** As a superuser, for what is beside the service. */
  adminUrl(rows: number): string
  /**
   * Reads the indexes and the events into memory, as they are where somebody works; of more than a few million, the newest three
   * months.
   */
  warm(rows: number): Promise<void>
  /** Removes what a run has added. */
  clean(rows: number): Promise<void>
}

/** Starts the bench's own PostgreSQL. Seeding runs without a write-ahead log of the rows, and then the server is started again. */
export async function startSeeded(sizes: readonly number[], say: (what: string) => void): Promise<SeededServer> {
  const folder = join(CACHE, 'postgres')
  let server = await startPostgres({ folder, settings: RUNNING })
  const known = new Set(
    (await ask(server.url, 'select datname from pg_database')).map(({ datname }) => String(datname)),
  )
  for (const name of known) {
    const isOld = sizes.some((rows) => name.startsWith(`seed_${rows}_`) && name !== nameOf(rows))
    if (isOld) await ask(server.url, `drop database ${name} with (force)`)
  }
  const missing = sizes.filter((rows) => !known.has(nameOf(rows)))
  if (missing.length > 0) {
    await server[Symbol.asyncDispose]()
    server = await startPostgres({ folder, settings: SEEDING })
    for (const rows of missing) {
      const started = performance.now()
      say(`seeding ${rows.toLocaleString('en')} rows, once`)
      await seedOnce(server, rows, say)
      say(`seeded in ${Math.round((performance.now() - started) / 1000)} s`)
    }
    await server[Symbol.asyncDispose]()
    server = await startPostgres({ folder, settings: RUNNING })
  }
  const [about] = await ask(server.url, "select current_setting('server_version') as version")
  return {
    version: `PostgreSQL ${about?.version}`,
    settings: RUNNING,
    warm: async (rows) => {
      const url = databaseOf(server, nameOf(rows), 'postgres')
      await ask(url, 'create extension if not exists pg_prewarm')
      await ask(
        url,
        `select pg_prewarm(oid, 'read') from pg_class where relnamespace = 'whodid'::regnamespace
          and (relkind = 'i' or relkind = 'r' and relname >= '${rows > 3_000_000 ? 'events_2026_09' : 'events_'}')`,
      )
    },
    clean: (rows) => connected(databaseOf(server, nameOf(rows), 'postgres'), (client) => clean(client, rows)),
    url: (rows) => databaseOf(server, nameOf(rows), SERVICE),
    adminUrl: (rows) => databaseOf(server, nameOf(rows), 'postgres'),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
