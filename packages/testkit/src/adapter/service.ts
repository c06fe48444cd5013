import type { FetchService } from '@whodid/core'

/** A service that shows what it was asked, to see that a mount passes everything on. */
export function echoService(): FetchService {
  let left = () => {}
  const leaving = new Promise<void>((resolve) => {
    left = resolve
  })
  return {
    async fetch(request, { basePath = '', native } = {}) {
      const { pathname, search } = new URL(request.url)
      switch (pathname.slice(basePath.length)) {
        case '/api/echo': {
          const headers = new Headers({ 'content-type': 'application/json' })
          headers.append('set-cookie', 'a=1')
          headers.append('set-cookie', 'b=2')
          const seen = {
            method: request.method,
            path: pathname,
            search,
            basePath,
            user: request.headers.get('x-user'),
            isNative: typeof native === 'object' && native !== null,
            body: await request.text(),
          }
          return new Response(JSON.stringify(seen), { status: 207, headers })
        }
        case '/api/raw':
          return new Response(request.body)
        case '/api/stream':
          request.signal.addEventListener('abort', left)
          return new Response(
            new ReadableStream({
              start: (controller) => controller.enqueue(new TextEncoder().encode('data: open\n\n')),
            }),
            { headers: { 'content-type': 'text/event-stream' } },
          )
        case '/api/left':
          await leaving
          return new Response('aborted')
        default:
          return null
      }
    },
  }
}
