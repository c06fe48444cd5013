import type { Request, Response } from 'express'

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])
// Names and ids stand in small answers; a large one is a report or a file.
const MOST = 262_144

/**
 * Notes what the app answers, by reference: the value that `res.json` gets, else the JSON text that `res.send` or `res.end`
 * gets. Parsed only when somebody asks. Tells when the app has ended its answer.
 */
export function observeBody(req: Request, res: Response, onEnd: () => void): () => unknown {
  if (READS.has(req.method)) return () => undefined
  const { json, end } = res
  let value: unknown
  let last: unknown
  res.json = function (this: Response, body) {
    value ??= body
    return json.call(this, body)
  }
  res.end = function (this: Response, ...args: unknown[]) {
    last = args[0]
    Reflect.apply(end, this, args)
    onEnd()
    return this
  }
  return () => value ?? parsed(last, res)
}

function parsed(chunk: unknown, res: Response): unknown {
  const text =
    typeof chunk === 'string' ? chunk : Buffer.isBuffer(chunk) && chunk.length <= MOST ? chunk.toString() : ''
  if (text === '' || text.length > MOST || !/json/.test(String(res.getHeader('content-type')))) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
