import { skipCapture, toFetchRequest, writeFetchResponse } from '@whodid/capture'
import { type FetchService, WhodidError } from '@whodid/core'
import type { RequestHandler } from 'express'

/**
 * Serves the service under a path: `app.use('/activity', mount(service))`. Other paths go on to the host. A body parser may
 * run before it.
 */
export function mount(service: FetchService): RequestHandler {
  if (typeof service?.fetch !== 'function') {
    throw new WhodidError('invalid_input', '`mount()` must receive a service: pass `await createService(…)`.')
  }
  return (req, res, next) => {
    // `Request` does not allow this method.
    if (req.method === 'TRACE') return next()
    const request = toFetchRequest({ req, res, url: req.originalUrl, protocol: req.protocol, body: req.body })
    service
      .fetch(request, { basePath: req.baseUrl, native: req, ip: req.ip })
      .then((response) => {
        if (response === null) return next()
        skipCapture(req)
        return writeFetchResponse(response, res)
      })
      .catch(next)
  }
}
