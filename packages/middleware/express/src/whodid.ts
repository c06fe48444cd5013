import { type CaptureOptions, createCapture, type RequestOutcome, type Trail } from '@whodid/capture'
import type { ActionName, CatalogData, MetadataSchemas } from '@whodid/core'
import type { Request, RequestHandler, Response } from 'express'
import { bindEvents } from './bind-events.ts'
import { holdHead } from './hold-head.ts'
import { observeBody } from './observe-body.ts'
import { routeOf } from './routes.ts'

/** How an Express app's requests become events. */
export type ExpressOptions<D extends CatalogData = CatalogData> = CaptureOptions<Request, ActionName<D>>

/**
 * Records what the app's users do: put it before the routes.
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
    // Node remembers the address of a connection that it was asked for once; of a closed one it does not know it any more.
    void req.socket.remoteAddress
    const finish = capture.begin({ native: req, method, path, headers: req.headers, ip: () => req.ip })
    // At the end that the app gives it, not when the connection lets go: behind another answer, that can be much later.
    const bodyOf = observeBody(req, res, () => finish(() => outcome(res.statusCode, false)))
    const outcome = (status: number, aborted: boolean): RequestOutcome => ({
      status,
      aborted,
      route: routeOf(req, path),
      requestBody: req.body,
      responseBody: bodyOf(),
      location: locationOf(res),
    })
    if (capture.mayHold) holdHead(res, (status) => finish.hold(outcome(status, false)))
    res.once('close', () => finish(() => outcome(res.statusCode, !res.writableEnded)))
    bindEvents(req, finish.run)
    finish.run(next)
  }
}

function locationOf(res: Response): string | undefined {
  const location = res.getHeader('location')
  return typeof location === 'string' ? location : undefined
}
