import { WhodidError } from '@whodid/core'

/** A request in progress. */
export interface Call {
  /** Aborts when the client disconnects and when the service closes. */
  readonly signal: AbortSignal
  /** Ends everything that the call has started. */
  end(): void
}

/** The abort reason. It is created once: an error per call costs as much as reading an event. */
const CALL_ENDED = new WhodidError('closed', 'The call has ended.')

/**
 * Creates a registry of requests in progress, so that `close` can end them all. It does not use `AbortSignal.any`: with a signal
 * that lives as long as the service, some versions of Node keep every request in memory.
 */
export function createCalls() {
  const open = new Set<AbortController>()
  return {
    begin(request: Request): Call {
      const controller = new AbortController()
      const end = () => {
        open.delete(controller)
        request.signal.removeEventListener('abort', end)
        controller.abort(CALL_ENDED)
      }
      if (request.signal.aborted) controller.abort()
      else {
        open.add(controller)
        request.signal.addEventListener('abort', end)
      }
      return { signal: controller.signal, end }
    },
    /** Ends all calls in progress. */
    close() {
      for (const controller of open) controller.abort()
      open.clear()
    },
  }
}

/** Returns the same response. Its call ends when the body has been read or canceled. */
export function endCallWithBody(response: Response, call: Call): Response {
  const reader = response.body?.getReader()
  if (!reader) {
    call.end()
    return response
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await reader.read()
      if (!done) return controller.enqueue(value)
      call.end()
      controller.close()
    },
    async cancel(reason) {
      call.end()
      await reader.cancel(reason)
    },
  })
  return new Response(body, { status: response.status, headers: response.headers })
}
