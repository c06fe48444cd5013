import { WhodidError } from '@whodid/core'

/** The SQLSTATE of a driver's error, or of the system call that failed beneath it. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** Whether the data was at fault: bad values, constraints, limits of the program. */
export function isDataError(error: unknown): boolean {
  return /^(22|23|54)/.test(codeOf(error) ?? '')
}

/** Whether the database user may not do such a thing. */
export function isForbidden(error: unknown): boolean {
  return codeOf(error) === '42501'
}

/** Whether the same transaction may succeed when it is run again. */
export function isRetryable(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(codeOf(error) ?? '')
}

/** Whether there is no partition for an event: nothing else that is stored has constraints to check. */
export function isOutsidePartitions(error: unknown): boolean {
  return codeOf(error) === '23514'
}

/** Whether the database could not be reached or went away. */
export function isUnavailable(error: unknown): boolean {
  return (
    /^(08|57P|53)|^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|store_unavailable$)/.test(codeOf(error) ?? '') ||
    (error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/i.test(error.message))
  )
}

/** Errors as callers know them; the database's own stands in `cause`. */
export function named(error: unknown): unknown {
  if (error instanceof WhodidError) return error
  const message = error instanceof Error ? error.message : String(error)
  if (isUnavailable(error)) {
    return new WhodidError('store_unavailable', `The database cannot be reached (${message}): try again shortly.`, {
      cause: error,
    })
  }
  if (/^22/.test(codeOf(error) ?? '')) {
    return new WhodidError('invalid_input', `The database cannot compare with such a value (${message}): correct it.`, {
      cause: error,
    })
  }
  return error
}
