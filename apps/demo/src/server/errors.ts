import type { ErrorRequestHandler } from 'express'
import { ZodError } from 'zod'

/** An error response: a status, a stable code, and a message for people. */
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
  return new ApiError(404, 'not_found', `No such ${resourceName}.`)
}

export function conflict(message: string) {
  return new ApiError(409, 'conflict', message)
}

export function invalid(message: string) {
  return new ApiError(400, 'invalid', message)
}

/** Answers a request that threw: an `ApiError` as it is, an invalid body as 400, anything else as a bare 500. */
export const errorHandler: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) return next(error)
  if (error instanceof ApiError) {
    res.status(error.status).json({ code: error.code, message: error.message })
  } else if (error instanceof ZodError) {
    res.status(400).json({ code: 'invalid', message: formatFirstIssue(error) })
  } else if (isBodyParserError(error)) {
    res.status(error.status).json({ code: 'bad_request', message: 'The request body could not be read.' })
  } else {
    console.error(`${req.method} ${req.path}:`, error)
    res.status(500).json({ code: 'internal', message: 'Something went wrong on our side.' })
  }
}

/** Formats the first problem of an invalid body, such as `name: A project needs a name.` */
function formatFirstIssue({ issues: [issue] }: ZodError): string {
  if (!issue) return 'Invalid request body.'
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message
}

/** True for an error of Express's body parser: too large, or not JSON. */
function isBodyParserError(error: unknown): error is { status: number } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
}
