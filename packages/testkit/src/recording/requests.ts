import type { RequestCapture, Trail } from '@whodid/capture'
import type { CatalogData, MetadataSchemas } from '@whodid/core'

/** A trail, and the requests that its adapters have begun and not ended. */
export interface TrackedTrail<D extends CatalogData, M extends MetadataSchemas<D>> {
  readonly trail: Trail<D, M>
  readonly requests: Set<object>
}

/**
 * Tracks the requests of a trail. A client can receive a response before the adapter ends the request, and `flush` knows
 * only of ended requests. Calls `onEnd` after each request.
 */
export function trackRequests<D extends CatalogData, M extends MetadataSchemas<D>>(
  trail: Trail<D, M>,
  onEnd: () => void,
): TrackedTrail<D, M> {
  const requests = new Set<object>()
  return {
    requests,
    trail: {
      ...trail,
      capture(options) {
        const capture = trail.capture(options)
        return {
          ...capture,
          begin(facts) {
            const call = capture.begin(facts)
            const tracked: RequestCapture = {
              run: (fn) => call.run(fn),
              hold: (outcome) => call.hold(outcome),
              end(outcome) {
                const delivered = call.end(outcome)
                requests.delete(tracked)
                onEnd()
                return delivered
              },
            }
            requests.add(tracked)
            return tracked
          },
        }
      },
    },
  }
}
