import { type AppendResult, type NewEvent, newId } from '@whodid/core'
import type { Random } from '../random.ts'
import type { ServiceProcess } from './service-process.ts'
import { WRITER } from './tenants.ts'

/** The acknowledged position of an event. */
export interface Position {
  readonly tenantId: string
  readonly seq: number
  readonly leafHash: string
}

/** The acknowledgments that clients received, to compare the ledger with. */
export class Acknowledged {
  readonly positions = new Map<string, Position>()
  /** Number of calls with a response. */
  calls = 0
  /** Number of calls without a response because their process was killed. */
  unanswered = 0
  readonly #heard: (() => void)[] = []

  add(tenantId: string, results: readonly AppendResult[]): void {
    for (const result of results) {
      if (result.outcome === 'rejected') throw new Error(`${result.id} was rejected: ${result.reason}`)
      const { id, seq, leafHash } = result
      const earlier = this.positions.get(id)
      if (earlier && (earlier.seq !== seq || earlier.leafHash !== leafHash)) {
        throw new Error(`${id} was acknowledged at two positions: ${earlier.seq} and ${seq}.`)
      }
      this.positions.set(id, { tenantId, seq, leafHash })
    }
    this.calls += 1
    for (const heard of this.#heard) heard()
  }

  /** Resolves when this many calls have a response. */
  async waitFor(calls: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const heard = () => {
        if (this.calls >= calls) resolve()
      }
      this.#heard.push(heard)
      heard()
    })
  }
}

/** Sends events to a process once. Throws when it is killed before it responds. */
async function sendOnce(
  peer: ServiceProcess,
  events: NewEvent | readonly NewEvent[],
): Promise<readonly AppendResult[]> {
  const response = await fetch(`${peer.url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${WRITER}`, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  })
  const text = await response.text()
  if (response.status === 503) throw new Error(text)
  // An error other than a lost connection fails the test.
  if (!response.ok) throw new RangeError(`${response.status} ${text}`)
  return JSON.parse(text).results
}

/** Sends events until a process acknowledges them, alternating between the processes. */
async function send(
  peers: readonly ServiceProcess[],
  events: NewEvent | readonly NewEvent[],
  acknowledged: Acknowledged,
): Promise<readonly AppendResult[]> {
  for (let attempt = 0; ; attempt += 1) {
    const peer = peers[attempt % peers.length]
    if (peer === undefined) throw new Error('There is no service process.')
    try {
      return await sendOnce(peer, events)
    } catch (error) {
      if (error instanceof RangeError || attempt === 50) throw error
      acknowledged.unanswered += 1
    }
  }
}

const MAX_AGE_MS = 40 * 86_400_000

/** Creates an event that occurred now, or up to forty days ago. */
function createEvent(tenantId: string, random: Random): NewEvent {
  const id = newId(random.chance(0.2) ? Date.now() - random.integer(MAX_AGE_MS) : Date.now())
  return {
    id,
    tenantId,
    action: random.pick(['project.created', 'project.updated', 'project.deleted', 'job.started', 'job.failed']),
    ...(random.chance(0.1) && { status: 'failure' as const }),
    actor: {
      type: 'user',
      id: `u${random.integer(20)}`,
      name: `Person ${random.integer(20)}`,
      email: 'person@acme.test',
    },
    resource: { type: 'project', id: `p${random.integer(50)}`, name: `Engine ${random.integer(50)}` },
    metadata: { padding: 'x'.repeat(random.integer(300)) },
  }
}

/** Sends one event of a tenant until it is acknowledged. */
export async function writeOne(
  peers: readonly ServiceProcess[],
  tenantId: string,
  action: string,
  acknowledged: Acknowledged,
): Promise<void> {
  const event: NewEvent = {
    id: newId(),
    tenantId,
    action,
    actor: { type: 'user', id: 'u1' },
    resource: { type: 'job', id: 'j1' },
  }
  acknowledged.add(tenantId, await send(peers, event, acknowledged))
}

/** Sends the calls of one client: single events and batches, some to both processes at once, some again later. */
export async function write(
  peers: readonly ServiceProcess[],
  tenantId: string,
  calls: number,
  random: Random,
  acknowledged: Acknowledged,
): Promise<void> {
  const sent: NewEvent[] = []
  for (let call = 0; call < calls; call += 1) {
    const again = random.chance(0.15) && sent.length > 0
    const size = random.chance(0.4) ? 1 : 1 + random.integer(50)
    const batch = Array.from({ length: size }, () => (again ? random.pick(sent) : createEvent(tenantId, random)))
    const [first = createEvent(tenantId, random)] = batch
    const events = size === 1 && random.chance(0.5) ? first : batch
    const order = random.chance(0.5) ? peers : peers.toReversed()
    const orders = random.chance(0.2) ? [order, order.toReversed()] : [order]
    await Promise.all(
      orders.map(async (to) => {
        acknowledged.add(tenantId, await send(to, events, acknowledged))
      }),
    )
    sent.push(...batch)
  }
}
