import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { WhodidError } from '@whodid/core'
import { startAcme } from './start.ts'

const { values: flags } = parseArgs({
  options: {
    /** Serves the pages through Vite, with hot reload. */
    dev: { type: 'boolean', default: false },
    /** Adds a week of history to an empty log, then simulates people at work. */
    traffic: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})

const port = Number(process.env.PORT ?? 4000)
const database = process.env.WHODID_DATABASE ?? fileURLToPath(new URL('../../.data/activity', import.meta.url))
const server = createServer()

try {
  const acme = await startAcme({
    server,
    port,
    host: process.env.HOST ?? '127.0.0.1',
    database,
    consoleDatabase: process.env.ACME_DATABASE,
    pages: flags.dev ? null : (process.env.ACME_PAGES ?? fileURLToPath(new URL('../../dist', import.meta.url))),
    traffic: flags.traffic,
    ingestKey: process.env.WHODID_INGEST_KEY,
    paceMs: Number(process.env.ACME_PACE_MS ?? 1_500),
  })
  console.log(
    `Acme Cloud is ready at ${acme.url} - sign in as ada@acme.test (owner), grace@acme.test (admin), ` +
      'linus@acme.test (member) or eve@umbrella.test (another organization), password "demo".',
  )
  const [signal] = await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await acme.close()
  process.exitCode = signal === 'SIGINT' ? 130 : 0
} catch (error) {
  console.error(formatStartupError(error))
  process.exitCode = 1
}

/** Formats a startup error: a message for known errors, the error itself otherwise. */
function formatStartupError(error: unknown): unknown {
  if (error instanceof WhodidError) return error.message
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  return inUse ? `Port ${port} is in use. Stop the program that uses it, or set PORT to another port.` : error
}
