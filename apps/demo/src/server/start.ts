import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTrail } from '@whodid/capture'
import { type EventStore, NO_TENANT } from '@whodid/core'
import { pg } from '@whodid/postgres/pg'
import { pglite } from '@whodid/postgres/pglite'
import { createService } from '@whodid/server'
import type { RequestHandler } from 'express'
import { catalog } from '../catalog.ts'
import { createApp, serveBuiltPages } from './app.ts'
import type { AppContext } from './app-context.ts'
import { createAudit } from './audit.ts'
import { createBackground } from './background.ts'
import { createCredits } from './credits.ts'
import { openDatabase } from './database.ts'
import { identify, toViewer } from './identity.ts'
import { failInterruptedWork } from './interrupted-work.ts'
import { createNotifier } from './notifier.ts'
import { seed } from './seed.ts'
import { generateHistory } from './traffic/history.ts'
import { simulateTraffic } from './traffic/live.ts'
import { createWebhooks } from './webhooks.ts'

export interface AcmeOptions {
  readonly server: Server
  /** The port to listen on. 0 picks a free one. */
  readonly port: number
  /** The address to listen on. Keep it local: everyone knows the passwords. */
  readonly host: string
  /** The database for events: a folder, a postgres:// URL, or `memory`. */
  readonly database: string
  /** The SQLite file for Acme Cloud's own data. @default a file next to the events folder */
  readonly consoleDatabase: string | undefined
  /** The folder with the built pages. Null serves them through Vite, with hot reload. */
  readonly pages: string | null
  readonly traffic: boolean
  /** An API key that lets programs send events to `POST /activity/api/v1/events`. */
  readonly ingestKey: string | undefined
  /** Milliseconds per step of background work. */
  readonly paceMs: number
}

/** Starts Acme Cloud: its database, its activity log and its pages. */
export async function startAcme(options: AcmeOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { server, port, database, consoleDatabase, pages, traffic, ingestKey, paceMs } = options
  const store = await openStore(database)
  const db = openDatabase(consoleDatabase ?? getConsoleDatabasePath(database))
  seed(db, { traffic })

  const service = await createService({
    catalog,
    store,
    authorize({ headers }) {
      const identity = identify(db, {
        authorization: headers.get('authorization') ?? undefined,
        cookie: headers.get('cookie') ?? undefined,
      })
      return identity && toViewer(identity)
    },
    // A year for organizations, 90 days for requests without one, such as failed sign-ins.
    retention: { plan: (tenantId) => (tenantId === NO_TENANT ? 90 : 365) },
    ...(ingestKey && { keys: [{ key: ingestKey, name: 'ingest', scopes: ['ingest'], tenant: 'acme' }] }),
  })
  const trail = createTrail({ catalog, to: service })

  const url = () => `http://localhost:${getPort(server)}`
  const audit = createAudit(trail, db)
  const background = createBackground({ audit, paceMs })
  const notify = createNotifier({ db, audit })
  const context: AppContext = {
    db,
    trail,
    audit,
    background,
    notify,
    credits: createCredits({ db, audit, notify }),
    webhooks: createWebhooks({ db, audit, background, origin: url }),
    mail: (to, subject, link) => console.log(`Mail to ${to}: ${subject}: ${url()}${link}`),
  }

  if (traffic && (await isEmpty(store))) {
    const results = await service.append(generateHistory(db, Date.now()))
    const rejected = results.find((result) => result.outcome === 'rejected')
    if (rejected) throw new Error(`The generated history has an invalid event: ${JSON.stringify(rejected)}`)
  }
  failInterruptedWork(context)

  const client =
    pages === null ? await createViteClient(server) : { handler: serveBuiltPages(pages), close: async () => {} }
  server.on('request', createApp(context, service, client.handler))
  server.listen(port, options.host)
  await once(server, 'listening')

  const shutdown = new AbortController()
  const simulation = traffic ? simulateTraffic(url(), shutdown.signal) : undefined

  return {
    url: url(),
    async close() {
      shutdown.abort()
      const closed = once(server, 'close')
      server.close()
      await simulation
      await background.close()
      await trail.close()
      await service.close()
      await client.close()
      server.closeAllConnections()
      await closed
      db.close()
    },
  }
}

function isPostgresUrl(database: string) {
  return /^postgres(ql)?:/.test(database)
}

function openStore(database: string): Promise<EventStore> {
  return isPostgresUrl(database) ? pg(database) : pglite(database)
}

/** Returns the SQLite path for the console's data: next to the events folder, or in `.data` when events go to PostgreSQL. */
function getConsoleDatabasePath(database: string): string {
  if (database === 'memory') return ':memory:'
  if (!isPostgresUrl(database)) return join(dirname(database), `${basename(database)}-console.sqlite`)
  const { host, pathname } = new URL(database)
  const name = `${host}${pathname}`.replaceAll(/[^\w.-]+/g, '-')
  return fileURLToPath(new URL(`../../.data/${name}-console.sqlite`, import.meta.url))
}

async function isEmpty(store: EventStore): Promise<boolean> {
  const count = await store.count({ tenantId: 'acme', viewerId: 'system', restrict: [] }, {}, 1)
  return count.value === 0
}

async function createViteClient(server: Server): Promise<{ handler: RequestHandler; close(): Promise<void> }> {
  const { createServer } = await import('vite')
  const vite = await createServer({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    server: { middlewareMode: true, hmr: { server } },
    appType: 'spa',
  })
  return { handler: vite.middlewares, close: () => vite.close() }
}

function getPort(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server is not listening on a port.')
  return address.port
}
