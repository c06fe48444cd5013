import { WhodidError } from '@whodid/core'
import type { Caller } from './caller.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  const origin = request.headers.get('origin')
  // Browsers send Origin with every POST. A client that sends neither header is not a browser, so it has no cookies to abuse.
  if (origin === null) return true
  const host = request.headers.get('host') ?? new URL(request.url).host
  return URL.canParse(origin) && new URL(origin).host === host
}

/**
 * Throws `forbidden` when another site makes a browser send a change, or start a file download, with ambient credentials.
 * Follows Go's `http.CrossOriginProtection`: https://words.filippo.io/csrf/
 */
export function checkCsrf(
  request: Request,
  caller: Caller,
  isTrusted: (request: Request) => boolean = () => false,
  isFile = false,
): void {
  if (!caller.hasAmbientCredentials || isTrusted(request)) return
  // A file download is recorded in the caller's name, so a link on another site must not start one.
  const isHarmless =
    SAFE_METHODS.has(request.method) && !(isFile && request.headers.get('sec-fetch-site') === 'cross-site')
  if (isHarmless || isSameOrigin(request)) return
  throw new WhodidError(
    'forbidden',
    'Cross-site request blocked: send it from a page of the same origin, allow the origin in `cors` with `credentials: true`, or use an API key.',
  )
}
