import type { IncomingMessage, ServerResponse } from 'node:http'

/** A request of Node's, as far as frameworks have already read it. */
export interface NodeRequest {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** The path with the query, before any router took parts off it. @default req.url */
  readonly url?: string | undefined
  /** `http` or `https`, as the host trusts its proxies. @default by the socket */
  readonly protocol?: string | undefined
  /** The body that a parser has read already; the stream is used while nobody has read it. */
  readonly body?: unknown
}

/** Node's request as a Fetch `Request`. Its signal aborts when the client leaves before the answer is complete. */
export function requestOf({ req, res, url = req.url ?? '/', protocol = protocolOf(req), body }: NodeRequest): Request {
  const method = req.method ?? 'GET'
  const headers = headersOf(req)
  const left = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) left.abort()
  })
  const init = { method, headers, signal: left.signal }
  const target = addressOf(protocol, req.headers.host, url)
  if (method === 'GET' || method === 'HEAD') return new Request(target, init)
  if (!req.readableDidRead) {
    const streamed: RequestInit & { duplex: 'half' } = { ...init, body: streamOf(req), duplex: 'half' }
    return new Request(target, streamed)
  }
  // A parser was here first: the body is written again from what it left behind.
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name)
  return new Request(target, { ...init, body: written(body, headers) })
}

function protocolOf(req: IncomingMessage): string {
  return 'encrypted' in req.socket && req.socket.encrypted === true ? 'https' : 'http'
}

function addressOf(protocol: string, host: string | undefined, url: string): URL {
  const path = url.startsWith('/') ? url : `/${url}`
  const origin = `${protocol}://${host ?? 'localhost'}`
  // A request whose Host is no host still has a path.
  return new URL(`${URL.canParse(origin) ? new URL(origin).origin : 'http://localhost'}${path}`)
}

function headersOf(req: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers)) {
    // HTTP/2 has its pseudo headers here too.
    if (value === undefined || name.startsWith(':')) continue
    if (typeof value === 'string') headers.set(name, value)
    else for (const item of value) headers.append(name, item)
  }
  return headers
}

/** The body as a stream that touches the request only when somebody reads, so that an unread one stays whole for others. */
function streamOf(req: IncomingMessage): ReadableStream<Uint8Array> {
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

function written(body: unknown, headers: Headers): BodyInit | null {
  if (body === undefined || body === null) return null
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  if (headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true) return formOf(body)
  return JSON.stringify(body)
}

function formOf(body: unknown): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(typeof body === 'object' && body !== null ? body : {})) {
    for (const item of Array.isArray(value) ? value : [value]) form.append(name, String(item))
  }
  return form
}

/**
 * Sends a Fetch `Response` as Node's: its head at once, its body as fast as the client takes it.
 * Resolves when it is sent, or the client has left; a body that fails cuts the connection.
 */
export async function sendResponse(response: Response, res: ServerResponse): Promise<void> {
  res.statusCode = response.status
  if (response.statusText !== '') res.statusMessage = response.statusText
  for (const [name, value] of response.headers) if (name !== 'set-cookie') res.setHeader(name, value)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) res.setHeader('set-cookie', cookies)
  if (response.body === null || res.req.method === 'HEAD') {
    await response.body?.cancel()
    res.end()
    return
  }
  res.flushHeaders()
  await pump(response.body.getReader(), res)
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, res: ServerResponse): Promise<void> {
  const cancel = () => void reader.cancel().catch(() => undefined)
  res.once('close', cancel)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || res.destroyed) break
      if (!res.write(value)) await drained(res)
    }
    res.end()
  } catch (error) {
    res.destroy(error instanceof Error ? error : new Error(String(error)))
  } finally {
    res.off('close', cancel)
  }
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done)
      res.off('close', done)
      resolve()
    }
    res.once('drain', done)
    res.once('close', done)
  })
}
