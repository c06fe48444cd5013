import { type FetchService, WhodidError } from '@whodid/core'
import { skipCapture } from '../adapter.ts'
import { type NodeRequest, toFetchRequest, writeFetchResponse } from './fetch.ts'

/** A request to the mount path of a service, as the framework passes it on. */
export interface MountedRequest extends NodeRequest {
  /** The framework's own request, which `authorize` receives. */
  readonly native: object
  /** The path of the mount: `/activity`. */
  readonly basePath: string
  /** The client's address, as the host trusts its proxies. */
  readonly ip?: string | undefined
}

/**
 * Creates the function that serves a service in a framework on Node's HTTP server. It resolves to false for paths that the
 * service does not have, so that the host can answer them. A body parser may have run before.
 *
 * Throws `invalid_input` for anything but a service or a promise of one.
 *
 * @example
 * const serve = createMount(service)
 * app.use('/activity', async (req, res, next) => {
 *   if (!(await serve({ native: req, req, res, basePath: '/activity' }))) next()
 * })
 */
export function createMount(
  service: FetchService | PromiseLike<FetchService>,
): (request: MountedRequest) => Promise<boolean> {
  if (!isService(service)) {
    throw new WhodidError(
      'invalid_input',
      '`mount()` must receive a service or a promise of one: pass `createService(…)`.',
    )
  }
  const mounted = Promise.resolve(service)
  // Each request reports the error.
  mounted.catch(() => undefined)
  return async (request) => {
    // `Request` does not allow this method.
    if (request.req.method === 'TRACE') return false
    const { native, basePath, ip } = request
    const response = await (await mounted).fetch(toFetchRequest(request), { basePath, native, ip })
    if (response === null) return false
    skipCapture(native)
    await writeFetchResponse(response, request.res)
    return true
  }
}

function isService(service: object | null): boolean {
  if (typeof service !== 'object' || service === null) return false
  return ('fetch' in service && typeof service.fetch === 'function') || 'then' in service
}
