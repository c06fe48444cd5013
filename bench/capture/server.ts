// Serves one variant of an app. Built to JavaScript, because it also runs on Node versions without type stripping.
import { once } from 'node:events'
import type { App, AppOptions, Framework } from './apps/app.ts'
import { createExpressApp } from './apps/express.ts'

/** Input of the server. */
export interface ServerJob extends AppOptions {
  readonly framework: Framework
}

/** CPU time of the process, and its requests. */
export interface ServerUsage {
  readonly cpuMicros: number
  readonly requests: number
}

const APPS: Readonly<Record<Framework, (options: AppOptions) => Promise<App>>> = { express: createExpressApp }

const job: ServerJob = JSON.parse(process.argv[2] ?? '{}')
const app = await APPS[job.framework](job)
app.server.listen(0, '127.0.0.1')
await once(app.server, 'listening')
const address = app.server.address()
if (address === null || typeof address === 'string') throw new Error('The server has no port.')

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMicros: user + system, requests: app.countItems() } satisfies ServerUsage)
})
process.once('disconnect', async () => {
  await app.close()
  process.exit()
})
process.send?.({ port: address.port })
