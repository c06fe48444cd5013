import { once } from 'node:events'
import { createServer } from 'node:http'
import { mount } from '@whodid/express'
import { pg } from '@whodid/postgres/pg'
import { pglite } from '@whodid/postgres/pglite'
import { createService } from '@whodid/server'
import express from 'express'
import { catalog } from '../seed/catalog.ts'
import { TENANTS } from '../seed/plan.ts'
import { ALL_TENANTS_KEY, getTenantKey } from './keys.ts'

/** Resource usage, as the parent process requests it. */
export interface Usage {
  /** CPU milliseconds since the start. */
  readonly cpuMs: number
  readonly rssBytes: number
}

const [, , engine = 'postgresql', target = ''] = process.argv
const store = engine === 'pglite' ? await pglite(target) : await pg(target)
const service = await createService({
  catalog,
  store,
  keys: TENANTS.map((tenant) => ({
    key: getTenantKey(tenant),
    name: `bench-${tenant}`,
    scopes: ['ingest', 'read', 'export'],
    tenant,
  })),
  authorize: async (request) =>
    request.headers.get('x-bench') === ALL_TENANTS_KEY
      ? { id: 'bench', name: 'Bench', tenants: TENANTS, permissions: ['view', 'view:all', 'export'] }
      : null,
  limits: { events: null, calls: null, attempts: null, exports: null, streams: null },
})
const app = express()
app.use('/activity', mount(service))
const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('The service has no port.')

process.on('message', (message) => {
  if (message === 'usage') {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() } satisfies Usage)
  }
  if (message === 'end') {
    server.close()
    server.closeAllConnections()
    service.close().then(() => process.disconnect())
  }
})
process.send?.({ port: address.port })
