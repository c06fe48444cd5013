import type { MaybePromise, Outcome, RequestOutcome } from './options.ts'

/** Reads the bodies of an outcome. A body that cannot be read is left out. */
export function resolveOutcome(outcome: Outcome): MaybePromise<RequestOutcome> {
  const requestBody = readBody(outcome.requestBody)
  const responseBody = readBody(outcome.responseBody)
  if (!(requestBody instanceof Promise) && !(responseBody instanceof Promise))
    return { ...outcome, requestBody, responseBody }
  return Promise.all([requestBody, responseBody]).then(([request, response]) => ({
    ...outcome,
    requestBody: request,
    responseBody: response,
  }))
}

/** Reads a body, or returns a promise of it that never rejects. */
export function readBody(read: (() => unknown) | undefined): unknown {
  try {
    const body = read?.()
    return body instanceof Promise ? body.catch(() => undefined) : body
  } catch {
    return undefined
  }
}
