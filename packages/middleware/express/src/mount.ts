import { createMount } from '@whodid/capture/node'
import type { FetchService } from '@whodid/core'
import type { RequestHandler } from 'express'

/**
 * Serves the service, or a promise of it, under a path: `app.use('/activity', mount(service))`. Other paths go on to the
 * host. A body parser may run before it.
 */
export function mount(service: FetchService | PromiseLike<FetchService>): RequestHandler {
  const serve = createMount(service)
  return (req, res, next) => {
    const { originalUrl: url, protocol, body, baseUrl: basePath, ip } = req
    serve({ native: req, req, res, url, protocol, body, basePath, ip }).then((isServed) => isServed || next(), next)
  }
}
