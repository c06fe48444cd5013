import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { NOT_RECORDED } from '../request/not-recorded.ts'

/** Maximum bytes of a body that is parsed. Ids and names are in small responses; a large one is a report or a file. */
const MAX_BODY_BYTES = 262_144

const DECODERS: { readonly [encoding: string]: (body: Uint8Array, options: object) => Promise<Uint8Array> } = {
  br: promisify(brotliDecompress),
  deflate: promisify(inflate),
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
}

/** A response that is observed while the app writes it. */
export interface ObservedResponse {
  /** Returns the status that the app has sent, or else the one that is set. */
  getStatus(): number
  /** Returns a header, also if it was passed to `writeHead`. */
  getHeader(name: string): string | undefined
  /** Parses the JSON that the app has sent; undefined for other types, and for more than 256 KiB. */
  readJson(): unknown
}

/**
 * Observes what an app writes: with `end` or in pieces, by a framework or by an adapter of another one, compressed or not.
 * Calls `onEnd` when the app ends the response.
 */
export function observeResponse(res: ServerResponse, onEnd: () => void): ObservedResponse {
  const { writeHead, write, end } = res
  let head: OutgoingHttpHeaders | undefined
  let chunks: unknown[] = []
  let size = 0
  let isJson: boolean | undefined
  let sentStatus: number | undefined
  let isEnded = false

  function getHeader(name: string): string | undefined {
    const value = head?.[name] ?? res.getHeader(name)
    return typeof value === 'string' ? value : undefined
  }

  function collect(chunk: unknown): void {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return
    isJson ??= /json/.test(getHeader('content-type') ?? '')
    if (!isJson) return
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
    else chunks = []
  }

  res.writeHead = (...args: unknown[]) => {
    head = parseHead(args)
    Reflect.apply(writeHead, res, args)
    if (typeof args[0] === 'number') sentStatus ??= args[0]
    return res
  }
  res.write = (...args: unknown[]) => {
    // The `end` of some servers calls `write`.
    if (!isEnded) collect(args[0])
    return Reflect.apply(write, res, args) === true
  }
  res.end = (...args: unknown[]) => {
    if (!isEnded) collect(args[0])
    isEnded = true
    Reflect.apply(end, res, args)
    onEnd()
    return res
  }

  return {
    getStatus: () => sentStatus ?? res.statusCode,
    getHeader,
    readJson() {
      if (isJson !== true || size === 0 || size > MAX_BODY_BYTES) return undefined
      const encoding = getHeader('content-encoding')
      if (encoding !== undefined && encoding !== 'identity') return decode(encoding, chunks)
      const [first] = chunks
      return parse(chunks.length === 1 && typeof first === 'string' ? first : join(chunks).toString())
    },
  }
}

async function decode(encoding: string, chunks: readonly unknown[]): Promise<unknown> {
  const decompress = DECODERS[encoding]
  if (decompress === undefined) return undefined
  const body = await decompress(join(chunks), { maxOutputLength: MAX_BODY_BYTES })
  return parse(Buffer.from(body).toString())
}

function join(chunks: readonly unknown[]): Buffer {
  return Buffer.concat(
    chunks.map((chunk) =>
      typeof chunk === 'string' ? Buffer.from(chunk) : chunk instanceof Uint8Array ? chunk : Buffer.of(),
    ),
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Parses the headers in the arguments of `writeHead`: an object, or a list of names and values. */
function parseHead(args: readonly unknown[]): OutgoingHttpHeaders | undefined {
  const headers = args.find((arg) => typeof arg === 'object' && arg !== null)
  if (headers === undefined || headers === null) return undefined
  const entries: readonly unknown[] = Array.isArray(headers) ? toPairs(headers) : Object.entries(headers)
  const head: OutgoingHttpHeaders = {}
  for (const entry of entries) {
    if (!Array.isArray(entry)) continue
    const [name, value]: unknown[] = entry
    if (typeof name === 'string') head[name.toLowerCase()] = String(value)
  }
  return head
}

function toPairs(list: readonly unknown[]): readonly unknown[] {
  if (Array.isArray(list[0])) return list
  return list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]]] : []))
}

const METHODS = ['writeHead', 'write', 'end', 'flushHeaders'] as const

type Method = (typeof METHODS)[number]

/**
 * Calls `hold` before the head of the response is sent. If it returns a promise, everything that the app writes waits for
 * it. If the promise rejects, the client receives 503 instead, with nothing of the app's response.
 *
 * JSON is kept until its end when `keepsJson` is true. Other responses are held at their first byte.
 */
export function holdResponse(
  res: ServerResponse,
  keepsJson: boolean,
  hold: (status: number) => Promise<void> | undefined,
): void {
  const original = { writeHead: res.writeHead, write: res.write, end: res.end, flushHeaders: res.flushHeaders }
  const headersBefore = res.getHeaders()
  let kept: { readonly method: Method; readonly args: unknown[] }[] = []
  let keptBytes = 0
  let state: 'keeping' | 'holding' | 'open' | 'refused' = 'keeping'
  let isEnded = false

  function call(method: Method, args: unknown[]): unknown {
    if (state === 'open') return Reflect.apply(original[method], res, args)
    if (state === 'refused') return false
    if (!isEnded) kept.push({ method, args })
    isEnded ||= method === 'end'
    if (state === 'keeping' && shouldHold(method, args)) startHold()
    return !isHolding()
  }

  function isHolding(): boolean {
    return state === 'holding'
  }

  function shouldHold(method: Method, args: unknown[]): boolean {
    if (method === 'writeHead') return false
    if (method !== 'write' || !keepsJson || !isJson()) return true
    const [chunk] = args
    keptBytes += typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk.length : 0
    return keptBytes > MAX_BODY_BYTES
  }

  function isJson(): boolean {
    const head = kept.find(({ method }) => method === 'writeHead')
    return /json/.test(`${String(res.getHeader('content-type'))} ${JSON.stringify(head?.args.slice(1) ?? '')}`)
  }

  function startHold(): void {
    const status = kept.find(({ method }) => method === 'writeHead')?.args[0]
    const recorded = hold(typeof status === 'number' ? status : res.statusCode)
    if (recorded === undefined) release()
    else {
      state = 'holding'
      recorded.then(release, refuse)
    }
  }

  function release(): void {
    const isDelayed = state === 'holding'
    state = 'open'
    for (const { method, args } of kept.splice(0)) Reflect.apply(original[method], res, args)
    if (isDelayed && !isEnded) res.emit('drain')
  }

  function refuse(): void {
    state = 'refused'
    kept = []
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    for (const [name, value] of Object.entries(headersBefore))
      if (value !== undefined && name !== 'set-cookie') res.setHeader(name, value)
    // Wrappers of other middleware would add the headers of the refused response, such as the cookie of a session.
    for (const method of METHODS) Reflect.deleteProperty(res, method)
    res.statusCode = NOT_RECORDED.status
    res.statusMessage = ''
    res.setHeader('content-type', NOT_RECORDED.contentType)
    res.writeHead(NOT_RECORDED.status)
    res.end(NOT_RECORDED.body)
    // Drops what the app still writes.
    intercept()
  }

  function intercept(): void {
    res.writeHead = (...args: unknown[]) => {
      call('writeHead', args)
      return res
    }
    res.write = (...args: unknown[]) => call('write', args) === true
    res.end = (...args: unknown[]) => {
      call('end', args)
      return res
    }
    res.flushHeaders = () => {
      call('flushHeaders', [])
    }
  }

  intercept()
}
