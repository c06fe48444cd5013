import type { Response } from 'express'

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders'

/**
 * Asks before the head of the response is sent. When the answer is a promise, whatever the app writes waits for it; when it
 * rejects, the client gets 503 instead.
 */
export function holdHead(res: Response, ask: (status: number) => Promise<void> | undefined): void {
  const own = { writeHead: res.writeHead, write: res.write, end: res.end, flushHeaders: res.flushHeaders }
  let held: { readonly method: Method; readonly args: unknown[] }[] | undefined
  let isAsked = false
  let isEnded = false

  function call(method: Method, args: unknown[]): unknown {
    if (!isAsked) {
      isAsked = true
      const status = method === 'writeHead' && typeof args[0] === 'number' ? args[0] : res.statusCode
      const wait = ask(status)
      if (wait !== undefined) {
        held = []
        wait.then(release, refuse)
      }
    }
    if (held === undefined) return Reflect.apply(own[method], res, args)
    if (!isEnded) held.push({ method, args })
    isEnded ||= method === 'end'
    return method === 'write' ? false : res
  }

  function release(): void {
    const calls = held ?? []
    held = undefined
    for (const { method, args } of calls) Reflect.apply(own[method], res, args)
    if (!isEnded) res.emit('drain')
  }

  function refuse(): void {
    held = undefined
    for (const name of res.getHeaderNames())
      if (/^(?:content-|etag|location|transfer-)/.test(name)) res.removeHeader(name)
    const problem = {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      code: 'not_recorded',
      detail: 'The action could not be recorded, and must not go unrecorded.',
    }
    res.statusCode = 503
    res.setHeader('content-type', 'application/problem+json')
    Reflect.apply(own.end, res, [JSON.stringify(problem)])
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
