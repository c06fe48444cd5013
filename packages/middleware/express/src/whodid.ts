import { type CaptureOptions, createCapture, type RequestOutcome, type Trail } from '@whodid/capture'
import type { ActionName, CatalogData, MetadataSchemas } from '@whodid/core'
import type { Request, RequestHandler, Response } from 'express'
import { bindEvents, holdHead, observeBody } from './response.ts'
import { getRoute } from './routes.ts'

/** Options for `whodid`. */
export type ExpressOptions<D extends CatalogData = CatalogData> = CaptureOptions<Request, ActionName<D>>

/**
 * Creates the middleware that records what users do. Add it before the routes.
 *
 * @example
 * app.use(whodid(trail, { actor: (req) => req.user, tenant: (req) => req.user?.orgId }))
 */
export function whodid<D extends CatalogData, M extends MetadataSchemas<D>>(
  trail: Trail<D, M>,
  options: ExpressOptions<D> = {},
): RequestHandler {
  const capture = createCapture<Request, ActionName<D>>({ ...options, trail })
  return (req, res, next) => {
    const { method, originalUrl: url } = req
    const query = url.indexOf('?')
    const path = query === -1 ? url : url.slice(0, query)
    // Makes Node cache the client's address, which is unavailable after the connection closes.
    void req.socket.remoteAddress
    const request = capture.begin({ native: req, method, path, headers: req.headers, ip: () => req.ip })
    // Ends with the app's response, because the connection may close much later: responses are sent in order.
    const getBody = observeBody(req, res, () => request.end(() => getOutcome(res.statusCode, false)))
    const getOutcome = (status: number, aborted: boolean): RequestOutcome => ({
      status,
      aborted,
      route: getRoute(req, path),
      requestBody: req.body,
      responseBody: getBody(),
      location: getLocation(res),
    })
    if (capture.hasFailClosed) holdHead(res, (status) => request.hold(() => getOutcome(status, false)))
    res.once('close', () => request.end(() => getOutcome(res.statusCode, !res.writableEnded)))
    bindEvents(req, (fn) => request.run(fn))
    request.run(next)
  }
}

function getLocation(res: Response): string | undefined {
  const location = res.getHeader('location')
  return typeof location === 'string' ? location : undefined
}
