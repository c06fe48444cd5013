import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FetchService } from '@whodid/core'

/** An HTTP server on a free port with a service mounted at `/activity`. */
export interface ServedService extends AsyncDisposable {
  /** URL of the mounted service. */
  readonly url: string
}

function toRequest(req: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers()
  for (let index = 0; index < req.rawHeaders.length; index += 2) {
    headers.append(req.rawHeaders[index] ?? '', req.rawHeaders[index + 1] ?? '')
  }
  const { method = 'GET' } = req
  const init: RequestInit & { duplex: 'half' } = { method, headers, signal, duplex: 'half' }
  if (method !== 'GET' && method !== 'HEAD') {
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        try {
          for await (const chunk of req) controller.enqueue(chunk)
          controller.close()
        } catch (error) {
          controller.error(error)
        }
      },
    })
    return new Request(`http://${req.headers.host}${req.url}`, { ...init, body })
  }
  return new Request(`http://${req.headers.host}${req.url}`, init)
}

async function answer(service: FetchService, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const disconnected = new AbortController()
  res.once('close', () => disconnected.abort())
  const ip = req.socket.remoteAddress
  const response = await service.fetch(toRequest(req, disconnected.signal), { basePath: '/activity', native: req, ip })
  if (!response) {
    res.writeHead(404).end('Not found')
    return
  }
  res.writeHead(response.status, Object.fromEntries(response.headers))
  if (!response.body) {
    res.end()
    return
  }
  await pipeline(Readable.from(response.body), res).catch(() => {})
}

/** Serves a service over HTTP like a host. */
export async function serve(service: FetchService, port = 0): Promise<ServedService> {
  const server = createServer((req, res) => {
    answer(service, req, res).catch((error: unknown) => res.destroy(error instanceof Error ? error : undefined))
  })
  // Otherwise a client that is slow for five seconds finds its connection closed.
  server.keepAliveTimeout = 0
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/activity`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
