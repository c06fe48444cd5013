import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { createEventGenerator } from '../seed/events.ts'
import { TENANTS } from '../seed/plan.ts'
import { createRandom } from '../seed/random.ts'
import { getTenantKey } from './keys.ts'

/** The input of the sender. */
export interface SendJob {
  readonly port: number
  readonly tenants: readonly string[]
  readonly batches: number
  readonly batchSize: number
  /** Concurrent requests. */
  readonly connections: number
  readonly rows: number
  /** The seed of the random events. */
  readonly seed: number
}

/** The result of the sender. */
export interface SendReport {
  readonly seconds: number
  readonly events: number
  readonly latencies: readonly number[]
  /** A word that occurs only in the last event. */
  readonly lastName: string
}

const job: SendJob = JSON.parse(process.argv[2] ?? '{}')
const make = createEventGenerator(createRandom(job.seed), job.rows)
const now = Date.now()
let lastName = ''
const bodies = Array.from({ length: job.batches }, (_, batch) => {
  const tenant = job.tenants[batch % job.tenants.length] ?? ''
  const events = Array.from({ length: job.batchSize }, (_, at) => {
    const event = make(TENANTS.indexOf(tenant), now - 60_000 + Math.floor((60_000 * at) / job.batchSize))
    lastName = `zz${job.seed}-${batch}-${at}`
    return { ...event, resource: { ...event.resource, name: `${event.resource.name} ${lastName}` } }
  })
  return { tenant, body: Buffer.from(JSON.stringify(events)) }
})

const agent = new Agent({ keepAlive: true, maxSockets: job.connections })

async function send({ tenant, body }: { readonly tenant: string; readonly body: Buffer }): Promise<number> {
  const started = performance.now()
  const call = request({
    host: '127.0.0.1',
    port: job.port,
    method: 'POST',
    path: '/activity/api/v1/events',
    agent,
    headers: {
      authorization: `Bearer ${getTenantKey(tenant)}`,
      'content-type': 'application/json',
      'content-length': body.length,
    },
  })
  call.end(body)
  const [response] = await once(call, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  const stored = text.split('"outcome":"stored"').length - 1
  if (stored !== job.batchSize)
    throw new Error(`Only ${stored} of ${job.batchSize} events were stored: ${text.slice(0, 500)}`)
  return performance.now() - started
}

process.once('message', async () => {
  const latencies: number[] = []
  const started = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: job.connections }, async () => {
      for (let at = next++; at < bodies.length; at = next++) {
        const body = bodies[at]
        if (body !== undefined) latencies.push(await send(body))
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  agent.destroy()
  process.send?.({ seconds, events: job.batches * job.batchSize, latencies, lastName } satisfies SendReport)
  process.disconnect()
})
process.send?.('ready')
