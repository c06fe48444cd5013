// Recording by hand: the least that an app needs for events with redacted bodies, in batches over HTTP.
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'

/** Facts about a finished request. */
interface FloorRequest {
  readonly id: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly ip: string | undefined
  readonly userAgent: string | undefined
  readonly user: string | undefined
  readonly tenant: string | undefined
  readonly resourceId: string | undefined
  readonly resourceName: string | undefined
  readonly requestBody?: unknown
  readonly responseBody?: unknown
}

const SECRETS = new Set(['password', 'secret', 'token', 'apikey', 'authorization', 'cookie'])

/** Copies a value without secrets. */
function redactSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(redactSecrets)
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value))
    copy[key] = SECRETS.has(key.toLowerCase()) ? '[redacted]' : redactSecrets(item)
  return copy
}

/** Creates the event of a request. */
export function createFloorEvent(facts: FloorRequest): object {
  return {
    id: randomUUID(),
    tenantId: facts.tenant,
    action: 'item.created',
    kind: 'create',
    status: 'success',
    occurredAt: new Date().toISOString(),
    actor: { type: 'user', id: facts.user },
    resource: { type: 'item', id: facts.resourceId, name: facts.resourceName },
    context: {
      channel: 'api',
      ip: facts.ip,
      userAgent: facts.userAgent,
      requestId: facts.id,
      method: facts.method,
      route: facts.route,
      status: facts.status,
    },
    ...(facts.requestBody !== undefined && { request: redactSecrets(facts.requestBody) }),
    ...(facts.responseBody !== undefined && { response: redactSecrets(facts.responseBody) }),
  }
}

const BATCH_EVENTS = 500
const LINGER_MS = 50

/** Creates a function that queues an event. Sends 500 at a time, on connections that are kept open. */
export function createBatchSender(url: string): (event: object) => void {
  const agent = new Agent({ keepAlive: true })
  let batch: object[] = []
  let timer: NodeJS.Timeout | undefined

  function send(): void {
    clearTimeout(timer)
    timer = undefined
    const body = Buffer.from(JSON.stringify(batch))
    batch = []
    const call = request(`${url}/api/v1/events`, {
      method: 'POST',
      agent,
      headers: { authorization: 'Bearer key', 'content-type': 'application/json', 'content-length': body.length },
    })
    call.on('response', (response) => response.resume())
    call.end(body)
  }

  return (event) => {
    batch.push(event)
    if (batch.length >= BATCH_EVENTS) send()
    else timer ??= setTimeout(send, LINGER_MS)
  }
}
