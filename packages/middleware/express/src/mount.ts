import { requestOf, sendResponse, skipCapture } from '@whodid/capture'
import { type FetchService, WhodidError } from '@whodid/core'
import type { RequestHandler } from 'express'

/**
 * Serves the service under a path: `app.use('/activity', mount(service))`. Paths that are not the service's own go on to the
 * host. It does not matter whether a body parser ran before.
 */
export function mount(service: FetchService): RequestHandler {
  if (typeof service?.fetch !== 'function') {
    throw new WhodidError('invalid_input', 'mount() got no service: await createService(…) and mount what it gives.')
  }
  return (req, res, next) => {
    // A Fetch request cannot have this method.
    if (req.method === 'TRACE') return next()
    const request = requestOf({ req, res, url: req.originalUrl, protocol: req.protocol, body: req.body })
    service
      .fetch(request, { basePath: req.baseUrl, native: req, ip: req.ip })
      .then((response) => {
        if (response === null) return next()
        skipCapture(req)
        return sendResponse(response, res)
      })
      .catch(next)
  }
}
