import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Capture, ListedRoute, Outcome, RequestCapture } from '../adapter.ts'
import { isReadMethod } from '../infer/path.ts'
import { holdResponse, observeResponse } from './response.ts'

/** A request of Node's HTTP server, and what its framework knows about it. */
export interface NodeExchange<N extends object> {
  /** The framework's own request. */
  readonly native: N
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** The full path with the query, before any router removes a prefix. @default `req.originalUrl`, or else `req.url` */
  readonly url?: string | undefined
  /** Returns the client's address, as the host trusts its proxies. @default the address of the socket */
  readonly ip?: (() => string | null | undefined) | undefined
  /** Returns the routes of the app. Called once. */
  readonly listRoutes?: (() => Iterable<ListedRoute>) | undefined
  /** Returns what only the framework knows when the response has ended. Called only for requests that may become events. */
  readonly getOutcome: () => Partial<Outcome>
}

/**
 * Captures a request of Node's HTTP server, for frameworks on top of it. Run the framework's handlers with `run` of the
 * result. All else happens by itself: the response is observed, held for actions with `onFailure: 'closed'`, and ends the
 * request.
 *
 * @example
 * const call = captureRequest(capture, { native: req, req, res, getOutcome: () => ({ route: getRoute(req) }) })
 * call.run(next)
 */
export function captureRequest<N extends object>(capture: Capture<N>, exchange: NodeExchange<N>): RequestCapture {
  const { native, req, res, listRoutes, getOutcome } = exchange
  const method = req.method ?? 'GET'
  // Node forgets the address when the connection closes.
  const address = req.socket.remoteAddress
  const { url = getUrl(req), ip = () => address } = exchange
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  const call = capture.begin({ native, method, path, headers: req.headers, ip, listRoutes })
  const isRead = isReadMethod(method)
  let isEnded = false
  let isAborted = false

  function toOutcome(status = observed?.getStatus() ?? res.statusCode): Outcome {
    const outcome = getOutcome()
    const { responseBody } = outcome
    return {
      method: req.method,
      location: observed?.getHeader('location'),
      ...outcome,
      status,
      // A held request may be aborted before its JSON is complete.
      aborted: () => isAborted,
      responseBody: () => {
        const readBody = () => responseBody?.() ?? observed?.readJson()
        return observed?.whenJsonSent()?.then(readBody) ?? readBody()
      },
    }
  }

  if (capture.hasFailClosed) holdResponse(res, (status) => call.hold(() => toOutcome(status)))
  // Ends with the app's response, because the connection may close much later: responses are sent in order.
  const end = () => {
    isEnded = true
    void call.end(() => toOutcome())
  }
  const observed = isRead ? undefined : observeResponse(res, end)
  res.once('close', () => {
    isAborted = !isEnded && !res.writableEnded
    end()
  })
  bindListeners(req, call)
  return call
}

/** Returns the full path. Connect and Express keep it when a router removes a prefix. */
function getUrl(req: IncomingMessage): string {
  return 'originalUrl' in req && typeof req.originalUrl === 'string' ? req.originalUrl : (req.url ?? '/')
}

/**
 * Runs listeners on the request in its context. Node emits the chunks of a body from its HTTP parser, outside of any
 * context.
 */
function bindListeners(req: IncomingMessage, call: RequestCapture): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers
  // HTTP/2 has neither header when the length is unknown.
  const hasBody = length !== undefined || encoding !== undefined || req.httpVersionMajor > 1
  if (!hasBody || req.readableEnded) return
  const { emit } = req
  req.emit = (...args: Parameters<typeof emit>) => call.run(() => emit.apply(req, args))
}
