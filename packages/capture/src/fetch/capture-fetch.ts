import type { ActionName, CatalogData, MetadataSchemas } from '@whodid/core'
import type { CaptureOptions, MaybePromise, Outcome, Trail } from '../adapter.ts'
import { observeRequest } from './request.ts'
import { endWithResponse } from './response.ts'

/** A function that answers a `Request`. Further arguments depend on the runtime or framework. */
export type FetchHandler<Args extends readonly unknown[] = readonly unknown[]> = (
  request: Request,
  ...rest: Args
) => MaybePromise<Response>

/** Options of `captureFetch`. Functions receive the `Request`, and then the other arguments of the handler. */
export interface FetchOptions<Args extends readonly unknown[], A extends string = string>
  extends CaptureOptions<Request, A> {
  /** Returns the pattern of the matched route: `/projects/:id`. Called at the end. @default guessed from the path */
  readonly route?: ((request: Request, ...rest: Args) => string | null | undefined) | undefined
  /** Returns the values of the route's parameters. Called at the end. @default parsed from the path */
  readonly params?: ((request: Request, ...rest: Args) => Outcome['params']) | undefined
  /** Returns the client's address, such as a header that the runtime sets. @default none */
  readonly ip?: ((request: Request, ...rest: Args) => string | null | undefined) | undefined
  /** Keeps the runtime alive until a promise settles. @default nothing, for runtimes that keep running */
  readonly waitUntil?: ((delivered: Promise<void>, request: Request, ...rest: Args) => void) | undefined
}

/**
 * Captures the requests of a handler in the style of Fetch: h3 and Nitro, SvelteKit, React Router, Elysia, GraphQL Yoga,
 * Cloudflare Workers, Bun, Deno. Returns the handler to serve instead.
 *
 * @example
 * export default {
 *   fetch: captureFetch(trail, app.fetch, {
 *     actor: (request) => getUser(request),
 *     ip: (request) => request.headers.get('cf-connecting-ip'),
 *     waitUntil: (delivered, _request, _env, context: ExecutionContext) => context.waitUntil(delivered),
 *   }),
 * }
 */
export function captureFetch<D extends CatalogData, M extends MetadataSchemas<D>, Args extends readonly unknown[]>(
  trail: Trail<D, M>,
  handler: FetchHandler<Args>,
  options: FetchOptions<Args, ActionName<D>> = {},
): (request: Request, ...rest: Args) => Promise<Response> {
  const capture = trail.capture<Request>(options)
  return async (request, ...rest) => {
    const { route, params, ip, waitUntil } = options
    const call = capture.begin({
      native: request,
      method: request.method,
      path: new URL(request.url).pathname,
      headers: request.headers,
      ip: () => ip?.(request, ...rest),
    })
    const getRequestBody = observeRequest(request)
    const getOutcome = (): Partial<Outcome> => ({
      route: route?.(request, ...rest),
      params: params?.(request, ...rest),
      requestBody: getRequestBody,
    })
    const keepAlive = waitUntil && ((delivered: Promise<void>) => waitUntil(delivered, request, ...rest))
    let response: Response
    try {
      response = await call.run(() => handler(request, ...rest))
    } catch (error) {
      const delivered = call.end(() => ({ ...getOutcome(), status: 500, error }), { flush: keepAlive !== undefined })
      keepAlive?.(delivered)
      throw error
    }
    return endWithResponse(call, request, response, { getOutcome, waitUntil: keepAlive })
  }
}
