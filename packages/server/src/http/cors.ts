import { WhodidError } from '@whodid/core'
import { append } from '../operations/append.ts'

/** Which other sites' pages may call the service from a browser. */
export interface CorsOptions {
  /** Exact origins, such as `https://app.acme.test`: a scheme and a host, no path and no `*`. */
  readonly origins: readonly string[]
  /** Whether those pages may send the cookies that the host signs people in with, and change things with them. @default false */
  readonly credentials?: boolean | undefined
}

/** What browsers are told of other sites. */
export interface Cors {
  /** Whether a page that sent this may do so with cookies. */
  isTrusted(request: Request): boolean
  /** The answer to a browser that asks before it sends; null when this is no such question, or the answer is no. */
  answerPreflight(request: Request, path: string): Response | null
  /** The same answer, which pages of the origins allowed may read. */
  addHeaders(response: Response, request: Request, path: string): Response
}

const ALLOWED_HEADERS = [
  'authorization',
  'content-encoding',
  'content-type',
  'if-none-match',
  'last-event-id',
  'trpc-accept',
  'trpc-batch-mode',
  'x-trpc-source',
]
const EXPOSED_HEADERS = ['content-disposition', 'etag', 'ratelimit', 'ratelimit-policy', 'retry-after', 'whodid-up-to']
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']
const MAX_AGE_S = 600

function checkOrigin(origin: string): string {
  if (/^https?:\/\/[^*]+$/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin) return origin
  throw new WhodidError(
    'invalid_input',
    `cors.origins has ${JSON.stringify(origin)}: give an exact origin such as https://app.acme.test, without a path or a *.`,
  )
}

/** Whether a call would store events, which no page of another site may. */
function isIngest(method: string | null, path: string): boolean {
  if (path.startsWith('/trpc/')) {
    // tRPC decodes names; one that cannot be decoded is nobody's.
    try {
      return decodeURIComponent(path).split(/[/,]/).includes(append.name)
    } catch {
      return true
    }
  }
  return method === append.route.method && path.replace(/\/$/, '') === append.route.path
}

/** Off without options: then browsers keep every answer from other sites' pages. Throws `invalid_input` for what is no origin. */
export function createCors(options: CorsOptions | undefined): Cors {
  const origins = new Set(options?.origins.map(checkOrigin))
  const credentials = options?.credentials === true
  const allowed = (request: Request): string | null => {
    const origin = request.headers.get('origin')
    return origin !== null && origins.has(origin) ? origin : null
  }
  const headersFor = (origin: string): Record<string, string> => ({
    'access-control-allow-origin': origin,
    ...(credentials && { 'access-control-allow-credentials': 'true' }),
  })

  return {
    isTrusted: (request) => credentials && allowed(request) !== null,

    answerPreflight(request, path) {
      const asked = request.headers.get('access-control-request-method')
      const origin = allowed(request)
      if (request.method !== 'OPTIONS' || asked === null || origin === null || isIngest(asked, path)) return null
      return new Response(null, {
        status: 204,
        headers: {
          ...headersFor(origin),
          'access-control-allow-methods': METHODS.filter((method) => !isIngest(method, path)).join(', '),
          'access-control-allow-headers': ALLOWED_HEADERS.join(', '),
          'access-control-max-age': String(MAX_AGE_S),
          'cache-control': 'no-store',
          vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
        },
      })
    },

    addHeaders(response, request, path) {
      if (origins.size === 0) return response
      response.headers.append('vary', 'Origin')
      const origin = allowed(request)
      if (origin === null || request.method === 'OPTIONS' || isIngest(request.method, path)) return response
      for (const [name, value] of Object.entries(headersFor(origin))) response.headers.set(name, value)
      response.headers.set('access-control-expose-headers', EXPOSED_HEADERS.join(', '))
      return response
    },
  }
}
