import { ERROR_STATUS } from '@whodid/core'
import { bytesToHex } from '@whodid/core/event'
import { sha256 } from '@whodid/core/seal'
import { toProblem, toWhodidError } from '../errors.ts'

/** The headers of every response: no cache may store it, and browsers must not guess its type. */
export const PRIVATE_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** The headers of a 401 response. */
export const UNAUTHENTICATED_HEADERS = { 'www-authenticate': 'Bearer realm="whodid"' } as const

/** Creates a JSON response. */
export function createJsonResponse(
  value: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return new Response(JSON.stringify(value), {
    status: init.status ?? 200,
    headers: { ...PRIVATE_HEADERS, 'content-type': 'application/json; charset=utf-8', ...init.headers },
  })
}

/** The headers of a response that the caller's browser may store, and must revalidate before each use. */
export const REVALIDATE_HEADERS = { 'cache-control': 'private, no-cache', vary: 'Authorization, Cookie' } as const

function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  return (
    ifNoneMatch !== null && (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => tag.trim() === etag))
  )
}

/** A JSON body with its ETag. */
export interface SerializedJson {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly etag: string
}

/** Serializes a value. The ETag is weak because proxies that compress change the bytes. */
export function serializeJson(value: unknown): SerializedJson {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return { bytes, etag: `W/"${bytesToHex(sha256(bytes)).slice(0, 32)}"` }
}

/** Creates the response to a GET, with an ETag. Responds 304 without a body if the client already has the same body. */
export function createCacheableResponse(
  request: Request,
  { bytes, etag }: SerializedJson,
  extraHeaders: Readonly<Record<string, string>> = {},
): Response {
  const headers = { ...PRIVATE_HEADERS, ...extraHeaders, etag }
  if (matchesEtag(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers })
  return new Response(bytes, {
    headers: {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(bytes.byteLength),
    },
  })
}

/** Creates a problem details response for an error. */
export function createProblemResponse(thrown: unknown, extraHeaders: Record<string, string> = {}): Response {
  const error = toWhodidError(thrown)
  const headers: Record<string, string> = { ...extraHeaders, 'content-type': 'application/problem+json' }
  if (error.code === 'unauthenticated') Object.assign(headers, UNAUTHENTICATED_HEADERS)
  if (error.retryAfter !== undefined) headers['retry-after'] = String(error.retryAfter)
  return createJsonResponse(toProblem(error), { status: ERROR_STATUS[error.code], headers })
}

/** Creates the response to an OPTIONS request. */
export function createAllowResponse(allow: string): Response {
  return new Response(null, { status: 204, headers: { ...PRIVATE_HEADERS, allow } })
}

/** Converts the response to a GET into the response to a HEAD. */
export async function removeBody(response: Response): Promise<Response> {
  await response.body?.cancel()
  return new Response(null, { status: response.status, headers: response.headers })
}

/** Checks if a client accepts gzip, by its Accept-Encoding header (RFC 9110, section 12.5.3). */
export function acceptsGzip({ headers }: Request): boolean {
  const codings = (headers.get('accept-encoding') ?? '').split(',').map((part) =>
    part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  )
  const gzip = codings.find(([coding]) => coding === 'gzip') ?? codings.find(([coding]) => coding === '*')
  return gzip !== undefined && !gzip.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
}
