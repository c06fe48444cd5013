import type { FetchService } from '@whodid/core'

/** Creates a service that echoes requests, to check that a mount forwards everything. */
export function createEchoService(): FetchService {
  let markAborted = () => {}
  const aborted = new Promise<void>((resolve) => {
    markAborted = resolve
  })
  return {
    async fetch(request, { basePath = '', native } = {}) {
      const { pathname, search } = new URL(request.url)
      switch (pathname.slice(basePath.length)) {
        case '/api/echo': {
          const headers = new Headers({ 'content-type': 'application/json' })
          headers.append('set-cookie', 'a=1')
          headers.append('set-cookie', 'b=2')
          const echo = {
            method: request.method,
            path: pathname,
            search,
            basePath,
            user: request.headers.get('x-user'),
            isNative: typeof native === 'object' && native !== null,
            body: await request.text(),
          }
          return new Response(JSON.stringify(echo), { status: 207, headers })
        }
        case '/api/raw':
          return new Response(request.body)
        case '/api/stream':
          request.signal.addEventListener('abort', markAborted)
          return new Response(
            new ReadableStream({
              start: (controller) => controller.enqueue(new TextEncoder().encode('data: open\n\n')),
            }),
            { headers: { 'content-type': 'text/event-stream' } },
          )
        case '/api/aborted':
          await aborted
          return new Response('aborted')
        default:
          return null
      }
    },
  }
}
