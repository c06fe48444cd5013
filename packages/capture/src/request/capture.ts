import { ANONYMOUS, newId } from '@whodid/core'
import { defer, type Engine, emit, type Frame, getAckMode, type Recorded, track } from '../context/engine.ts'
import { getEngine } from '../context/engines.ts'
import { recordNow } from '../context/frames.ts'
import type { Attribution } from '../event/compose.ts'
import {
  type ActionDraft,
  type Draft,
  DraftGroups,
  getAction,
  hasResource,
  isSameAction,
  mergeDrafts,
  type ResolvedDraft,
  toActor,
} from '../event/draft.ts'
import { getPossibleActions, limitEvents, resolveEvents } from '../event/resolve.ts'
import type { InferResult } from '../infer/infer.ts'
import { isReadMethod } from '../infer/path.ts'
import { RequestContext } from './context.ts'
import { getFailure } from './failure.ts'
import type {
  Capture,
  CaptureOptions,
  CreateCaptureOptions,
  RequestCapture,
  RequestFacts,
  RequestOutcome,
} from './options.ts'
import { formatPlan, type Plan } from './plan.ts'
import { compileRoutes, type RouteTable } from './routes.ts'

/** Facts that the requests of one capture share. */
interface CaptureParts<N extends object> {
  readonly engine: Engine
  readonly options: CaptureOptions<N>
  readonly routes: RouteTable | undefined
}

const NONE: readonly never[] = []

// For an adapter in front of an app and of a router in it: the first one captures the request.
const NESTED_CAPTURE: RequestCapture = { run: (fn) => fn(), hold: () => undefined, end: () => undefined }

/**
 * Creates the capture of an adapter: call `begin` when a request arrives, and `end` when its response has ended.
 *
 * @example
 * const capture = createCapture<IncomingMessage>({ trail, actor: (req) => getSession(req)?.user })
 * const server = createServer((req, res) => {
 *   const request = capture.begin({ native: req, method: req.method ?? 'GET', path: getPath(req), headers: req.headers })
 *   res.once('close', () => request.end({ status: res.statusCode, route: getRoute(req), aborted: !res.writableFinished }))
 *   request.run(() => handle(req, res))
 * })
 */
export function createCapture<N extends object, A extends string = string>(
  options: CreateCaptureOptions<N, A>,
): Capture<N> {
  const engine = getEngine(options.trail)
  const parts = { engine, options, routes: compileRoutes(options.routes ?? {}) }
  return {
    hasFailClosed: engine.failClosedCategories.size > 0,
    begin(facts) {
      const outer = engine.frames.getStore()
      return outer instanceof RequestFrame && outer.isOf(facts.native) ? NESTED_CAPTURE : new RequestFrame(parts, facts)
    },
  }
}

/** One request: what is recorded and annotated waits for its end. A class, because closures per request are slower. */
class RequestFrame<N extends object> implements Frame, RequestCapture {
  private readonly parts: CaptureParts<N>
  private readonly facts: RequestFacts<N>
  private readonly startedAt: number
  private records: ResolvedDraft[] | undefined
  private emittedRecords: ResolvedDraft[] | undefined
  private annotations: Draft[] | undefined
  private annotationGroups: DraftGroups | undefined
  private acknowledgments: Promise<void>[] | undefined
  private context: RequestContext<N> | undefined
  private ownId: string | undefined
  private isOwnIdTaken = false
  private isEnding = false
  private isEnded = false

  constructor(parts: CaptureParts<N>, facts: RequestFacts<N>) {
    this.parts = parts
    this.facts = facts
    this.startedAt = parts.engine.clock.now()
  }

  isOf(native: object): boolean {
    return this.facts.native === native
  }

  run<T>(fn: () => T): T {
    return this.parts.engine.frames.run(this, fn)
  }

