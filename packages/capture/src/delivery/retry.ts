import { WhodidError } from '@whodid/core'

/** The next step after a failed batch: retry it, pause until the key is fixed, or reject its events. */
export type RetryDecision = 'retry' | 'pause' | 'reject'

const RETRYABLE_STATUSES = new Set([408, 425, 429])

/** Decides the next step after a failed batch. Unknown errors, such as a broken connection, are retried. */
export function decideRetry(error: unknown): RetryDecision {
  if (!(error instanceof WhodidError)) return 'retry'
  const { status } = error
  if (status === 401 || status === 403) return 'pause'
  return status >= 500 || RETRYABLE_STATUSES.has(status) ? 'retry' : 'reject'
}

/** Checks if one event may have caused the error, so that smaller batches can succeed. */
export function mayBeOneEvent(error: unknown): boolean {
  return error instanceof WhodidError && (error.status === 400 || error.status === 413 || error.status === 422)
}

/** Minimum milliseconds between two attempts. */
export const MIN_BACKOFF_MS = 500
const MAX_BACKOFF_MS = 30_000

/**
 * Returns the milliseconds before the next attempt: full jitter between 0.5 and 30 seconds, with an upper bound that
 * doubles with each attempt, and at least the service's `Retry-After`.
 */
export function getBackoff(attempt: number, error: unknown, random: () => number): number {
  const upper = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(attempt, 10))
  const retryAfter = error instanceof WhodidError && error.retryAfter !== undefined ? error.retryAfter * 1_000 : 0
  return Math.max(retryAfter, MIN_BACKOFF_MS + random() * (upper - MIN_BACKOFF_MS))
}

/** Formats an error and its cause in one line. */
export function formatReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? `${error.message} (${cause.message})` : error.message
}

/** Creates the error of an event that was not acknowledged in time. */
export function createAckError(reason: string, cause?: unknown): WhodidError {
  return new WhodidError('delivery_failed', `The event was not acknowledged, and stays queued: ${reason}`, { cause })
}

/** Formats the warning about a batch that was not delivered. */
export function formatProblem(decision: 'retry' | 'pause', error: unknown): string {
  return decision === 'pause'
    ? `The service rejected the API key: ${endSentence(formatReason(error))} Events stay queued until the key is fixed.`
    : `Could not deliver events: ${endSentence(formatReason(error))} They stay queued and are retried.`
}

function endSentence(text: string) {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
