/** Every code that a {@link WhodidError} can carry, with the HTTP status it maps to. */
export const ERROR_STATUS = {
  invalid_catalog: 500,
  invalid_input: 400,
  invalid_event: 422,
  unauthenticated: 401,
  forbidden: 403,
  tenant_required: 400,
  not_found: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  overloaded: 503,
  rate_limited: 429,
  closed: 503,
  store_locked: 503,
  store_unavailable: 503,
  delivery_failed: 503,
  internal: 500,
} as const

/** A stable name for what went wrong. */
export type ErrorCode = keyof typeof ERROR_STATUS

/** A part of a text, in UTF-16 units from 0; `end` is the first that is no part of it. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/**
 * The one error that whodid throws. Its message says what, why and how to mend it, in one sentence.
 *
 * @example
 * throw new WhodidError('store_locked', 'The folder ./.whodid is open in process 41: stop it, or give another folder.')
 */
export class WhodidError extends Error {
  override readonly name = 'WhodidError'
  readonly code: ErrorCode
  /** Seconds to wait before trying again, where that is known. */
  readonly retryAfter: number | undefined
  /** Where in a text it is wrong, in UTF-16 units, when a text was read. */
  readonly at: TextRange | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfter?: number; at?: TextRange | undefined } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.retryAfter = options.retryAfter
    this.at = options.at
  }

  /** The HTTP status that this error maps to. */
  get status(): number {
    return ERROR_STATUS[this.code]
  }
}
