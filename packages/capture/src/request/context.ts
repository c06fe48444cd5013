import { type Actor, ANONYMOUS, type Channel, EVENT_LIMITS, type EventContext } from '@whodid/core'
import type { Engine, Frame } from '../context/engine.ts'
import { type Attribution, truncate } from '../event/compose.ts'
import { toActor } from '../event/draft.ts'
import { guessPattern, isReadMethod } from '../infer/path.ts'
import type { CaptureOptions, HeaderBag, MaybePromise, RequestFacts, RequestOutcome } from './options.ts'
import type { RouteTable } from './routes.ts'

const NO_HEADERS: HeaderBag = {}
/** Ends a pattern that matches all paths below: `*`, `*path`, `{*path}`, `(.*)`. */
export const CATCH_ALL = /(?:\*\w*|\(\.\*\))\}?$/

// Shared by all copies of this module in the process: the ESM build and the CommonJS build may both be loaded.
const SKIPPED = Symbol.for('whodid.skipped')
const shared: { [SKIPPED]?: WeakSet<object>; readonly Object: object } = globalThis
shared[SKIPPED] ??= new WeakSet()
const skipped = shared[SKIPPED]

/** Excludes a request from inference: only `trail.record` creates events for it. Adapters call it for their mounts. */
export function skipCapture(native: object): void {
  skipped.add(native)
}

/** The reason why a request is not captured. If it is ignored on purpose, its annotations are too. */
export interface Refusal {
  readonly reason: string
  readonly onPurpose: boolean
}

/** The host's options for one request: its route, its actor, its tenant, and its origin. */
export class RequestContext<N extends object> {
  private readonly engine: Engine
  private readonly options: CaptureOptions<N>
  private readonly routes: RouteTable | undefined
  private readonly facts: RequestFacts<N>
  private readonly fallbackRequestId: string
  private readonly outer: Frame | undefined
  private origin: EventContext | undefined

  constructor(
    engine: Engine,
    options: CaptureOptions<N>,
    routes: RouteTable | undefined,
    facts: RequestFacts<N>,
    fallbackRequestId: string,
    outer: Frame | undefined,
  ) {
    this.engine = engine
    this.options = options
    this.routes = routes
    this.facts = facts
    this.fallbackRequestId = fallbackRequestId
    this.outer = outer
  }

  /** Returns the pattern of the route, and the action that `routes` or the framework's metadata gives it. */
  findRoute({ route, method = this.facts.method, action }: RequestOutcome): {
    readonly pattern: string
    readonly action: string | false | undefined
  } {
    const pattern = truncate(route ?? guessPattern(this.facts.path), EVENT_LIMITS.context)
    return { pattern, action: this.routes?.(method, pattern) ?? action }
  }

  /** Returns why the request is not captured; undefined when it is. */
  findRefusal(outcome: RequestOutcome, routeAction: string | false | undefined): Refusal | undefined {
    const { engine, facts } = this
    const { ignore, recordReads } = this.options
    const { native } = facts
    const { method = facts.method } = outcome
    if (skipped.has(native)) return { reason: 'it is skipped', onPurpose: true }
    if (routeAction === false) return { reason: 'its action is set to false', onPurpose: true }
    if (ignore !== undefined && callOption(engine, facts, 'ignore', () => ignore(native, outcome)) === true) {
      return { reason: '`ignore` returned true', onPurpose: true }
    }
    if (routeAction !== undefined) return undefined
    if (isReadMethod(method)) {
      const isRecorded =
        typeof recordReads === 'function'
          ? callOption(engine, facts, 'recordReads', () => recordReads(native))
          : recordReads
      if (isRecorded !== true || (method !== 'GET' && method !== 'HEAD')) {
        return { reason: `${method} is not recorded`, onPurpose: false }
      }
    }
    const { route = null } = outcome
    const isUnmatched = outcome.status === 404 && (route === null || CATCH_ALL.test(route))
    return isUnmatched ? { reason: 'no route matched', onPurpose: false } : undefined
  }

  /** Looks up the actor and the tenant. The outcome is null before the end of the request. */
  getAttribution(outcome: RequestOutcome | null, route: string | null): MaybePromise<Attribution> {
    if (this.outer === undefined) return this.readAttribution(outcome, route)
    const around = this.outer.getAttribution()
    const own = this.readAttribution(outcome, route)
    if (!(around instanceof Promise) && !(own instanceof Promise)) return this.joinAttributions(around, own)
    return Promise.all([around, own]).then((both) => this.joinAttributions(...both))
  }

  /** Joins the attribution of an inner call and of the request around it, which provides all that is missing. */
  private joinAttributions(around: Attribution, own: Attribution): Attribution {
    const { method, route } = own.context
    return {
      actor: own.actor === ANONYMOUS ? around.actor : own.actor,
      tenant: own.tenant ?? around.tenant,
      context: { ...around.context, method, route },
      causedBy: undefined,
      scope: around.scope,
    }
  }

