import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { eventsOfTenant } from '../seed/events.ts'
import { TENANTS } from '../seed/plan.ts'
import { randomOf } from '../seed/random.ts'
import { keyOf } from './keys.ts'

/** What the sender is asked to do. */
export interface SendOrder {
  readonly port: number
  readonly tenants: readonly string[]
  readonly batches: number
  readonly batchSize: number
  /** Requests under way at a time. */
  readonly connections: number
  readonly rows: number
  /** Another seed, other events. */
  readonly seed: number
}

/** What came of it. */
export interface SendReport {
  readonly seconds: number
  readonly events: number
  readonly latencies: readonly number[]
  /** A word that only the last event has. */
  readonly lastName: string
}

const order: SendOrder = JSON.parse(process.argv[2] ?? '{}')
const make = eventsOfTenant(randomOf(order.seed), order.rows)
const now = Date.now()
let lastName = ''
const bodies = Array.from({ length: order.batches }, (_, batch) => {
  const tenant = order.tenants[batch % order.tenants.length] ?? ''
  const events = Array.from({ length: order.batchSize }, (_, at) => {
    const event = make(TENANTS.indexOf(tenant), now - 60_000 + Math.floor((60_000 * at) / order.batchSize))
    lastName = `zz${order.seed}-${batch}-${at}`
    return { ...event, resource: { ...event.resource, name: `${event.resource.name} ${lastName}` } }
  })
  return { tenant, body: Buffer.from(JSON.stringify(events)) }
})

const agent = new Agent({ keepAlive: true, maxSockets: order.connections })

async function send({ tenant, body }: { readonly tenant: string; readonly body: Buffer }): Promise<number> {
  const started = performance.now()
  const call = request({
    host: '127.0.0.1',
    port: order.port,
    method: 'POST',
    path: '/activity/api/v1/events',
    agent,
    headers: {
      authorization: `Bearer ${keyOf(tenant)}`,
      'content-type': 'application/json',
      'content-length': body.length,
    },
  })
  call.end(body)
  const [response] = await once(call, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  const stored = text.split('"outcome":"stored"').length - 1
  if (stored !== order.batchSize)
    throw new Error(`Of ${order.batchSize} events ${stored} were stored: ${text.slice(0, 500)}`)
  return performance.now() - started
}

process.once('message', async () => {
  const latencies: number[] = []
  const started = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: order.connections }, async () => {
      for (let at = next++; at < bodies.length; at = next++) {
        const body = bodies[at]
        if (body !== undefined) latencies.push(await send(body))
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  agent.destroy()
  process.send?.({ seconds, events: order.batches * order.batchSize, latencies, lastName } satisfies SendReport)
  process.disconnect()
})
process.send?.('ready')
