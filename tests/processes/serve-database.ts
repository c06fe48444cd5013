import { writeSync } from 'node:fs'
import { defineCatalog } from '@whodid/core'
import { pg } from '@whodid/postgres/pg'
import { createService } from '@whodid/server'
import { serve } from '../../packages/server/test/support/serve.ts'
import { READER, TENANTS, WRITER } from './tenants.ts'

/** Serves one database on one port until it is killed, and writes its port: `node service.ts <url> <port>`. For tests. */
const [url, port = '0'] = process.argv.slice(2)

const service = await createService({
  catalog: defineCatalog({ project: { label: 'Project' }, job: { label: 'Job' } }),
  store: pg(url),
  keys: [{ key: WRITER, name: 'writer', scopes: ['ingest'], tenant: '*' }],
  authorize: ({ headers }) =>
    headers.get('cookie') === READER
      ? { id: 'reader', name: 'Reader', tenants: TENANTS, permissions: ['view', 'view:all'] }
      : null,
})
const served = await serve(service, Number(port))
writeSync(1, `${new URL(served.url).port}\n`)

// Ends with the process that started it, however that ends.
process.stdin.on('end', () => process.exit()).resume()
