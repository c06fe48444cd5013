import { TRPCError } from '@trpc/server'
import { ERROR_STATUS, type ErrorCode, type TextRange, WhodidError } from '@whodid/core'
import { z } from 'zod'

/** An RFC 9457 problem with a whodid error code. */
export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
  /** The range of the mistake in the search text, in UTF-16 units from 0. */
  readonly at?: TextRange | undefined
}

const TITLES: { readonly [C in ErrorCode]: string } = {
  invalid_catalog: 'Invalid catalog',
  invalid_input: 'Invalid input',
  invalid_event: 'Invalid event',
  unauthenticated: 'Not signed in',
  forbidden: 'Not allowed',
  tenant_required: 'Tenant required',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  payload_too_large: 'Too large',
  unsupported_media_type: 'Unsupported media type',
  overloaded: 'Overloaded',
  rate_limited: 'Too many requests',
  closed: 'Closing',
  store_locked: 'Store unavailable',
  store_unavailable: 'Store unavailable',
  delivery_failed: 'Delivery failed',
  internal: 'Internal error',
}

/** Server-side codes whose message is safe to show to clients. */
const PUBLIC_CODES: readonly ErrorCode[] = ['overloaded', 'closed']

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join('.') || 'The input'
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${[...issue.path.map(String), key].join('.')} is not a known field`).join('; ')
    case 'invalid_type':
      return `${where} must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
    case 'invalid_value':
      return `${where} must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`
    case 'too_big':
    case 'too_small': {
      const [word, bound] = issue.code === 'too_big' ? ['at most', issue.maximum] : ['at least', issue.minimum]
      const unit = { string: ' characters long', array: ' values long' }[String(issue.origin)] ?? ''
      return `${where} must be ${word} ${bound}${unit}`
    }
    default:
      return `${where} ${issue.message}`
  }
}

/** Describes the first three issues of an input in one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.slice(0, 3).map(describeIssue).join('; ')
}

function toErrorCode(error: TRPCError): ErrorCode {
  if (error.code === 'NOT_FOUND') return 'not_found'
  if (error.code === 'METHOD_NOT_SUPPORTED') return 'method_not_allowed'
  if (error.code === 'PAYLOAD_TOO_LARGE') return 'payload_too_large'
  if (error.code === 'UNSUPPORTED_MEDIA_TYPE') return 'unsupported_media_type'
  return error.code === 'INTERNAL_SERVER_ERROR' ? 'internal' : 'invalid_input'
}

/** Converts anything thrown to a `WhodidError`, unwrapping tRPC and zod errors. Unknown errors become `internal`. */
export function toWhodidError(thrown: unknown): WhodidError {
  if (thrown instanceof WhodidError) return thrown
  if (thrown instanceof z.ZodError) {
    return new WhodidError('invalid_input', `${describeIssues(thrown)}.`, { cause: thrown })
  }
  if (thrown instanceof TRPCError) {
    if (thrown.cause instanceof WhodidError || thrown.cause instanceof z.ZodError) return toWhodidError(thrown.cause)
    const code = toErrorCode(thrown)
    if (code !== 'internal') return new WhodidError(code, thrown.message, { cause: thrown })
  }
  return new WhodidError('internal', 'An unexpected error occurred.', { cause: thrown })
}

/** Converts anything thrown to a problem for the client. Internal errors do not expose their message. */
export function toProblem(thrown: unknown): Problem {
  const { code, message, at } = toWhodidError(thrown)
  const status = ERROR_STATUS[code]
  const isPublic = status < 500 || PUBLIC_CODES.includes(code)
  return {
    type: 'about:blank',
    title: TITLES[code],
    status,
    code,
    detail: isPublic ? message : 'Internal error. Try again. If the error persists, check the logs of the service.',
    ...(at && { at }),
  }
}
