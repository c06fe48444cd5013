import { type AppRoute, EVENT_LIMITS, type EventStore, type RoutesStored } from '@whodid/core'
import { z } from 'zod'
import { toWhodidError } from './errors.ts'
import { storableText } from './schemas.ts'

/** Maximum bytes of a path in UTF-8. A store has paths in its primary key, and databases limit the size of a key. */
const MAX_PATH_BYTES = EVENT_LIMITS.context

const encoder = new TextEncoder()

/** Cuts text to a number of bytes in UTF-8, after a whole character. */
function cutToBytes(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(maxBytes)).read)
}

/** The schema of the app's routes. It cuts paths and actions to their limits. */
export const appRoutesSchema = z.array(
  z.strictObject({
    method: z
      .string()
      .max(EVENT_LIMITS.identifier)
      .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be an HTTP method, or * for every method')
      .transform((method) => method.toUpperCase())
      .describe('The HTTP method, or * for every method.'),
    path: storableText
      .transform((path) => cutToBytes(path, MAX_PATH_BYTES))
      .describe('The full path pattern, such as /api/projects/:id.'),
    action: storableText
      .transform((action) => cutToBytes(action, EVENT_LIMITS.action))
      .nullable()
      .describe('The action of its events. Null when its requests are not recorded.'),
  }),
)

/** Options for `createRouteReporter`. */
interface RouteReporterOptions {
  readonly store: Pick<EventStore, 'routes'>
  readonly now: () => number
  readonly onWarning: (message: string) => void
}

/** Stores the routes of the app, parsed already. */
export type ReportRoutes = (routes: readonly AppRoute[]) => Promise<RoutesStored>

/** Creates the function that stores the app's routes. Of routes with the same method and path, it stores the last. */
export function createRouteReporter({ store, now, onWarning }: RouteReporterOptions): ReportRoutes {
  return async (routes) => {
    const unique = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]))
    const result = await store.routes.put([...unique.values()], new Date(now()).toISOString())
    if (result.ignored > 0) {
      onWarning(
        `Ignored ${result.ignored} new routes of the app, because the store is full. Report patterns such as /projects/:id, not paths with ids.`,
      )
    }
    return result
  }
}

/** Parses the routes that the host app reports. Throws `invalid_input` for an invalid one. */
export function parseAppRoutes(routes: readonly AppRoute[]): readonly AppRoute[] {
  const { data, error } = appRoutesSchema.safeParse(routes)
  if (error) throw toWhodidError(error)
  return data
}
