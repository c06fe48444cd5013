import { WhodidError } from '@whodid/core'

/** What a failed batch asks for: another try, a pause until somebody mends the key, or none at all. */
export type Verdict = 'retry' | 'pause' | 'dead'

const RETRYABLE = new Set([408, 425, 429])

/** Judges why a whole batch was not taken. What is not ours to judge, such as a broken connection, may pass. */
export function judge(error: unknown): Verdict {
  if (!(error instanceof WhodidError)) return 'retry'
  const { status } = error
  if (status === 401 || status === 403) return 'pause'
  return status >= 500 || RETRYABLE.has(status) ? 'retry' : 'dead'
}

/** Whether a smaller batch without the culprit could be taken. */
export function isAboutContent(error: unknown): boolean {
  return error instanceof WhodidError && (error.status === 400 || error.status === 413 || error.status === 422)
}

/** Milliseconds between two attempts, at least. */
export const SHORTEST_WAIT = 500
const LONGEST_WAIT = 30_000

/**
 * Milliseconds to wait before the next attempt: full jitter between half a second and thirty, doubling the upper bound
 * with each attempt, and never less than what the service asked for.
 */
export function backoff(attempt: number, error: unknown, random: () => number): number {
  const upper = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** Math.min(attempt, 10))
  const asked = error instanceof WhodidError && error.retryAfter !== undefined ? error.retryAfter * 1_000 : 0
  return Math.max(asked, SHORTEST_WAIT + random() * (upper - SHORTEST_WAIT))
}

/** What an error says of itself, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? `${error.message} (${cause.message})` : error.message
}

/** Why an event whose acknowledgement is awaited has none. */
export function notAcknowledged(reason: string, cause?: unknown): WhodidError {
  return new WhodidError(
    'delivery_failed',
    `The service has not acknowledged the event, which stays queued: ${reason}`,
    { cause },
  )
}

/** What to warn of when a batch was not taken. */
export function troubleOf(verdict: 'retry' | 'pause', error: unknown): string {
  return verdict === 'pause'
    ? `The service refuses this key: ${sentence(reasonOf(error))} Events wait in memory until it is mended.`
    : `The service does not take events: ${sentence(reasonOf(error))} They wait in memory, and are tried again.`
}

function sentence(text: string) {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
