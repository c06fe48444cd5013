import { STATUS_CODES } from 'node:http'
import type { EventError } from '@whodid/core'
import { isBag } from '../infer/bodies.ts'

/** An error of the host's as an event holds it: its status, its code and what it may tell. */
export function errorOf(error: unknown): EventError {
  if (!isBag(error)) return { message: String(error) }
  const { status, statusCode, code, message } = error
  const number = typeof status === 'number' ? status : typeof statusCode === 'number' ? statusCode : undefined
  return {
    ...(number !== undefined && { status: number }),
    ...(typeof code === 'string' && code !== '' && { code }),
    ...(typeof message === 'string' && message !== '' && { message }),
  }
}

/**
 * Why a request failed, as far as its client was told: what an internal error says of itself is for the host's log,
 * since it may hold anything.
 */
export function failureOf(outcome: {
  readonly status: number
  readonly aborted?: boolean | undefined
  readonly error?: unknown
  readonly responseBody?: unknown
}): EventError {
  const { status, aborted } = outcome
  const known = outcome.error === undefined ? undefined : errorOf(outcome.error)
  const failed = status >= 400 ? status : aborted === true ? undefined : (known?.status ?? 500)
  if (failed === undefined) return { code: 'aborted', message: 'The client left before the answer was complete' }
  const told = toldIn(outcome.responseBody)
  const code = told.code ?? known?.code
  const message = told.message ?? (failed < 500 ? known?.message : undefined) ?? STATUS_CODES[failed]
  return { status: failed, ...(code !== undefined && { code }), ...(message !== undefined && { message }) }
}

/** The code and the message in the body of a failure, however its host writes them. */
function toldIn(body: unknown): { readonly code?: string | undefined; readonly message?: string | undefined } {
  if (!isBag(body)) return {}
  const { error, errors } = body
  if (isBag(error)) return toldIn(error)
  const [first]: unknown[] = Array.isArray(errors) ? errors : []
  return {
    code: text(body.code) ?? (text(body.message) === undefined ? undefined : codeLike(error)),
    message:
      text(body.message) ??
      text(body.detail) ??
      text(error) ??
      text(body.title) ??
      (isBag(first) ? text(first.message) : text(first)),
  }
}

function text(value: unknown) {
  return typeof value === 'string' && value !== '' ? value.slice(0, 1_000) : undefined
}

function codeLike(value: unknown) {
  return typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined
}
