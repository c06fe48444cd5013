import type { EventStream } from '../read/follow.ts'
import { PRIVATE_HEADERS } from './response.ts'

const HEARTBEAT_MS = 15_000
const RETRY_MS = 2_000
/** The maximum duration of an event stream. Clients then reconnect and authenticate again. */
export const MAX_STREAM_MS = 10 * 60_000

/** Creates a streamed response. It reads the source as fast as the client reads, and calls `onEnd` at the end or on disconnect. */
export function createStreamResponse(
  source: AsyncIterator<string | Uint8Array>,
  onEnd: () => void,
  init: {
    readonly headers: Readonly<Record<string, string>>
    readonly onError: (error: unknown) => void
    /** Compresses the body. @default false */
    readonly gzip?: boolean
  },
): Response {
  const encoder = new TextEncoder()
  let isCanceled = false
  const bytes = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { value, done } = await source.next()
          if (isCanceled) return
          if (done) {
            onEnd()
            controller.close()
          } else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : new Uint8Array(value))
        } catch (error) {
          if (isCanceled) return
          init.onError(error)
          onEnd()
          controller.error(error)
        }
      },
      cancel() {
        isCanceled = true
        onEnd()
        // Not awaited: a generator returns only after its pending await settles, which `onEnd` causes.
        void source.return?.()?.catch(init.onError)
      },
    },
    { highWaterMark: 1 },
  )
  const headers = { ...PRIVATE_HEADERS, ...init.headers }
  return init.gzip
    ? new Response(bytes.pipeThrough(new CompressionStream('gzip')), {
        headers: { ...headers, 'content-encoding': 'gzip' },
      })
    : new Response(bytes, { headers })
}

/**
 * Formats events as server-sent events, each with its position as `id:`, so that a client resumes with `Last-Event-ID`.
 * The first block has the start position, for clients that disconnect before the first event. Heartbeat comments keep proxies
 * from closing an idle stream.
 */
export async function* toServerSentEvents(
  stream: EventStream,
  { heartbeatMs = HEARTBEAT_MS, maxMs = MAX_STREAM_MS }: { heartbeatMs?: number; maxMs?: number } = {},
): AsyncGenerator<string> {
  const events = stream[Symbol.asyncIterator]()
  const end = Date.now() + maxMs
  yield `: connected\nretry: ${RETRY_MS}\nid: ${stream.start}\n\n`
  let next = events.next()
  try {
    while (Date.now() < end) {
      let timer: ReturnType<typeof setTimeout> | undefined
      const heartbeat = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), heartbeatMs)
      })
      const result = await Promise.race([next, heartbeat]).finally(() => clearTimeout(timer))
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

/** Checks if the result of an operation is an event stream. */
export function isEventStream(result: unknown): result is EventStream {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result && 'start' in result
}
