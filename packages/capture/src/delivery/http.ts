import { type AppendResult, type ErrorCode, type EventWriter, type NewEvent, WhodidError } from '@whodid/core'

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
const MAX_BODY_EVENTS = 1_000

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
 * Creates an `EventWriter` that posts batches to `/api/v1/events` of a remote service.
 *
 * @throws `append` throws a WhodidError: with the service's 4xx status, or with 503 when the service is unreachable, too
 * slow, or failing. `retryAfter` is its `Retry-After` in seconds
 * @example
 * const trail = createTrail({ catalog, to: http({ url: 'https://audit.example.com/activity', key: process.env.WHODID_KEY }) })
 */
export function http(options: HttpOptions): EventWriter {
  const url = `${String(options.url).replace(/\/+$/, '')}/api/v1/events`
  const headers = {
    authorization: `Bearer ${options.key}`,
    'content-type': 'application/json',
    accept: 'application/json',
  }
  const request = options.fetch ?? fetch
  const timeoutMs = options.timeoutMs ?? 20_000

  async function post(body: string): Promise<AppendResult[]> {
    const response = await send(body)
    if (!response.ok) throw await toError(response, url)
    const content: unknown = await response.json().catch(() => null)
    const results = typeof content === 'object' && content !== null && 'results' in content ? content.results : null
    if (!isResults(results)) {
      throw new WhodidError(
        'delivery_failed',
        `${url} responded with ${response.status} and no results: check that it is the service's mount path.`,
      )
    }
    return results
  }

  async function send(body: string): Promise<Response> {
    try {
      return await request(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
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
      for (const body of splitIntoBodies(events)) results.push(...(await post(body)))
      return results
    },
  }
}

/** Splits events into JSON arrays within the service's limits. A single event may exceed them. */
function* splitIntoBodies(events: readonly NewEvent[]): Generator<string> {
  const body = events.length > MAX_BODY_EVENTS ? undefined : JSON.stringify(events)
  if (body !== undefined && (events.length === 1 || fitsBody(body))) {
    yield body
    return
  }
  const half = Math.ceil(events.length / 2)
  yield* splitIntoBodies(events.slice(0, half))
  yield* splitIntoBodies(events.slice(half))
}

// A character takes at most three bytes.
function fitsBody(text: string) {
  return text.length * 3 <= MAX_BODY_BYTES || Buffer.byteLength(text) <= MAX_BODY_BYTES
}

function isResults(value: unknown): value is AppendResult[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && 'outcome' in item)
}

async function toError(response: Response, url: string): Promise<WhodidError> {
  const code =
    CODES[response.status] ?? (response.status >= 500 || response.status < 400 ? 'delivery_failed' : 'invalid_input')
  const text = await response.text().catch(() => '')
  const retryAfter = parseRetryAfter(response.headers.get('retry-after'))
  return new WhodidError(
    code,
    `${url} responded with ${response.status}${formatDetail(text)}.`,
    retryAfter === undefined ? {} : { retryAfter },
  )
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
