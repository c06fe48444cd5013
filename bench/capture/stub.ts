// Receives events like the service does, without storing them.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { SECRET, TENANT, USER } from './request.ts'

/** Events of a variant since its last report. */
export interface StubReport {
  readonly events: number
  /** Events that were received before, have another actor or tenant, or contain the secret. */
  readonly wrong: number
}

interface Received {
  readonly ids: Set<string>
  events: number
  wrong: number
}

interface ReceivedEvent {
  readonly id: string
  readonly tenantId: string
  readonly action: string
  readonly actor: { readonly id: string }
  readonly resource: { readonly id: string }
}

const LEAF_HASH = 'a'.repeat(64)
const variants = new Map<string, Received>()

function getReceived(variant: string): Received {
  const received = variants.get(variant) ?? { ids: new Set(), events: 0, wrong: 0 }
  variants.set(variant, received)
  return received
}

function isCorrect({ tenantId, action, actor, resource }: ReceivedEvent, ids: ReadonlySet<string>): boolean {
  return tenantId === TENANT && action === 'item.created' && actor.id === USER && !ids.has(resource.id)
}

function receiveEvents(variant: string, text: string): object {
  const events: readonly ReceivedEvent[] = JSON.parse(text)
  const received = getReceived(variant)
  if (text.includes(SECRET)) received.wrong += events.length
  for (const event of events) {
    if (!isCorrect(event, received.ids)) received.wrong += 1
    received.ids.add(event.resource.id)
  }
  received.events += events.length
  return { results: events.map(({ id }, index) => ({ id, outcome: 'stored', seq: index + 1, leafHash: LEAF_HASH })) }
}

async function receive(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const [, variant = '', ...path] = req.url?.split('/') ?? []
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  // A trail also reports the routes of the app.
  const result = path.join('/') === 'api/v1/events' ? receiveEvents(variant, text) : { stored: 1 }
  const answer = Buffer.from(JSON.stringify(result))
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer)
}

const server = createServer({ keepAliveTimeout: 600_000 }, receive).listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('The stub has no port.')

process.on('message', (variant) => {
  const { events, wrong } = getReceived(String(variant))
  process.send?.({ events, wrong } satisfies StubReport)
})
process.once('disconnect', () => process.exit())
process.send?.({ port: address.port })
