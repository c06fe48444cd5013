import { newId } from '@whodid/core'
import { type Engine, type Frame, type Recorded, track } from '../context/engine.ts'
import { recordNow } from '../context/frames.ts'
import { type Attribution, getAckMode } from '../event/compose.ts'
import {
  type ActionDraft,
  type Draft,
  DraftGroups,
  getAction,
  hasResource,
  isSameAction,
  mergeDrafts,
  type ResolvedDraft,
} from '../event/draft.ts'
import { isReadMethod } from '../infer/path.ts'
import { RequestContext } from './context.ts'
import type {
  Capture,
  CaptureOptions,
  EndOptions,
  MaybePromise,
  Outcome,
  RequestCapture,
  RequestFacts,
  RequestOutcome,
} from './options.ts'
import {
  canFailClosed,
  createPlan,
  emitPlan,
  formatPlan,
  type Plan,
  type PlanInput,
  readBody,
  resolveOutcome,
  toRequestOutcome,
} from './plan.ts'
import type { RouteReporter, RouteReports } from './route-reporter.ts'
import { compileRoutes, type RouteTable } from './routes.ts'

/** Facts that the requests of one capture share. */
interface CaptureParts<N extends object> {
  readonly engine: Engine
  readonly options: CaptureOptions<N>
  readonly routes: RouteTable | undefined
  readonly routeReporter: RouteReporter
}

