import { writeSync } from 'node:fs'
import { defineCatalog } from '@whodid/core'
import { pg } from '@whodid/postgres/pg'
import { createService } from '@whodid/server'
import { serve } from '../../packages/server/test/support/serve.ts'
import { READER, TENANTS, WRITER } from './tenants.ts'

/** Serves a database until it is killed, and prints its port: `node serve-database.ts <url> <port>`. */
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

// Exits with the process that started it.
process.stdin.on('end', () => process.exit()).resume()
