import type { ServerResponse } from 'node:http'
import { NOT_RECORDED } from '../request/not-recorded.ts'

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders'

/** Maximum bytes of a JSON response that is kept until its end, so that the event has its id and its name. */
const MAX_KEPT_BYTES = 262_144

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
    return keptBytes > MAX_KEPT_BYTES
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
    const plain: unknown = Object.getPrototypeOf(res)
    res.statusCode = NOT_RECORDED.status
    res.statusMessage = ''
    res.setHeader('content-type', NOT_RECORDED.contentType)
    callPlain(plain, 'writeHead', res, [NOT_RECORDED.status])
    callPlain(plain, 'end', res, [NOT_RECORDED.body])
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

function callPlain(prototype: unknown, method: 'writeHead' | 'end', res: ServerResponse, args: unknown[]): void {
  const plain: unknown =
    typeof prototype === 'object' && prototype !== null ? Reflect.get(prototype, method) : undefined
  if (typeof plain === 'function') Reflect.apply(plain, res, args)
}
