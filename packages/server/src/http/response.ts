import { bytesToHex, ERROR_STATUS, sha256 } from '@whodid/core'
import { toWhodidError, toProblem } from '../errors.ts'

/** What every answer says: it is somebody's own, so nothing keeps it, and it is what it says it is. */
export const PRIVATE_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** How one signs in. */
export const UNAUTHENTICATED_HEADERS = { 'www-authenticate': 'Bearer realm="whodid"' } as const

export function createJsonResponse(value: unknown, init: { status?: number; headers?: Record<string, string> } = {}): Response {
  return new Response(JSON.stringify(value), {
    status: init.status ?? 200,
    headers: { ...PRIVATE_HEADERS, 'content-type': 'application/json; charset=utf-8', ...init.headers },
  })
}

/** What may be kept in the browser of whoever asked, and is asked for again before each use. */
export const REVALIDATE_HEADERS = { 'cache-control': 'private, no-cache', vary: 'Authorization, Cookie' } as const

function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  return (
    ifNoneMatch !== null && (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => tag.trim() === etag))
  )
}

/** JSON as it is sent, and what tells it from any other. */
export interface SerializedJson {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly etag: string
}

/** Writes a value down. Its tag is weak, since whatever compresses answers on their way changes their bytes. */
export function serializeJson(value: unknown): SerializedJson {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return { bytes, etag: `W/"${bytesToHex(sha256(bytes)).slice(0, 32)}"` }
}

/** An answer to a GET with its ETag: 304 without a body when the client has the same already. */
export function createCacheableResponse(
  request: Request,
  { bytes, etag }: SerializedJson,
  more: Readonly<Record<string, string>> = {},
): Response {
  const headers = { ...PRIVATE_HEADERS, ...more, etag }
  if (matchesEtag(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers })
  return new Response(bytes, {
    headers: {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(bytes.byteLength),
    },
  })
}

/** A value as {@link createCacheableResponse} a GET. */
export function tagged(request: Request, value: unknown, more?: Readonly<Record<string, string>>): Response {
  return createCacheableResponse(request, serializeJson(value), more)
}

/** An error as problem details. */
export function createProblemResponse(thrown: unknown, headers: Record<string, string> = {}): Response {
  const error = toWhodidError(thrown)
  const extra: Record<string, string> = { ...headers, 'content-type': 'application/problem+json' }
  if (error.code === 'unauthenticated') Object.assign(extra, UNAUTHENTICATED_HEADERS)
  if (error.retryAfter !== undefined) extra['retry-after'] = String(error.retryAfter)
  return createJsonResponse(toProblem(error), { status: ERROR_STATUS[error.code], headers: extra })
}

/** What a path takes. */
export function createAllowResponse(allow: string): Response {
  return new Response(null, { status: 204, headers: { ...PRIVATE_HEADERS, allow } })
}

/** The answer to a HEAD, from that to its GET. */
export async function removeBody(response: Response): Promise<Response> {
  await response.body?.cancel()
  return new Response(null, { status: response.status, headers: response.headers })
}

/** Whether a client takes gzip, by its Accept-Encoding (RFC 9110, section 12.5.3). */
export function acceptsGzip({ headers }: Request): boolean {
  const codings = (headers.get('accept-encoding') ?? '').split(',').map((part) =>
    part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  )
  const given = codings.find(([coding]) => coding === 'gzip') ?? codings.find(([coding]) => coding === '*')
  return given !== undefined && !given.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
}

/** A streamed answer that reads its source only as fast as the client does, and ends it when the client leaves. */
export function createStreamResponse(
  source: AsyncIterator<string | Uint8Array>,
  leave: () => void,
  init: {
    readonly headers: Readonly<Record<string, string>>
    readonly onError: (error: unknown) => void
    /** Whether it is compressed on its way. @default false */
    readonly gzip?: boolean
  },
): Response {
  const encoder = new TextEncoder()
  let left = false
  const bytes = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { value, done } = await source.next()
          if (left) return
          if (done) {
            leave()
            controller.close()
          } else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : new Uint8Array(value))
        } catch (error) {
          if (left) return
          init.onError(error)
          leave()
          controller.error(error)
        }
      },
      cancel() {
        left = true
        leave()
        // Not awaited: a generator ends only after what it waits for, which `leave` brings about.
        void source.return?.()?.catch(init.onError)
      },
    },
    { highWaterMark: 1 },
  )
  const headers = { ...PRIVATE_HEADERS, ...init.headers }
  return init.gzip
    ? new Response(bytes.pipeThrough(new CompressionStream('gzip')), {
        headers: { ...headers, 'content-encoding': 'gzip' },
      })
    : new Response(bytes, { headers })
}