  record(draft: ActionDraft): Recorded {
    const { engine } = this.parts
    const isHeld = !this.isEnded && getAckMode(engine.catalog.json, draft.action) === 'buffered'
    const id = draft.id ?? (draft.actor?.type === 'system' ? newId(engine.clock.now()) : this.takeId())
    if (isHeld) {
      this.records ??= []
      this.records.push({ ...draft, id })
      return { id, settled: undefined }
    }
    const facets = this.annotationGroups?.get(draft).filter((other) => isSameAction(other, draft)) ?? NONE
    const record = facets.reduceRight<ResolvedDraft>((merged, facet) => mergeDrafts(facet, merged), { ...draft, id })
    this.emittedRecords ??= []
    this.emittedRecords.push(record)
    const recorded = recordNow(engine, record, this.getContext().getAttribution(null, null))
    if (recorded.settled !== undefined && engine.failClosedCategories.size > 0) {
      recorded.settled.catch(() => undefined)
      this.acknowledgments ??= []
      this.acknowledgments.push(recorded.settled)
    }
    return recorded
  }

  annotate(draft: Draft): void {
    if (!this.isEnded) {
      this.annotations ??= []
      this.annotations.push(draft)
      if (!hasResource(draft)) return
      this.annotationGroups ??= new DraftGroups()
      this.annotationGroups.add(draft)
      return
    }
    const { engine } = this.parts
    const action = getAction(draft)
    if (hasResource(draft) && action !== undefined) {
      const causedBy = draft.causedBy ?? this.ownId
      recordNow(engine, { ...draft, action, causedBy }, this.getContext().getAttribution(null, null))
      return
    }
    const { method, path } = this.facts
    engine.warn(
      `annotate() was called after ${method} ${path} had ended, so it is ignored: call it before the response ends.`,
    )
  }

  getAttribution(): Attribution | Promise<Attribution> {
    const causedBy = isReadMethod(this.facts.method) ? undefined : this.getOwnId()
    const attribution = this.getContext().getAttribution(null, null)
    return attribution instanceof Promise
      ? attribution.then((resolved) => ({ ...resolved, causedBy }))
      : { ...attribution, causedBy }
  }

