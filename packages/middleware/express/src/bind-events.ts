import type { Request } from 'express'

// The usual parsers of these keep the context by themselves.
const PARSED = /^application\/(?:json|x-www-form-urlencoded|\w[\w.+-]*\+json)/

/**
 * Lets listeners on the request run in its context. Node emits the parts of a body from its HTTP parser, where no context of
 * ours is: what multer and busboy call would record for nobody.
 */
export function bindEvents(req: Request, run: <T>(fn: () => T) => T): void {
  const type = req.headers['content-type']
  if (type === undefined || PARSED.test(type)) return
  const { emit } = req
  req.emit = (...args: Parameters<typeof emit>) => run(() => emit.apply(req, args))
}
