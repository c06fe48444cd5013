import { type Channel, EVENT_LIMITS, type EventContext } from '@whodid/core'
import { clip } from '../event/limits.ts'

/** Headers as Node has them, or as Fetch has them. */
export type HeaderBag = { readonly [name: string]: string | readonly string[] | undefined } | Headers

/** One header by its name in lower case. */
export function headerOf(headers: HeaderBag, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

/** From where a request came, without what only its end can tell. */
export function contextOf(request: {
  readonly headers: HeaderBag
  readonly method: string
  readonly ip: string | null | undefined
  readonly route: string | null
  readonly channel: Channel | undefined
  /** For a request that brings no id of its own. */
  readonly madeId: string
}): EventContext {
  const { headers, ip, route } = request
  return {
    channel: request.channel ?? channelOf(headers),
    ip: ip ? withoutMapping(ip).slice(0, 64) : null,
    userAgent: clip(headerOf(headers, 'user-agent'), EVENT_LIMITS.context) ?? null,
    requestId: requestIdIn(headers) ?? request.madeId,
    traceId: traceIdOf(headerOf(headers, 'traceparent')),
    method: request.method,
    route: clip(route, EVENT_LIMITS.context) ?? null,
  }
}

/**
 * `ui` for what a browser sent, `api` for what a program did: browsers send Sec-Fetch-Site (Node's fetch does not) or an
 * Origin, and keep sessions in cookies; programs sign with a header.
 */
function channelOf(headers: HeaderBag): Channel {
  if (headerOf(headers, 'sec-fetch-site') !== undefined || headerOf(headers, 'origin') !== undefined) return 'ui'
  const isSigned = headerOf(headers, 'authorization') !== undefined || headerOf(headers, 'x-api-key') !== undefined
  return !isSigned && headerOf(headers, 'cookie') !== undefined ? 'ui' : 'api'
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

function requestIdIn(headers: HeaderBag): string | undefined {
  const given = headerOf(headers, 'x-request-id')
  return given !== undefined && REQUEST_ID.test(given) ? given : undefined
}

/** The trace id of a W3C `traceparent`. */
function traceIdOf(traceparent: string | undefined): string | null {
  if (traceparent === undefined) return null
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent)?.[1]
  return id === undefined || /^0+$/.test(id) ? null : id
}

/** IPv4 addresses of a socket that listens on IPv6 too come as `::ffff:192.0.2.1`. */
function withoutMapping(ip: string): string {
  return ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip
}
