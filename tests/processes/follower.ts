import type { StoredEvent } from '@whodid/core'
import { createTrpcApi, readBlocks } from '../../packages/server/test/support/api.ts'
import type { Random } from '../random.ts'
import type { ServiceProcess } from './service-process.ts'
import { READER } from './tenants.ts'

/** Returns true when a follower has all its events. */
type Complete = (events: readonly StoredEvent[]) => boolean

/** Reads a REST stream until the process ends or `see` returns false. */
async function visit(
  peer: ServiceProcess,
  tenant: string,
  lastEventId: string,
  onEvent: (id: string, event: StoredEvent | null) => boolean,
): Promise<void> {
  const leave = new AbortController()
  try {
    const response = await fetch(`${peer.url}/api/v1/stream?tenant=${tenant}`, {
      headers: { cookie: READER, 'last-event-id': lastEventId },
      signal: leave.signal,
    })
    if (!response.ok) throw new RangeError(`${response.status} ${await response.text()}`)
    for await (const block of readBlocks(response)) {
      const id = /^id: (.*)$/m.exec(block)?.[1]
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (id !== undefined && !onEvent(id, data === undefined ? null : JSON.parse(data))) return
    }
  } catch (error) {
    if (error instanceof RangeError) throw error
  } finally {
    leave.abort()
  }
}

/** Follows from seq 0 over REST. Reconnects with `Last-Event-ID` when the stream breaks, and at random. */
export async function followRest(
  peer: ServiceProcess,
  tenant: string,
  random: Random,
  complete: Complete,
): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  let lastEventId = '0'
  while (!complete(events)) {
    let left = 1 + random.integer(400)
    await peer.waitUntilUp()
    await visit(peer, tenant, lastEventId, (id, event) => {
      lastEventId = id
      if (event) events.push(event)
      left -= 1
      return left > 0 && !complete(events)
    })
  }
  return events
}

/** Follows from seq 0 with the tRPC client, which reconnects automatically. */
export function followTrpc(peer: ServiceProcess, tenant: string, complete: Complete): Promise<readonly StoredEvent[]> {
  const whenUp: typeof fetch = async (input, init) => {
    await peer.waitUntilUp()
    return fetch(input, init)
  }
  return createTrpcApi(peer.url, whenUp, { cookie: READER }).follow({ tenant, lastEventId: '0' }, complete)
}
