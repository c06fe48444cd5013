import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FetchService } from '@whodid/core'

/** A real server on a free port, with a service mounted at `/activity`. */
export interface ServedService extends AsyncDisposable {
  /** Where the service is mounted. */
  readonly url: string
}

function requestOf(req: IncomingMessage, signal: AbortSignal): Request {
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
  const left = new AbortController()
  res.once('close', () => left.abort())
  const ip = req.socket.remoteAddress
  const response = await service.fetch(requestOf(req, left.signal), { basePath: '/activity', native: req, ip })
  if (!response) {
    res.writeHead(404).end('not ours')
    return
  }
  res.writeHead(response.status, Object.fromEntries(response.headers))
  if (!response.body) {
    res.end()
    return
  }
  await pipeline(Readable.from(response.body), res).catch(() => {})
}

/** Serves a service the way a host does. */
export async function serve(service: FetchService, port = 0): Promise<ServedService> {
  const server = createServer((req, res) => {
    answer(service, req, res).catch((error: unknown) => res.destroy(error instanceof Error ? error : undefined))
  })
  // A client that was slow for five seconds would find its connection closed under it.
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
