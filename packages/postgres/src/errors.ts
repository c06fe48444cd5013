import { WhodidError } from '@whodid/core'

/** Returns the SQLSTATE of a driver's error, or the code of a failed system call. */
export function getErrorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** Checks if the data caused the error: invalid values, violated constraints, program limits. */
export function isDataError(error: unknown): boolean {
  return /^(22|23|54)/.test(getErrorCode(error) ?? '')
}

/** Checks if the database user lacks a privilege. */
export function isForbidden(error: unknown): boolean {
  return getErrorCode(error) === '42501'
}

/** Checks if the same transaction may succeed on a retry: serialization failure, deadlock, lock timeout. */
export function isRetryable(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(getErrorCode(error) ?? '')
}

/** Checks if an event has no partition. Events have no other check constraint. */
export function isMissingPartition(error: unknown): boolean {
  return getErrorCode(error) === '23514'
}

/** Checks if the database could not be reached or the connection was lost. */
export function isUnavailable(error: unknown): boolean {
  return (
    /^(08|57P|53)|^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|store_unavailable$)/.test(getErrorCode(error) ?? '') ||
    (error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/i.test(error.message))
  )
}

/** Converts errors that callers can act on to `WhodidError`s. The original error is the `cause`. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof WhodidError) return error
  const message = getErrorMessage(error)
  if (isUnavailable(error)) {
    return new WhodidError('store_unavailable', `The database is unavailable (${message}). Retry later.`, {
      cause: error,
    })
  }
  if (/^22/.test(getErrorCode(error) ?? '')) {
    return new WhodidError('invalid_input', `The database rejected a value (${message}). Correct it and try again.`, {
      cause: error,
    })
  }
  return error
}

/** Returns the data error that `toStoreError` converted to `invalid_input`, or the error itself. */
export function getCause(error: unknown): unknown {
  const isConverted = error instanceof WhodidError && error.code === 'invalid_input'
  return isConverted && error.cause !== undefined ? error.cause : error
}

export function getErrorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
