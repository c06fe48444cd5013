import { type AppRoute, EVENT_LIMITS, type EventWriter } from '@whodid/core'
import type { Clock } from '../delivery/clock.ts'
import type { Inferrer } from '../infer/infer.ts'
import { guessPattern, isReadMethod } from '../infer/path.ts'
import { CATCH_ALL } from './context.ts'
import type { ListedRoute, RequestFacts, RequestOutcome } from './options.ts'
import type { RouteTable } from './routes.ts'

const MAX_ROUTES = 10_000
const MAX_ROUTES_PER_CALL = 1_000
const MIN_INTERVAL_MS = 60_000

/** Tells the service the routes of the app that change something, each once. */
export interface RouteReporter {
  /** Routes that the service has, and that need not be observed again: `POST /projects/:id`. */
  readonly reported: ReadonlySet<string>
  /** Learns all routes of the app at its first request, or else the route of each request. */
  observe(facts: RequestFacts<object>, outcome: RequestOutcome): void
}

/** The reports of one trail to its service. */
export interface RouteReports {
  createReporter(routes: RouteTable | undefined): RouteReporter
  /** Sends what is not sent yet. Never rejects. */
  flush(): Promise<void> | undefined
}

/** Creates the reports of a trail. Only requests send them, at most one a minute, so that no timer is needed. */
export function createRouteReports(
  to: EventWriter,
  inferrer: Inferrer,
  clock: Clock,
  runOutside: <T>(fn: () => T) => T,
): RouteReports {
  const known = new Set<string>()
  const reported = new Set<string>()
  let pending: AppRoute[] = []
  let sending: Promise<void> | undefined
  let nextAt = 0

  function learn({ method, path }: ListedRoute, routes: RouteTable | undefined): void {
    const key = `${method} ${path}`
    if (known.has(key) || known.size >= MAX_ROUTES || path.length > EVENT_LIMITS.context) return
    if (method === '*' && CATCH_ALL.test(path)) return
    known.add(key)
    pending.push({ method, path, action: findAction(method, path, routes) })
  }

  function findAction(method: string, path: string, routes: RouteTable | undefined): string | null {
    const given = routes?.(method, path)
    if (given === false) return null
    const exchange = {
      method: method === '*' ? 'POST' : method,
      path,
      route: path,
      status: 200,
      failed: false,
      requestBody: undefined,
      responseBody: undefined,
      location: undefined,
    }
    return inferrer.inferActions(exchange, given)[0]?.action ?? null
  }

  async function send(): Promise<void> {
    while (pending.length > 0) {
      const batch = pending.slice(0, MAX_ROUTES_PER_CALL)
      await to.reportRoutes?.(batch)
      pending = pending.slice(batch.length)
      for (const { method, path } of batch) reported.add(`${method} ${path}`)
    }
  }

  function start(): Promise<void> {
    nextAt = clock.now() + MIN_INTERVAL_MS
    // Routes that could not be sent are sent with the next ones.
    sending ??= runOutside(send)
      .catch(() => undefined)
      .finally(() => {
        sending = undefined
      })
    return sending
  }

  return {
    createReporter(routes) {
      let isListed = false
      return {
        reported,
        observe({ method, listRoutes }, { route, status }) {
          if (!isListed && listRoutes !== undefined) {
            isListed = true
            for (const listed of listRoutes()) if (!isReadMethod(listed.method)) learn(listed, routes)
          }
          if (typeof route === 'string' && status !== 404 && !isReadMethod(method) && !hasValues(route))
            learn({ method, path: route }, routes)
          if (pending.length > 0 && clock.now() >= nextAt) void start()
        },
      }
    },
    flush: () => (pending.length === 0 ? sending : start()),
  }
}

/** Checks if a route contains values of its path, because its router does not tell the pattern. */
function hasValues(route: string): boolean {
  const words = route.split('/').filter((segment) => !/[:*()]/.test(segment))
  return guessPattern(words.join('/')).includes(':')
}
