import { type AppendResult, type AppRoute, type ErrorCode, type EventWriter, WhodidError } from '@whodid/core'

/** Options for `http`. */
export interface HttpOptions {
  /** The service's mount path: `https://audit.example.com/activity`. */
  readonly url: string | URL
  /** An API key with the scope `ingest`. */
  readonly key: string
  /** Milliseconds before a request is aborted, and retried. @default 20_000 */
  readonly timeoutMs?: number | undefined
  /** @default the global `fetch`, which keeps connections alive */
  readonly fetch?: typeof fetch | undefined
}

// Limits of the service for one request.
const MAX_BODY_BYTES = 1_048_576
const MAX_BODY_ITEMS = 1_000

// Saves requests: events of the same moment share one.
const LINGER_MS = 50

const CODES: { readonly [status: number]: ErrorCode } = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'delivery_failed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'invalid_event',
  425: 'delivery_failed',
  429: 'rate_limited',
}

/**
 * Creates an `EventWriter` that posts batches to `/api/v1/events` of a remote service, and the app's routes to `/api/v1/routes`.
 *
 * @throws `append` and `reportRoutes` throw a WhodidError: with the service's 4xx status, or with 503 when the service is unreachable, too
 * slow, or failing. `retryAfter` is its `Retry-After` in seconds
 * @example
 * const trail = createTrail({ catalog, to: http({ url: 'https://audit.example.com/activity', key: process.env.WHODID_KEY }) })
 */
export function http(options: HttpOptions): EventWriter {
  const base = `${String(options.url).replace(/\/+$/, '')}/api/v1`
  const headers = {
    authorization: `Bearer ${options.key}`,
    'content-type': 'application/json',
    accept: 'application/json',
  }
  const request = options.fetch ?? fetch
  const timeoutMs = options.timeoutMs ?? 20_000

  async function postEvents(body: string): Promise<AppendResult[]> {
    const url = `${base}/events`
    const response = await send(url, body)
    if (!response.ok) throw await toError(response, url)
    const results = await readField(response, 'results')
    if (!isResults(results)) throw createUnexpectedError(response, url)
    return results
  }

  /** Returns false when the service is too old to know routes. */
  async function postRoutes(body: string): Promise<boolean> {
    const url = `${base}/routes`
    const response = await send(url, body)
    const isUnknown = response.status === 404 || response.status === 405
    if (!response.ok && !isUnknown) throw await toError(response, url)
    // Read to its end in any case, so that the connection can be used again.
    const stored = await readField(response, 'stored')
    if (!isUnknown && typeof stored !== 'number') throw createUnexpectedError(response, url)
    return !isUnknown
  }

  async function send(url: string, body: string): Promise<Response> {
    try {
      return await request(url, {
        method: 'POST',
        headers,
        body,
        // Not 'error', which Cloudflare Workers reject.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      })
    } catch (cause) {
      throw new WhodidError('delivery_failed', `${url} could not be reached.`, { cause })
    }
  }

  return {
    lingerMs: LINGER_MS,
    async append(events) {
      const results: AppendResult[] = []
      for (const body of splitIntoBodies(events, JSON.stringify)) results.push(...(await postEvents(body)))
      return results
    },
    async reportRoutes(routes) {
      for (const body of splitIntoBodies(routes, formatRoutes)) if (!(await postRoutes(body))) return
    },
  }
}

function formatRoutes(routes: readonly AppRoute[]): string {
  return JSON.stringify({ routes })
}

/** Splits items into bodies within the service's limits. A single item may exceed them. */
function* splitIntoBodies<T>(items: readonly T[], format: (items: readonly T[]) => string): Generator<string> {
  const body = items.length > MAX_BODY_ITEMS ? undefined : format(items)
  if (body !== undefined && (items.length === 1 || fitsBody(body))) {
    yield body
    return
  }
  const half = Math.ceil(items.length / 2)
  yield* splitIntoBodies(items.slice(0, half), format)
  yield* splitIntoBodies(items.slice(half), format)
}

let encoded: Uint8Array | undefined

/** Checks if text takes at most `MAX_BODY_BYTES` in UTF-8, where a character takes one to three bytes. */
function fitsBody(text: string): boolean {
  if (text.length * 3 <= MAX_BODY_BYTES) return true
  if (text.length > MAX_BODY_BYTES) return false
  // Kept, because allocating it takes as long as encoding.
  encoded ??= new Uint8Array(MAX_BODY_BYTES)
  return new TextEncoder().encodeInto(text, encoded).read === text.length
}

async function readField(response: Response, name: string): Promise<unknown> {
  const content: unknown = await response.json().catch(() => null)
  return typeof content === 'object' && content !== null ? Reflect.get(content, name) : undefined
}

function isResults(value: unknown): value is AppendResult[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && 'outcome' in item)
}

function createUnexpectedError({ status }: Response, url: string): WhodidError {
  return new WhodidError(
    'delivery_failed',
    `${url} responded with ${status} and no results: check that it is the service's mount path.`,
  )
}

async function toError(response: Response, url: string): Promise<WhodidError> {
  const text = await response.text().catch(() => '')
  if (isRedirect(response)) {
    return new WhodidError(
      'delivery_failed',
      `${url} redirects, and redirects are not followed: set \`url\` to the final address of the service.`,
    )
  }
  const code = CODES[response.status] ?? (response.status >= 500 ? 'delivery_failed' : 'invalid_input')
  const retryAfter = parseRetryAfter(response.headers.get('retry-after'))
  return new WhodidError(
    code,
    `${url} responded with ${response.status}${formatDetail(text)}.`,
    retryAfter === undefined ? {} : { retryAfter },
  )
}

// Browsers hide the status of a redirect: it is 0.
function isRedirect({ status }: Response): boolean {
  return status === 0 || (status >= 300 && status < 400)
}

function formatDetail(text: string): string {
  try {
    const problem: unknown = JSON.parse(text)
    if (typeof problem === 'object' && problem !== null && 'detail' in problem)
      return `: ${String(problem.detail).replace(/\.$/, '')}`
  } catch {
    // Not a problem document.
  }
  return ''
}

/** Parses `Retry-After`, in seconds or a date, to seconds. */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined
}
