import type { EventStream } from '../read/follow.ts'

const HEARTBEAT_MS = 15_000
const RETRY_MS = 2_000
/** A reader comes back after this and is asked again who it is, so that a revoked right ends. */
export const LIFETIME_MS = 10 * 60_000

/**
 * Events as a server-sent event stream, each under its `id:`, so that a client that comes back with `Last-Event-ID` goes on
 * where it was; the first id comes before any event, for whoever has to leave until then. A comment now and then keeps
 * proxies from closing a quiet stream, and shows a client that it is alive.
 */
export async function* toServerSentEvents(
  source: EventStream,
  { heartbeatMs = HEARTBEAT_MS, lifetimeMs = LIFETIME_MS }: { heartbeatMs?: number; lifetimeMs?: number } = {},
): AsyncGenerator<string> {
  const events = source[Symbol.asyncIterator]()
  const end = Date.now() + lifetimeMs
  yield `: connected\nretry: ${RETRY_MS}\nid: ${source.start}\n\n`
  let next = events.next()
  try {
    while (Date.now() < end) {
      let timer: ReturnType<typeof setTimeout> | undefined
      const quiet = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), heartbeatMs)
      })
      const result = await Promise.race([next, quiet]).finally(() => clearTimeout(timer))
      if (result === null) {
        yield ': heartbeat\n\n'
        continue
      }
      if (result.done) return
      yield `id: ${result.value.id}\ndata: ${JSON.stringify(result.value.event)}\n\n`
      next = events.next()
    }
  } finally {
    next.catch(() => {})
    void events.return?.()?.catch(() => {})
  }
}

/** Whether a verb's answer is a stream of events. */
export function isEventStream(result: unknown): result is EventStream {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result && 'start' in result
}
