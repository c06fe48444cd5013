import type { ErrorRequestHandler } from 'express'
import type { z } from 'zod'

/** An answer other than the one hoped for: a status, a stable code, and a sentence for people. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export function notFound(resourceName: string) {
  return new ApiError(404, 'not_found', `There is no such ${resourceName}.`)
}

export function conflict(message: string) {
  return new ApiError(409, 'conflict', message)
}

export function invalid(message: string) {
  return new ApiError(400, 'invalid', message)
}

/** A request's body as its schema has it, or a 400 that names the first thing that is wrong. */
export function bodyOf<S extends z.ZodType>(schema: S, req: { body?: unknown }): z.infer<S> {
  const parsed = schema.safeParse(req.body ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const path = issue?.path.join('.')
  throw invalid(path ? `${path}: ${issue?.message}` : (issue?.message ?? 'The body is not valid.'))
}

/** Ends a request that threw: a problem as itself, anything else as a 500 without its insides. */
export const errorHandler: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) return next(error)
  if (error instanceof ApiError) {
    res.status(error.status).json({ code: error.code, message: error.message })
  } else if (isBodyParserError(error)) {
    res.status(error.status).json({ code: 'bad_request', message: 'The request could not be read.' })
  } else {
    console.error(`${req.method} ${req.path}:`, error)
    res.status(500).json({ code: 'internal', message: 'Something went wrong on our side.' })
  }
}

/** What Express' own body parser throws: too large, not JSON. */
function isBodyParserError(error: unknown): error is { status: number } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
}
