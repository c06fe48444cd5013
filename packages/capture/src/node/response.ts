import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { MAX_BODY_BYTES } from '../request/limits.ts'
import { NOT_RECORDED } from '../request/not-recorded.ts'

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
  /** Resolves when the app has sent its JSON, or when it cannot be awaited; undefined if that is so already. */
  whenJsonSent(): Promise<void> | undefined
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
  // A compressor in front of this one sets the header later, and its chunks are not seen.
  let encoding: string | undefined
  let isAwaitable = true
  let isAwaited = false
  let stopWaiting = () => {}
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
    encoding ??= getHeader('content-encoding') ?? 'identity'
    size += chunk.length
    if (size <= MAX_BODY_BYTES) {
      chunks.push(chunk)
      return
    }
    chunks = []
    release()
  }

  function release(): void {
    isAwaitable = false
    isAwaited = false
    stopWaiting()
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
    // The app may wait for its callback before it goes on.
    if (typeof args.at(-1) === 'function') release()
    const isAccepted = Reflect.apply(write, res, args) === true
    // A stream would wait for `drain`, and not send the rest that is awaited.
    return isAccepted || isAwaited
  }
  res.end = (...args: unknown[]) => {
    if (!isEnded) collect(args[0])
    isEnded = true
    Reflect.apply(end, res, args)
    release()
    onEnd()
    return res
  }

  return {
    getStatus: () => sentStatus ?? res.statusCode,
    getHeader,
    readJson() {
      if (isJson !== true || size === 0 || size > MAX_BODY_BYTES) return undefined
      if (encoding !== undefined && encoding !== 'identity') return decode(encoding, chunks)
      const [first] = chunks
      return parse(chunks.length === 1 && typeof first === 'string' ? first : join(chunks).toString())
    },
    whenJsonSent() {
      if (isEnded || !isAwaitable || isJson !== true) return undefined
      isAwaited = true
      return new Promise((resolve) => {
        stopWaiting = resolve
        res.once('close', resolve)
      })
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
 * Calls `hold` with the first bytes of the response, before its head is sent. If it returns a promise, everything that the app
 * writes waits for it. If the promise rejects, the client receives 503 instead, with nothing of the app's response.
 */
export function holdResponse(res: ServerResponse, hold: (status: number) => Promise<void> | undefined): void {
  const original = { writeHead: res.writeHead, write: res.write, end: res.end, flushHeaders: res.flushHeaders }
  const headersBefore = res.getHeaders()
  const kept: { readonly method: Method; readonly args: unknown[] }[] = []
  let head = { status: res.statusCode, headers: headersBefore }
  let state: 'keeping' | 'holding' | 'open' | 'refused' = 'keeping'
  let isEnded = false

  function call(method: Method, args: unknown[]): unknown {
    if (state === 'open') return Reflect.apply(original[method], res, args)
    if (state === 'refused') {
      callBack(args)
      return false
    }
    if (method === 'writeHead' && kept.length > 0) {
      // Compressors write an implicit head more than once.
      if (args.length > 1) throw createHeadersSentError()
      return false
    }
    if (!isEnded) kept.push({ method, args })
    isEnded ||= method === 'end'
    if (state === 'keeping' && method !== 'writeHead') startHold()
    return !isHolding()
  }

  function isHolding(): boolean {
    return state === 'holding'
  }

  function startHold(): void {
    const [status] = kept[0]?.method === 'writeHead' ? kept[0].args : []
    const recorded = hold(typeof status === 'number' ? status : res.statusCode)
    if (recorded === undefined) {
      release()
      return
    }
    state = 'holding'
    head = { status: res.statusCode, headers: res.getHeaders() }
    // The app learns of an invalid head or chunk too late to send another response.
    recorded.then(release, refuse).catch(() => res.destroy())
  }

  function release(): void {
    const isDelayed = state === 'holding'
    if (isDelayed) restore(head)
    open('open')
    for (const { method, args } of kept.splice(0)) Reflect.apply(original[method], res, args)
    if (isDelayed && !isEnded) res.emit('drain')
  }

  function open(next: 'open' | 'refused'): void {
    state = next
    Reflect.deleteProperty(res, 'headersSent')
  }

  /** Undoes what the app has set since its head was written. Without a hold, Node would have thrown. */
  function restore({ status, headers }: typeof head): void {
    for (const name of res.getHeaderNames()) if (headers[name] === undefined) res.removeHeader(name)
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined && value !== res.getHeader(name)) res.setHeader(name, value)
    res.statusCode = status
  }

  function refuse(): void {
    open('refused')
    const { 'set-cookie': _, ...headers } = headersBefore
    restore({ status: NOT_RECORDED.status, headers })
    if (res.req.httpVersionMajor === 1) res.statusMessage = ''
    // Wrappers of other middleware would add the headers of the refused response, such as the cookie of a session.
    for (const method of METHODS) Reflect.deleteProperty(res, method)
    res.setHeader('content-type', NOT_RECORDED.contentType)
    res.writeHead(NOT_RECORDED.status)
    res.end(NOT_RECORDED.body)
    // Drops what the app still writes.
    intercept()
    for (const { args } of kept.splice(0)) callBack(args)
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
  // As the app expects it after `writeHead`. Others decide by it, such as error handlers and compressors.
  Object.defineProperty(res, 'headersSent', { configurable: true, get: () => kept.length > 0 })
}

/** Calls the callback of a dropped `write` or `end`. */
function callBack(args: readonly unknown[]): void {
  const callback = args.at(-1)
  if (typeof callback === 'function') queueMicrotask(() => Reflect.apply(callback, undefined, []))
}

function createHeadersSentError(): Error {
  const error = new Error('Cannot write headers after they are sent to the client')
  return Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' })
}