  private readAttribution(outcome: RequestOutcome | null, route: string | null): MaybePromise<Attribution> {
    const { actor, tenant } = this.options
    const { engine, facts } = this
    const user =
      actor === undefined ? undefined : callAsyncOption(engine, facts, 'actor', () => actor(facts.native, outcome))
    const tenantId =
      tenant === undefined ? undefined : callAsyncOption(engine, facts, 'tenant', () => tenant(facts.native, outcome))
    const toAttribution = (
      resolvedUser: Awaited<typeof user>,
      resolvedTenant: Awaited<typeof tenantId>,
    ): Attribution => {
      const resolvedActor = resolvedUser === null || resolvedUser === undefined ? ANONYMOUS : toActor(resolvedUser)
      return {
        actor: resolvedActor,
        tenant: resolvedTenant ?? undefined,
        context: this.getOrigin(route, resolvedActor),
        causedBy: undefined,
        scope: undefined,
      }
    }
    if (!(user instanceof Promise) && !(tenantId instanceof Promise)) return toAttribution(user, tenantId)
    return Promise.all([user, tenantId]).then((both) => toAttribution(...both))
  }

  private getOrigin(route: string | null, actor: Actor): EventContext {
    const { channel } = this.options
    this.origin ??= this.readOrigin(route)
    const isProgram = actor.type === 'api_key' && channel === undefined
    if (this.origin.route === route && !isProgram) return this.origin
    return { ...this.origin, route, ...(isProgram && { channel: 'api' as const }) }
  }

  private readOrigin(route: string | null): EventContext {
    const { channel } = this.options
    const { native, headers = NO_HEADERS, method } = this.facts
    const ip = this.facts.ip?.()
    const chosen =
      typeof channel === 'function' ? callOption(this.engine, this.facts, 'channel', () => channel(native)) : channel
    return {
      channel: chosen ?? guessChannel(headers),
      ip: ip ? stripIpv6Mapping(ip).slice(0, 64) : null,
      userAgent: truncate(getHeader(headers, 'user-agent'), EVENT_LIMITS.context) ?? null,
      requestId: getRequestId(headers) ?? this.fallbackRequestId,
      traceId: parseTraceId(getHeader(headers, 'traceparent')),
      method,
      route: truncate(route, EVENT_LIMITS.context) ?? null,
    }
  }
}

/** Calls an option of the host. If it throws, warns and returns undefined. */
function callOption<T>(engine: Engine, facts: RequestFacts<object>, name: string, fn: () => T): T | undefined {
  try {
    return fn()
  } catch (error) {
    return warnOption(engine, facts, name, error)
  }
}

function callAsyncOption<T>(
  engine: Engine,
  facts: RequestFacts<object>,
  name: string,
  fn: () => MaybePromise<T>,
): MaybePromise<T | undefined> {
  const result = callOption(engine, facts, name, fn)
  if (!(result instanceof Promise)) return result
  return withTimeout(engine, result).catch((error: unknown) => warnOption(engine, facts, name, error))
}

/** Rejects when the host's lookup takes longer than a held response may wait. */
function withTimeout<T>({ clock, lookupTimeoutMs }: Engine, lookup: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onTimeout = () => reject(new Error(`It took longer than ${lookupTimeoutMs} ms.`))
    const cancel = clock.after(lookupTimeoutMs, onTimeout, true)
    lookup.then(resolve, reject).finally(cancel)
  })
}

function warnOption(engine: Engine, { method, path }: RequestFacts<object>, name: string, error: unknown): undefined {
  engine.warn(`\`${name}\` threw on ${method} ${path}, and the event is kept without it: ${String(error)}`)
}

function getHeader(headers: HeaderBag, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

/** Returns `ui` for browsers, which send Sec-Fetch-Site, an Origin, or cookies, and `api` for programs. */
function guessChannel(headers: HeaderBag): Channel {
  if (getHeader(headers, 'sec-fetch-site') !== undefined || getHeader(headers, 'origin') !== undefined) return 'ui'
  const hasKey = getHeader(headers, 'authorization') !== undefined || getHeader(headers, 'x-api-key') !== undefined
  return !hasKey && getHeader(headers, 'cookie') !== undefined ? 'ui' : 'api'
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

function getRequestId(headers: HeaderBag): string | undefined {
  const requestId = getHeader(headers, 'x-request-id')
  return requestId !== undefined && REQUEST_ID.test(requestId) ? requestId : undefined
}

/** Parses the trace id of a W3C `traceparent`. */
function parseTraceId(traceparent: string | undefined): string | null {
  if (traceparent === undefined) return null
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent)?.[1]
  return id === undefined || /^0+$/.test(id) ? null : id
}

/** Converts `::ffff:192.0.2.1`, an IPv4 address on an IPv6 socket, to `192.0.2.1`. */
function stripIpv6Mapping(ip: string): string {
  return ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip
}
