import type { EventError } from '@whodid/core'
import { isObject } from '../infer/identity.ts'

const STATUS_TEXTS: { readonly [status: number]: string | undefined } = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  418: "I'm a Teapot",
  422: 'Unprocessable Entity',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  507: 'Insufficient Storage',
}

/** Converts an error of the host to its status, code, and message. */
export function toEventError(error: unknown): EventError {
  if (!isObject(error)) return { message: String(error) }
  const { status, statusCode, code, message } = error
  const number = typeof status === 'number' ? status : typeof statusCode === 'number' ? statusCode : undefined
  return {
    ...(number !== undefined && { status: number }),
    ...(typeof code === 'string' && code !== '' && { code }),
    ...(typeof message === 'string' && message !== '' && { message }),
  }
}

/** Returns the error of a failed request. Details that the client did not receive are omitted: they may contain secrets. */
export function getFailure(outcome: {
  readonly status: number
  readonly aborted?: boolean | undefined
  readonly error?: unknown
  readonly exposed?: boolean | undefined
  readonly responseBody?: unknown
}): EventError {
  const { status, aborted } = outcome
  const thrown = outcome.error === undefined ? undefined : toEventError(outcome.error)
  const failed = status >= 400 ? status : aborted === true ? undefined : (thrown?.status ?? 500)
  if (failed === undefined)
    return { code: 'aborted', message: 'The client disconnected before the response was complete' }
  const response = parseProblem(outcome.responseBody)
  const code = response.code ?? thrown?.code
  const message = response.message ?? (outcome.exposed === true ? thrown?.message : undefined) ?? STATUS_TEXTS[failed]
  return { status: failed, ...(code !== undefined && { code }), ...(message !== undefined && { message }) }
}

/** Finds the code and the message in the body of a failure. */
function parseProblem(body: unknown): { readonly code?: string | undefined; readonly message?: string | undefined } {
  if (!isObject(body)) return {}
  const { error, errors } = body
  if (isObject(error)) return parseProblem(error)
  const [first]: unknown[] = Array.isArray(errors) ? errors : []
  return {
    code: toText(body.code) ?? (toText(body.message) === undefined ? undefined : toCode(error)),
    message:
      toText(body.message) ??
      toText(body.detail) ??
      toText(error) ??
      toText(body.title) ??
      (isObject(first) ? toText(first.message) : toText(first)),
  }
}

const MAX_TEXT = 1_000

function toText(value: unknown) {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : undefined
}

function toCode(value: unknown) {
  return typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined
}
