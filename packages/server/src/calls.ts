import { WhodidError } from '@whodid/core'

/** One request under way. */
export interface Call {
  /** Aborts when the caller leaves, and when the service closes. */
  readonly signal: AbortSignal
  /** Ends what the call has begun. */
  end(): void
}

/** Why, made once: an error of its own for each call costs as much as reading an event. */
const OVER = new WhodidError('closed', 'The call is over.')

/**
 * Makes a register of what is under way, so that closing ends it. (`AbortSignal.any` of each request's signal and one that
 * lives as long as the service keeps every request in memory on some versions of Node.)
 */
export function createCalls() {
  const open = new Set<AbortController>()
  return {
    begin(request: Request): Call {
      const controller = new AbortController()
      const end = () => {
        open.delete(controller)
        request.signal.removeEventListener('abort', end)
        controller.abort(OVER)
      }
      if (request.signal.aborted) controller.abort()
      else {
        open.add(controller)
        request.signal.addEventListener('abort', end)
      }
      return { signal: controller.signal, end }
    },
    /** Ends everything that is under way. */
    close() {
      for (const controller of open) controller.abort()
      open.clear()
    },
  }
}

/** The same answer, which ends its call when it has been read, or when its reader leaves. */
export function endingWith(response: Response, call: Call): Response {
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
