import { EVENT_LIMITS, type EventContext } from '@whodid/core'
import type { Caller } from '../auth/caller.ts'

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

/** Returns the event context of a request to the service, for audit events. */
export function getRequestContext(
  request: Request,
  ip: string | undefined,
  { hasAmbientCredentials }: Caller,
): Partial<EventContext> {
  const requestId = request.headers.get('x-request-id') ?? ''
  return {
    channel: hasAmbientCredentials ? 'ui' : 'api',
    ip: ip === undefined || ip === '' ? null : ip.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').slice(0, 64),
    userAgent: request.headers.get('user-agent')?.slice(0, EVENT_LIMITS.context) ?? null,
    requestId: REQUEST_ID.test(requestId) ? requestId : null,
    method: request.method,
  }
}
