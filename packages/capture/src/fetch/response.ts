import { NOT_RECORDED, type Outcome, type RequestCapture } from '../adapter.ts'

/** Maximum bytes of a body that is parsed. Ids and names are in small responses; a large one is a report or a file. */
const MAX_BODY_BYTES = 262_144

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/
const COMPLETE_TYPE = /^(?:application\/(?:[\w.+-]+\+)?json|text\/(?:plain|html))\b/

/** How to end a captured request with its `Response`. */
export interface FetchEnd {
  /** What the framework knows, apart from the response. */
  readonly outcome?: Partial<Outcome> | undefined
  /** Receives a promise that resolves when the events are delivered. Pass the `waitUntil` of the runtime. */
  readonly waitUntil?: ((delivered: Promise<void>) => void) | undefined
}

/**
 * Ends a captured request with its `Response`, and returns the one to send: the same, or one whose stream is observed to its
 * end, or 503 when an action with `onFailure: 'closed'` could not be recorded.
 *
 * @example
 * const response = await call.run(() => handle(request))
 * return endWithResponse(call, request, response, { outcome: { route: '/projects/:id' } })
 */
export async function endWithResponse(
  call: RequestCapture,
  request: Request,
  response: Response,
  { outcome = {}, waitUntil }: FetchEnd = {},
): Promise<Response> {
  const json = readsJson(request, response) ? readJson(response.clone()) : undefined
  const toOutcome = (aborted: boolean): Outcome => ({
    location: response.headers.get('location') ?? undefined,
    ...outcome,
    status: response.status,
    aborted,
    responseBody: () => outcome.responseBody?.() ?? json,
  })
  const end = (aborted: boolean) => {
    const delivered = call.end(() => toOutcome(aborted))
    waitUntil?.(delivered)
  }
  try {
    await call.hold(() => toOutcome(false))
  } catch {
    end(false)
    return createNotRecorded()
  }
  if (response.body === null || isComplete(response)) {
    end(request.signal.aborted)
    return response
  }
  return new Response(observeStream(response.body, end), response)
}

/** Creates the response to a request whose event must be stored and was not. */
export function createNotRecorded(): Response {
  return new Response(NOT_RECORDED.body, {
    status: NOT_RECORDED.status,
    headers: { 'content-type': NOT_RECORDED.contentType },
  })
}

function readsJson(request: Request, { headers, body }: Response): boolean {
  return (
    !/^(?:GET|HEAD|OPTIONS)$/.test(request.method) &&
    body !== null &&
    JSON_TYPE.test(headers.get('content-type') ?? '') &&
    !headers.has('content-encoding') &&
    Number(headers.get('content-length') ?? 0) <= MAX_BODY_BYTES
  )
}

/** Checks if a body is sent as a whole, so that its end need not be awaited. */
function isComplete({ headers }: Response): boolean {
  return headers.has('content-length') || COMPLETE_TYPE.test(headers.get('content-type') ?? '')
}

async function readJson(response: Response): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return JSON.parse(text + decoder.decode())
}

/** Passes a stream on. Calls `onEnd` once, with true if the client left before its end. */
function observeStream(
  body: ReadableStream<Uint8Array>,
  onEnd: (aborted: boolean) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
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
  })
}