  hold(outcome: RequestOutcome | (() => RequestOutcome)): Promise<void> | undefined {
    if (this.parts.engine.failClosedCategories.size === 0 || this.isEnding || this.isEnded) return undefined
    return this.guard(() => {
      const waits = [...(this.acknowledgments ?? NONE), ...this.commitFailClosed(outcome)]
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined)
    })
  }

  end(outcome: RequestOutcome | (() => RequestOutcome)): void {
    if (this.isEnding) return
    this.isEnding = true
    const { engine } = this.parts
    if (this.isEnded) return
    if (engine.debug === undefined && this.isIdle()) {
      this.isEnded = true
      return
    }
    defer(engine, () =>
      this.guard(() => {
        const result = typeof outcome === 'function' ? outcome() : outcome
        this.commit(this.plan(result), result)
      }),
    )
  }

  /** Recording must never break the host's request. */
  private guard<T>(step: () => T): T | undefined {
    try {
      return step()
    } catch (error) {
      const { method, path } = this.facts
      this.parts.engine.warn(`${method} ${path} could not be recorded, which is a bug in whodid: ${String(error)}`)
      return undefined
    }
  }

  /** Checks if the request cannot become an event, like nearly every GET. */
  private isIdle(): boolean {
    const { recordReads, routes } = this.parts.options
    return (
      isReadMethod(this.facts.method) &&
      this.records === undefined &&
      this.annotations === undefined &&
      recordReads === undefined &&
      routes === undefined
    )
  }

  /** Commits the request before its end if one of its actions has `onFailure: 'closed'`. */
  private commitFailClosed(outcome: RequestOutcome | (() => RequestOutcome)): readonly Promise<void>[] {
    if (this.isIdle()) return NONE
    const result = typeof outcome === 'function' ? outcome() : outcome
    if (!this.canFailClosed(result)) return NONE
    const plan = this.plan(result)
    return plan.events.some(({ action }) => this.isFailClosed(action)) ? this.commit(plan, result) : NONE
  }

  private isFailClosed(action: string): boolean {
    return getAckMode(this.parts.engine.catalog.json, action) === 'closed'
  }

  /** Checks the possible actions of the request, without planning its events. */
  private canFailClosed(outcome: RequestOutcome): boolean {
    const { engine } = this.parts
    const routeAction = this.getContext().findRoute(outcome).action
    const inferred = routeAction === false ? NONE : engine.inferrer.inferActions(this.toExchange(outcome), routeAction)
    const annotated = getPossibleActions(this.annotations ?? NONE, inferred, engine.failClosedCategories)
    return (
      this.records?.some(({ action }) => this.isFailClosed(action)) === true ||
      inferred.some(({ action }) => this.isFailClosed(action)) ||
      annotated.some((action) => this.isFailClosed(action))
    )
  }

  private getOwnId(): string {
    this.ownId ??= newId(this.startedAt)
    return this.ownId
  }

  private takeId(): string {
    if (this.isOwnIdTaken) return newId(this.parts.engine.clock.now())
    this.isOwnIdTaken = true
    return this.getOwnId()
  }

  private getContext(): RequestContext<N> {
    const { engine, options, routes } = this.parts
    this.context ??= new RequestContext(engine, options, routes, this.facts, this.getOwnId())
    return this.context
  }

  private toExchange({ status, aborted, error, route, requestBody, responseBody, location }: RequestOutcome) {
    const { method, path } = this.facts
    const failed = status >= 400 || aborted === true || error !== undefined
    return { method, path, route: route ?? null, status, failed, requestBody, responseBody, location }
  }

  private plan(outcome: RequestOutcome): Plan {
    const { engine } = this.parts
    const exchange = this.toExchange(outcome)
    const route = this.getContext().findRoute(outcome)
    const refusal = this.getContext().findRefusal(outcome, route.action)
    const result: InferResult =
      refusal === undefined ? engine.inferrer.infer(exchange, route.action || undefined) : { reason: refusal.reason }
    const inferences = 'inferences' in result ? result.inferences : NONE
    let isTaken = this.isOwnIdTaken
    const nextId = () => {
      if (isTaken) return newId(engine.clock.now())
      isTaken = true
      return this.getOwnId()
    }
    const drafts = resolveEvents(
      {
        records: this.records ?? NONE,
        emittedRecords: this.emittedRecords ?? NONE,
        annotations: refusal?.onPurpose === true ? NONE : (this.annotations ?? NONE),
        inferences,
        failure: exchange.failed ? getFailure(outcome) : undefined,
      },
      { catalog: engine.catalog, secretNames: engine.secretNames, nextId },
    )
    return {
      ...limitEvents(drafts, nextId),
      inference: inferences[0],
      route: route.pattern,
      reason: 'reason' in result ? result.reason : route.action === undefined ? 'inferred from' : 'set by `routes` for',
    }
  }

  /** Emits the events. The promises are those of acknowledged events. */
  private commit(plan: Plan, outcome: RequestOutcome): readonly Promise<void>[] {
    const { engine } = this.parts
    const { method, path } = this.facts
    this.isEnded = true
    this.isOwnIdTaken = true
    engine.debug?.(formatPlan(plan, outcome, this.facts, this.annotations?.length ?? 0))
    if (plan.events.length === 0) return NONE
    if (plan.summarized > 0)
      engine.warn(`${method} ${path} has more events than one request may have: ${plan.summarized} are summarized.`)
    const attribution = this.getContext().getAttribution(outcome, plan.route)
    if (!(attribution instanceof Promise)) return this.emitAll(plan, attribution)
    const emitted = attribution.then(async (resolved) => {
      await Promise.all(this.emitAll(plan, resolved))
    })
    return [track(engine, emitted)]
  }

  private emitAll({ events, inference }: Plan, attribution: Attribution): readonly Promise<void>[] {
    const { engine } = this.parts
    const person = inference?.person
    const isActorKnown = attribution.actor !== ANONYMOUS || person === undefined
    const resolved = isActorKnown ? attribution : { ...attribution, actor: toActor(person) }
    const { actor } = resolved
    const settled: Promise<void>[] = []
    for (const draft of events) {
      const isSelf = inference?.isSelf === true && draft.type === inference.type && (draft.resourceId ?? null) === null
      const event =
        isSelf && actor !== ANONYMOUS ? { ...draft, resourceId: actor.id, name: draft.name ?? actor.name } : draft
      const promise = emit(engine, event, resolved)
      if (promise === undefined) continue
      promise.catch(() => undefined)
      settled.push(promise)
    }
    return settled
  }
}
