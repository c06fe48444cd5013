import { TRPCError } from '@trpc/server'
import { ERROR_STATUS, type ErrorCode, type TextRange, WhodidError } from '@whodid/core'
import { z } from 'zod'

/** Problem details of RFC 9457, with whodid's code. */
export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
  /** Where the search text is wrong, in UTF-16 units from 0. */
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

/** Codes of the service's own trouble whose message says nothing of its inside. */
const PUBLIC: readonly ErrorCode[] = ['overloaded', 'closed']

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join('.') || 'The input'
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${[...issue.path.map(String), key].join('.')} is not known here`).join('; ')
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

/** What is wrong with an input, field by field, in one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.slice(0, 3).map(describeIssue).join('; ')
}

function codeOf(error: TRPCError): ErrorCode {
  if (error.code === 'NOT_FOUND') return 'not_found'
  if (error.code === 'METHOD_NOT_SUPPORTED') return 'method_not_allowed'
  if (error.code === 'PAYLOAD_TOO_LARGE') return 'payload_too_large'
  if (error.code === 'UNSUPPORTED_MEDIA_TYPE') return 'unsupported_media_type'
  return error.code === 'INTERNAL_SERVER_ERROR' ? 'internal' : 'invalid_input'
}

/** The one error behind what was thrown: tRPC and zod wrap theirs. Anything unknown is `internal`. */
export function errorOf(thrown: unknown): WhodidError {
  if (thrown instanceof WhodidError) return thrown
  if (thrown instanceof z.ZodError) {
    return new WhodidError('invalid_input', `${describeIssues(thrown)}.`, { cause: thrown })
  }
  if (thrown instanceof TRPCError) {
    if (thrown.cause instanceof WhodidError || thrown.cause instanceof z.ZodError) return errorOf(thrown.cause)
    const code = codeOf(thrown)
    if (code !== 'internal') return new WhodidError(code, thrown.message, { cause: thrown })
  }
  return new WhodidError('internal', 'Something went wrong in the service.', { cause: thrown })
}

/** What a client is told of an error. What is the service's own trouble keeps its message to itself. */
export function problemOf(thrown: unknown): Problem {
  const { code, message, at } = errorOf(thrown)
  const status = ERROR_STATUS[code]
  const tell = status < 500 || PUBLIC.includes(code)
  return {
    type: 'about:blank',
    title: TITLES[code],
    status,
    code,
    detail: tell ? message : 'The service could not answer: try again, and if it stays so, look into its log.',
    ...(at && { at }),
  }
}
