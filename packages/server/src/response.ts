import { ERROR_STATUS } from '@whodid/core'
import { errorOf, problemOf } from './problem.ts'

/** What every answer says: it is somebody's own, so nothing keeps it, and it is what it says it is. */
export const PRIVATE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** How one signs in. */
export const unauthenticated = { 'www-authenticate': 'Bearer realm="whodid"' } as const

export const json = (value: unknown, init: { status?: number; headers?: Record<string, string> } = {}): Response =>
  new Response(JSON.stringify(value), {
    status: init.status ?? 200,
    headers: { ...PRIVATE, 'content-type': 'application/json; charset=utf-8', ...init.headers },
  })

/** An error as problem details. */
export const problem = (thrown: unknown, headers: Record<string, string> = {}): Response => {
  const error = errorOf(thrown)
  const extra: Record<string, string> = { ...headers, 'content-type': 'application/problem+json' }
  if (error.code === 'unauthenticated') Object.assign(extra, unauthenticated)
  if (error.retryAfter !== undefined) extra['retry-after'] = String(error.retryAfter)
  return json(problemOf(error), { status: ERROR_STATUS[error.code], headers: extra })
}

/** A streamed answer that reads its source only as fast as the client does, and ends it when the client leaves. */
export const stream = (
  source: AsyncIterator<string>,
  leave: () => void,
  init: { readonly headers: Record<string, string>; readonly onError: (error: unknown) => void },
): Response => {
  const encoder = new TextEncoder()
  let left = false
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await source.next()
          if (left) return
          if (done) {
            leave()
            controller.close()
          } else controller.enqueue(encoder.encode(value))
        } catch (error) {
          if (left) return
          init.onError(error)
          leave()
          controller.error(error)
        }
      },
      cancel() {
        left = true
        leave()
        // Not awaited: a generator ends only after what it waits for, which `leave` brings about.
        void source.return?.()?.catch(init.onError)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { ...PRIVATE, ...init.headers } })
}
