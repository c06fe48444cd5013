import { WhodidError } from '@whodid/core'
import type { Caller } from './caller.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

function isOwn(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  const origin = request.headers.get('origin')
  // Browsers send Origin with every POST; a client that sends neither header is no browser and forges nobody's cookie.
  if (origin === null) return true
  const host = request.headers.get('host') ?? new URL(request.url).host
  return URL.canParse(origin) && new URL(origin).host === host
}

/**
 * Throws `forbidden` when another site makes a browser change something, or begin a file, with credentials that the browser sends by
 * itself. The rule is that of Go's `http.CrossOriginProtection`: https://words.filippo.io/csrf/
 */
export function refuseForgery(
  request: Request,
  asker: Caller,
  isTrusted: (request: Request) => boolean = () => false,
  isFile = false,
): void {
  if (!asker.ambient || isTrusted(request)) return
  // A file is an event in the name of whoever asks, so a link on another site must not begin one.
  const harmless = SAFE.has(request.method) && !(isFile && request.headers.get('sec-fetch-site') === 'cross-site')
  if (harmless || isOwn(request)) return
  throw new WhodidError(
    'forbidden',
    'This request comes from another site: send it from the page that the service is mounted in, or with a key.',
  )
}
