import type { CaptureOptions, Trail } from '@whodid/capture/adapter'
import { captureRequest } from '@whodid/capture/node'
import type { ActionName, CatalogData, MetadataSchemas } from '@whodid/core'
import type { Request, RequestHandler, Response } from 'express'
import { getRoute, listRoutes } from './routes.ts'

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
  const capture = trail.capture<Request>(options)
  return (req, res, next) => {
    const getJson = observeJson(res)
    const call = captureRequest(capture, {
      native: req,
      req,
      res,
      ip: () => req.ip,
      listRoutes: () => listRoutes(req.app),
      getOutcome: () => ({
        route: getRoute(req),
        requestBody: () => req.body,
        responseBody: getJson,
      }),
    })
    call.run(next)
  }
}

/** Observes the value of `res.json`, by reference. Returns a function that returns it. */
function observeJson(res: Response): () => unknown {
  const { json } = res
  let value: unknown
  res.json = function (this: Response, body) {
    const earlier = value
    value ??= body
    try {
      return json.call(this, body)
    } catch (error) {
      // It is not sent, and may contain secrets.
      value = earlier
      throw error
    }
  }
  return () => value
}
