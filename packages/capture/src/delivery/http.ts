import { type AppendResult, type ErrorCode, type EventWriter, type NewEvent, WhodidError } from '@whodid/core'

/** Where a remote service is. */
export interface HttpOptions {
  /** The service's mount path: `https://audit.example.com/activity`. */
  readonly url: string | URL
  /** An API key with the scope `ingest`. */
  readonly key: string
  /** Milliseconds before a request is given up, to be tried again. @default 20_000 */
  readonly timeoutMs?: number | undefined
  /** @default the global fetch, which keeps connections alive */
  readonly fetch?: typeof fetch | undefined
}

// The service's limits on one request.
const MOST_BYTES = 1_048_576
const MOST_EVENTS = 1_000

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
 * A remote service as an `EventWriter`: it posts batches to `/api/v1/events`.
 *
 * @throws from `append`, a WhodidError whose status says whether another try makes sense: the service's own 4xx, or 503
 * when it could not be reached, was too slow or failed, with its `Retry-After` as `retryAfter`
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
    const answer = await answerTo(body)
    if (!answer.ok) throw await refusalOf(answer, url)
    const content: unknown = await answer.json().catch(() => null)
    const results = typeof content === 'object' && content !== null && 'results' in content ? content.results : null
    if (!isResults(results)) {
      throw new WhodidError(
        'delivery_failed',
        `${url} answered ${answer.status} without results: is it the service's mount path?`,
      )
    }
    return results
  }

  async function answerTo(body: string): Promise<Response> {
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
    async append(events) {
      const results: AppendResult[] = []
      for (const body of bodiesOf(events)) results.push(...(await post(body)))
      return results
    },
  }
}

/** The events as JSON lists, each within the service's limits unless a single event is beyond them. */
function* bodiesOf(events: readonly NewEvent[]): Generator<string> {
  const body = events.length > MOST_EVENTS ? undefined : JSON.stringify(events)
  if (body !== undefined && (events.length === 1 || fits(body))) {
    yield body
    return
  }
  const half = Math.ceil(events.length / 2)
  yield* bodiesOf(events.slice(0, half))
  yield* bodiesOf(events.slice(half))
}

// A character takes three bytes at most.
function fits(text: string) {
  return text.length * 3 <= MOST_BYTES || Buffer.byteLength(text) <= MOST_BYTES
}

function isResults(value: unknown): value is AppendResult[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && 'outcome' in item)
}

async function refusalOf(answer: Response, url: string): Promise<WhodidError> {
  const code =
    CODES[answer.status] ?? (answer.status >= 500 || answer.status < 400 ? 'delivery_failed' : 'invalid_input')
  const text = await answer.text().catch(() => '')
  const retryAfter = secondsOf(answer.headers.get('retry-after'))
  return new WhodidError(
    code,
    `${url} answered ${answer.status}${detailOf(text)}.`,
    retryAfter === undefined ? {} : { retryAfter },
  )
}

function detailOf(text: string): string {
  try {
    const problem: unknown = JSON.parse(text)
    if (typeof problem === 'object' && problem !== null && 'detail' in problem)
      return `: ${String(problem.detail).replace(/\.$/, '')}`
  } catch {
    // Not a problem document: the status has to do.
  }
  return ''
}

/** `Retry-After` in seconds, from seconds or from a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined
}
