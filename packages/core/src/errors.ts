/** The codes of a {@link WhodidError}, each with its HTTP status. */
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

/** A stable error code. */
export type ErrorCode = keyof typeof ERROR_STATUS

/** A range of a string in UTF-16 code units. `start` is inclusive, `end` is exclusive. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** Marks every {@link WhodidError} of the process, whichever copy of this package created it. */
const BRAND = Symbol.for('whodid.error')

/**
 * The error that whodid throws. Its message says what is wrong and how to fix it. `instanceof` is also true for errors of
 * another copy of this package, such as the CommonJS build in an app that loads the ES modules too.
 *
 * @example
 * throw new WhodidError('store_locked', 'The folder ./.whodid is open in process 41. Stop it, or use another folder.')
 */
export class WhodidError extends Error {
  override readonly name = 'WhodidError'
  readonly code: ErrorCode
  /** Seconds to wait before a retry, if known. */
  readonly retryAfter: number | undefined
  /** The invalid part of the parsed text, if any. */
  readonly at: TextRange | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfter?: number; at?: TextRange | undefined } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    Object.defineProperty(this, BRAND, { value: true })
    this.code = code
    this.retryAfter = options.retryAfter
    this.at = options.at
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits this method, and only its own instances match it.
    if (this !== WhodidError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }

  /** The HTTP status of this error. */
  get status(): number {
    return ERROR_STATUS[this.code]
  }
}
