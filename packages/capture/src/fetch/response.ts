import { NOT_RECORDED, type Outcome, type RequestCapture } from '../adapter.ts'
import { isReadMethod } from '../infer/path.ts'
import { copyJson } from './json.ts'

const WHOLE_TYPE = /^(?:application\/(?:[\w.+-]+\+)?json|text\/(?:plain|html))\b/

/** How to end a captured request with its `Response`. */
export interface FetchEnd {
  /** Returns what only the framework knows when it has responded. Called only for requests that may become events. */
  readonly getOutcome?: (() => Partial<Outcome>) | undefined
  /** Receives a promise that resolves when the events are delivered. Pass the `waitUntil` of the runtime. */
  readonly waitUntil?: ((delivered: Promise<void>) => void) | undefined
}

/**
 * Ends a captured request with its `Response`, and returns the one to send: the same, or one whose stream is observed to its
 * end, or 503 when an action with `onFailure: 'closed'` could not be recorded.
 *
 * @example
 * const response = await call.run(() => handle(request))
 * return endWithResponse(call, request, response, { getOutcome: () => ({ route: '/projects/:id' }) })
 */
export async function endWithResponse(
  call: RequestCapture,
  request: Request,
  response: Response,
  { getOutcome, waitUntil }: FetchEnd = {},
): Promise<Response> {
  const flush = waitUntil !== undefined
  let isAborted = request.signal.aborted
  const abort = () => {
    isAborted = true
  }
  const json = copyJson(request, response, abort)
  const toOutcome = (): Outcome => {
    const outcome = getOutcome?.() ?? {}
    return {
      location: response.headers.get('location') ?? undefined,
      ...outcome,
      status: response.status,
      // Called after the JSON is read, which a client may not wait for.
      aborted: () => isAborted,
      responseBody: () => outcome.responseBody?.() ?? json,
    }
  }
  const end = () => {
    const delivered = call.end(toOutcome, { flush })
    waitUntil?.(delivered)
  }
  try {
    await call.hold(toOutcome)
  } catch {
    end()
    response.body?.cancel().catch(() => undefined)
    return createNotRecorded()
  }
  const stream = json === undefined && !isWhole(request, response) ? response.body : null
  if (stream === null) {
    end()
    return response
  }
  let resolveDelivered = (_delivered: Promise<void>) => {}
  waitUntil?.(
    new Promise((resolve) => {
      resolveDelivered = resolve
    }),
  )
  const observed = observeStream(stream, call, (aborted) => {
    if (aborted) abort()
    resolveDelivered(call.end(toOutcome, { flush }))
  })
  return new Response(observed, response)
}

/** Creates the response to a request whose event must be stored and was not. */
export function createNotRecorded(): Response {
  return new Response(NOT_RECORDED.body, {
    status: NOT_RECORDED.status,
    headers: { 'content-type': NOT_RECORDED.contentType },
  })
}

/** Checks if a body is sent as a whole, so that its end need not be awaited. Pages and texts of changes may be streamed. */
function isWhole({ method }: Request, { headers }: Response): boolean {
  return headers.has('content-length') || (isReadMethod(method) && WHOLE_TYPE.test(headers.get('content-type') ?? ''))
}

/**
 * Passes a stream on, which is produced in the context of the request. Calls `onEnd` once, with true if the client
 * disconnected before its end.
 */
function observeStream(
  body: ReadableStream<Uint8Array>,
  call: RequestCapture,
  onEnd: (aborted: boolean) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await call.run(() => reader.read())
          if (!done) return controller.enqueue(value)
          controller.close()
          onEnd(false)
        } catch (error) {
          controller.error(error)
          onEnd(true)
        }
      },
      async cancel(reason) {
        onEnd(true)
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
