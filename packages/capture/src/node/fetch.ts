import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ReadableStream as WebStream } from 'node:stream/web'

/** A Node request and response, as the framework passes them on. */
export interface NodeRequest {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** The full path with the query, before any router removes a prefix. @default req.url */
  readonly url?: string | undefined
  /** `http` or `https`, as the host trusts its proxies. @default the socket's */
  readonly protocol?: string | undefined
  /** The parsed body, if a body parser has already read the stream. */
  readonly body?: unknown
}

/** Converts a Node request to a Fetch `Request`. Its signal aborts when the client disconnects before the response is complete. */
export function toFetchRequest({
  req,
  res,
  url = req.url ?? '/',
  protocol = getProtocol(req),
  body,
}: NodeRequest): Request {
  const method = req.method ?? 'GET'
  const headers = toHeaders(req)
  const abort = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) abort.abort()
  })
  const init = { method, headers, signal: abort.signal }
  const target = toUrl(protocol, req.headers.host, url)
  if (method === 'GET' || method === 'HEAD') return new Request(target, init)
  if (!req.readableDidRead) {
    const streamed: RequestInit & { duplex: 'half' } = { ...init, body: toStream(req), duplex: 'half' }
    return new Request(target, streamed)
  }
  // A body parser has read the stream: serialize its result again.
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name)
  return new Request(target, { ...init, body: serializeBody(body, headers) })
}

function getProtocol(req: IncomingMessage): string {
  return 'encrypted' in req.socket && req.socket.encrypted === true ? 'https' : 'http'
}

function toUrl(protocol: string, host: string | undefined, url: string): URL {
  const path = url.startsWith('/') ? url : `/${url}`
  const origin = `${protocol}://${host ?? 'localhost'}`
  // The Host header may be invalid.
  return new URL(`${URL.canParse(origin) ? new URL(origin).origin : 'http://localhost'}${path}`)
}

function toHeaders(req: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers)) {
    // Skips the pseudo headers of HTTP/2.
    if (value === undefined || name.startsWith(':')) continue
    if (typeof value === 'string') headers.set(name, value)
    else for (const item of value) headers.append(name, item)
  }
  return headers
}

/** Returns the body as a stream that starts to read on demand, so that an unread body stays available to the host. */
function toStream(req: IncomingMessage): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<unknown> | undefined
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        chunks ??= req[Symbol.asyncIterator]()
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value instanceof Uint8Array ? value : Buffer.from(String(value)))
      },
      async cancel() {
        await chunks?.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

function serializeBody(body: unknown, headers: Headers): BodyInit | null {
  if (body === undefined || body === null) return null
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  if (headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true) return toForm(body)
  return JSON.stringify(body)
}

function toForm(body: unknown): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(typeof body === 'object' && body !== null ? body : {})) {
    for (const item of Array.isArray(value) ? value : [value]) form.append(name, String(item))
  }
  return form
}

/**
 * Writes a Fetch `Response` as Node's response: its head at once, its body with backpressure. Resolves when it is sent or
 * the client has disconnected. A body that fails closes the connection.
 */
export async function writeFetchResponse(response: Response, res: ServerResponse): Promise<void> {
  const { body } = response
  if (body !== null && !(body instanceof WebStream))
    throw new TypeError('The body of the response must be a ReadableStream of Node.')
  res.statusCode = response.status
  if (response.statusText !== '') res.statusMessage = response.statusText
  for (const [name, value] of response.headers) if (name !== 'set-cookie') res.setHeader(name, value)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) res.setHeader('set-cookie', cookies)
  if (body === null || res.req.method === 'HEAD') {
    await body?.cancel()
    res.end()
    return
  }
  if (res.destroyed) {
    // The client has disconnected, and a pipeline does not cancel the source of a closed destination.
    await body.cancel().catch(() => undefined)
    return
  }
  res.flushHeaders()
  // The pipeline cancels the body when the client disconnects, and destroys the response when the body fails.
  await pipeline(Readable.fromWeb(body), res).catch(() => undefined)
}
