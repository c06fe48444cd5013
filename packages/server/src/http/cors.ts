import { WhodidError } from '@whodid/core'
import { append } from '../operations/append.ts'
import { reportRoutes } from '../operations/report-routes.ts'

/** The other origins whose pages may call the service from a browser. */
export interface CorsOptions {
  /** Exact origins, such as `https://app.acme.test`. Paths and `*` are not allowed. */
  readonly origins: readonly string[]
  /** Allows these pages to send the host's cookies, and to make changes with them. @default false */
  readonly credentials?: boolean | undefined
}

/** Answers preflight requests and adds CORS headers to responses. */
export interface Cors {
  /** Checks if the origin of a request may use cookies. */
  isTrusted(request: Request): boolean
  /** Returns the response to a preflight request, or null if it is not one or not allowed. */
  answerPreflight(request: Request, path: string): Response | null
  /** Adds the headers that let pages of allowed origins read a response. */
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
    `cors.origins contains ${JSON.stringify(origin)}: use an exact origin such as https://app.acme.test, without a path or *.`,
  )
}

const INGEST_OPERATIONS = [append, reportRoutes]

/** Checks if a call would store events or routes, which is never allowed from another origin. */
function isIngest(method: string | null, path: string): boolean {
  if (path.startsWith('/trpc/')) {
    // tRPC decodes names. A name that cannot be decoded matches no procedure.
    try {
      const names = decodeURIComponent(path).split(/[/,]/)
      return INGEST_OPERATIONS.some(({ name }) => names.includes(name))
    } catch {
      return true
    }
  }
  return INGEST_OPERATIONS.some(({ route }) => method === route.method && path.replace(/\/$/, '') === route.path)
}

/** Creates the CORS rules. Without options, no other origin has access. Throws `invalid_input` for an invalid origin. */
export function createCors(options: CorsOptions | undefined): Cors {
  const origins = new Set(options?.origins.map(checkOrigin))
  const credentials = options?.credentials === true
  const getAllowedOrigin = (request: Request): string | null => {
    const origin = request.headers.get('origin')
    return origin !== null && origins.has(origin) ? origin : null
  }
  const createHeaders = (origin: string): Record<string, string> => ({
    'access-control-allow-origin': origin,
    ...(credentials && { 'access-control-allow-credentials': 'true' }),
  })

  return {
    isTrusted: (request) => credentials && getAllowedOrigin(request) !== null,

    answerPreflight(request, path) {
      const requestedMethod = request.headers.get('access-control-request-method')
      const origin = getAllowedOrigin(request)
      if (
        request.method !== 'OPTIONS' ||
        requestedMethod === null ||
        origin === null ||
        isIngest(requestedMethod, path)
      )
        return null
      return new Response(null, {
        status: 204,
        headers: {
          ...createHeaders(origin),
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
      const origin = getAllowedOrigin(request)
      if (origin === null || request.method === 'OPTIONS' || isIngest(request.method, path)) return response
      for (const [name, value] of Object.entries(createHeaders(origin))) response.headers.set(name, value)
      response.headers.set('access-control-expose-headers', EXPOSED_HEADERS.join(', '))
      return response
    },
  }
}
