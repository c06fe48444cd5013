import type { Engine, Frame } from '../context/engine.ts'
import type { Capture, CaptureOptions, RequestCapture } from './options.ts'
import { type CaptureParts, RequestFrame } from './request.ts'
import type { RouteReports } from './route-reporter.ts'
import { compileRoutes } from './routes.ts'

// For an adapter in front of an app and of a router in it: the first one captures the request.
const NESTED_CAPTURE: RequestCapture = { run: (fn) => fn(), hold: () => undefined, end: () => Promise.resolve() }

/** Creates the capture of an adapter, for the requests of one app. */
export function createCapture<N extends object>(
  { engine, routeReports }: { readonly engine: Engine; readonly routeReports: RouteReports },
  options: CaptureOptions<N>,
): Capture<N> {
  const routes = compileRoutes(options.routes ?? {})
  const parts: CaptureParts<N> = { engine, options, routes, routeReporter: routeReports.createReporter(routes) }
  return {
    hasFailClosed: engine.failClosedCategories.size > 0,
    begin(facts) {
      const current = engine.frames.getStore()
      if (facts.inner === true) {
        const outer = findRequest(current)
        outer?.addInner()
        return new RequestFrame(parts, facts, outer)
      }
      return current instanceof RequestFrame && current.isOf(facts.native)
        ? NESTED_CAPTURE
        : new RequestFrame(parts, facts, undefined)
    },
  }
}

/** Finds the request around a frame, also through jobs. */
function findRequest(frame: Frame | undefined): RequestFrame<object> | undefined {
  for (let current = frame; current !== undefined; current = current.outer)
    if (current instanceof RequestFrame) return current
  return undefined
}