const NONE: readonly never[] = []
const NOTHING_TO_DELIVER = Promise.resolve()

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
  private hasInner = false
  private hasEvents = false
  private isEnding = false
  private isEnded = false
  private isFlushed = false
  private delivered: Promise<void> = NOTHING_TO_DELIVER
  private holding: Promise<void> | undefined
  readonly outer: RequestFrame<object> | undefined

  constructor(parts: CaptureParts<N>, facts: RequestFacts<N>, outer: RequestFrame<object> | undefined) {
    this.parts = parts
    this.facts = facts
    this.outer = outer
    this.startedAt = parts.engine.clock.now()
  }

  isOf(native: object): boolean {
    return this.facts.native === native
  }

  /** Stops inference for this request, because its inner calls are captured one by one. */
  addInner(): void {
    this.hasInner = true
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
    this.hasEvents = true
    const recorded = recordNow(engine, record, this.getContext().getAttribution(null, null))
    if (recorded.settled !== undefined && this.isFailClosed(draft.action)) {
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

  hold(outcome: Outcome | (() => Outcome)): Promise<void> | undefined {
    if (this.parts.engine.failClosedCategories.size === 0 || this.isEnding || this.isEnded) return undefined
    return this.guard(() => {
      const commits = this.isIdle() ? NONE : this.commitFailClosed(typeof outcome === 'function' ? outcome() : outcome)
      const recorded = this.acknowledgments ?? NONE
      if (commits instanceof Promise) {
        this.holding = commits.then(
          () => undefined,
          () => undefined,
        )
        return commits.then((committed) => waitForAll([...recorded, ...committed]))
      }
      return recorded.length + commits.length === 0 ? undefined : waitForAll([...recorded, ...commits])
    })
  }

  end(outcome: Outcome | (() => Outcome), { flush = false }: EndOptions = {}): Promise<void> {
    if (this.isEnding) return this.delivered
    this.isEnding = true
    this.isFlushed = flush
    this.delivered = this.holding === undefined ? this.endNow(outcome) : this.holding.then(() => this.endNow(outcome))
    return this.delivered
  }

  private endNow(outcome: Outcome | (() => Outcome)): Promise<void> {
    const { engine } = this.parts
    if (this.isEnded || (engine.debug === undefined && this.isIdle())) {
      this.isEnded = true
      return this.whenDelivered() ?? NOTHING_TO_DELIVER
    }
    // Nothing that waits for the delivery may hold the request, which would stay in memory until then.
    return new Promise((resolve) =>
      engine.deferral.add(
        () => resolve(this.guard(() => this.finish(typeof outcome === 'function' ? outcome() : outcome))),
        this.isFlushed,
      ),
    )
  }

  private finish(outcome: Outcome): Promise<void> | undefined {
    const result = resolveOutcome(outcome)
    if (!(result instanceof Promise)) return this.finishResolved(result)
    const finished = track(
      this.parts.engine,
      result.then((resolved) => this.finishResolved(resolved)),
    )
    return finished.catch((error: unknown) => this.warnBug(error))
  }

  private finishResolved(outcome: RequestOutcome): Promise<void> | undefined {
    const committed = this.isEnded ? NONE : this.commit(this.plan(outcome), outcome)
    this.reportRoute(outcome)
    if (!(committed instanceof Promise)) return this.whenDelivered()
    return committed.then(() => this.whenDelivered()).catch((error: unknown) => this.warnBug(error))
  }

  private reportRoute(outcome: RequestOutcome): void {
    const { routeReporter } = this.parts
    if (this.hasInner || routeReporter.reported.has(`${this.facts.method} ${outcome.route ?? ''}`)) return
    this.guard(() => routeReporter.observe(this.facts, outcome))
  }

  private whenDelivered(): Promise<void> | undefined {
    const { delivery } = this.parts.engine
    return this.hasEvents ? (this.isFlushed ? delivery.flush() : delivery.whenDelivered()) : undefined
  }

  /** Recording must never break the host's request. */
  private guard<T>(step: () => T): T | undefined {
    try {
      return step()
    } catch (error) {
      this.warnBug(error)
      return undefined
    }
  }

  private warnBug(error: unknown): void {
    const { method, path } = this.facts
    this.parts.engine.warn(`${method} ${path} could not be recorded, which is a bug in whodid: ${String(error)}`)
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

  /**
   * Commits the request before its end if one of its actions has `onFailure: 'closed'`. Returns the acknowledgments to wait
   * for.
   */
  private commitFailClosed(outcome: Outcome): MaybePromise<readonly Promise<void>[]> {
    const requestBody = readBody(outcome.requestBody)
    if (requestBody instanceof Promise) {
      return requestBody.then(
        (body) => this.guard(() => this.commitFailClosed({ ...outcome, requestBody: () => body })) ?? NONE,
      )
    }
    const input = this.toPlanInput(toRequestOutcome(outcome, requestBody, undefined))
    if (!canFailClosed(input, this.getContext(), this.parts.engine)) return NONE
    const result = resolveOutcome(outcome)
    return result instanceof Promise ? result.then((resolved) => this.tryToCommit(resolved)) : this.tryToCommit(result)
  }

  /** Commits the request if its events have an action with `onFailure: 'closed'`. An error counts as not acknowledged. */
  private tryToCommit(outcome: RequestOutcome): MaybePromise<readonly Promise<void>[]> {
    try {
      const plan = this.plan(outcome)
      if (this.isEnded || !plan.events.some(({ action }) => this.isFailClosed(action))) return NONE
      this.reportRoute(outcome)
      return this.commit(plan, outcome)
    } catch (error) {
      this.warnBug(error)
      return [Promise.reject(error)]
    }
  }

  private isFailClosed(action: string): boolean {
    return getAckMode(this.parts.engine.catalog.json, action) === 'closed'
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
    this.context ??= new RequestContext(engine, options, routes, this.facts, this.getOwnId(), this.outer)
    return this.context
  }

  private plan(outcome: RequestOutcome): Plan {
    return createPlan(this.toPlanInput(outcome), this.getContext(), this.parts.engine)
  }

  private toPlanInput(outcome: RequestOutcome): PlanInput {
    const { records, emittedRecords, annotations, hasInner, facts } = this
    let isTaken = this.isOwnIdTaken
    const nextId = () => {
      if (isTaken) return newId(this.parts.engine.clock.now())
      isTaken = true
      return this.getOwnId()
    }
    return { records, emittedRecords, annotations, hasInner, facts, outcome, nextId }
  }

  /** Emits the events. Returns the acknowledgments of those with `onFailure: 'closed'`. */
  private commit(plan: Plan, outcome: RequestOutcome): MaybePromise<readonly Promise<void>[]> {
    const { engine } = this.parts
    const { method, path } = this.facts
    this.isEnded = true
    this.isOwnIdTaken = true
    engine.debug?.(formatPlan(plan, outcome, this.facts, this.annotations?.length ?? 0))
    if (plan.events.length === 0) return NONE
    this.hasEvents = true
    if (plan.summarized > 0)
      engine.warn(`${method} ${path} has more events than one request may have: ${plan.summarized} are summarized.`)
    const attribution = this.getContext().getAttribution(outcome, plan.route)
    if (!(attribution instanceof Promise)) return emitPlan(engine, plan, attribution)
    return track(
      engine,
      attribution.then((resolved) => emitPlan(engine, plan, resolved)),
    )
  }
}

async function waitForAll(acknowledgments: readonly Promise<void>[]): Promise<void> {
  await Promise.all(acknowledgments)
}
