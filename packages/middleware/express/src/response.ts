import type { Request, Response } from 'express'

const READ_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Maximum bytes of a body that is parsed. Ids and names are in small responses; a large one is a report or a file. */
const MAX_BODY_BYTES = 262_144

/**
 * Observes the body of a response, by reference: the value passed to `res.json`, or the JSON text passed to `res.send` or
 * `res.end`. Calls `onEnd` when the app ends the response. Returns a function that returns the parsed body.
 */
export function observeBody(req: Request, res: Response, onEnd: () => void): () => unknown {
  if (READ_METHODS.has(req.method)) return () => undefined
  const { json, end } = res
  let value: unknown
  let lastChunk: unknown
  res.json = function (this: Response, body) {
    value ??= body
    return json.call(this, body)
  }
  res.end = function (this: Response, ...args: unknown[]) {
    lastChunk = args[0]
    Reflect.apply(end, this, args)
    onEnd()
    return this
  }
  return () => value ?? parseJson(lastChunk, res)
}

function parseJson(chunk: unknown, res: Response): unknown {
  const text =
    typeof chunk === 'string' ? chunk : Buffer.isBuffer(chunk) && chunk.length <= MAX_BODY_BYTES ? chunk.toString() : ''
  if (text === '' || text.length > MAX_BODY_BYTES) return undefined
  if (!/json/.test(String(res.getHeader('content-type')))) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders'

/**
 * Calls `hold` before the head of the response is sent. If it returns a promise, everything that the app writes waits for
 * it; if the promise rejects, the client receives 503 instead.
 */
export function holdHead(res: Response, hold: (status: number) => Promise<void> | undefined): void {
  const original = { writeHead: res.writeHead, write: res.write, end: res.end, flushHeaders: res.flushHeaders }
  let heldCalls: { readonly method: Method; readonly args: unknown[] }[] | undefined
  let isHoldCalled = false
  let isEnded = false

  function call(method: Method, args: unknown[]): unknown {
    if (!isHoldCalled) {
      isHoldCalled = true
      const status = method === 'writeHead' && typeof args[0] === 'number' ? args[0] : res.statusCode
      const recorded = hold(status)
      if (recorded !== undefined) {
        heldCalls = []
        recorded.then(release, respondUnavailable)
      }
    }
    if (heldCalls === undefined) return Reflect.apply(original[method], res, args)
    if (!isEnded) heldCalls.push({ method, args })
    isEnded ||= method === 'end'
    return method === 'write' ? false : res
  }

  function release(): void {
    const calls = heldCalls ?? []
    heldCalls = undefined
    for (const { method, args } of calls) Reflect.apply(original[method], res, args)
    if (!isEnded) res.emit('drain')
  }

  function respondUnavailable(): void {
    heldCalls = undefined
    for (const name of res.getHeaderNames())
      if (/^(?:content-|etag|location|transfer-)/.test(name)) res.removeHeader(name)
    const problem = {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      code: 'not_recorded',
      detail: 'The action could not be recorded in the activity log, which it requires.',
    }
    res.statusCode = 503
    res.setHeader('content-type', 'application/problem+json')
    Reflect.apply(original.end, res, [JSON.stringify(problem)])
  }

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

// The usual parsers of these types keep the async context.
const PARSED_TYPES = /^application\/(?:json|x-www-form-urlencoded|\w[\w.+-]*\+json)/

/**
 * Runs listeners on the request in its context. Node emits the chunks of a body from its HTTP parser, outside of any
 * context, so that calls from multer or busboy would belong to no request.
 */
export function bindEvents(req: Request, run: <T>(fn: () => T) => T): void {
  const type = req.headers['content-type']
  if (type === undefined || PARSED_TYPES.test(type)) return
  const { emit } = req
  req.emit = (...args: Parameters<typeof emit>) => run(() => emit.apply(req, args))
}
