import { type Actor, ANONYMOUS, EVENT_LIMITS, type EventContext, findAction, newId } from '@whodid/core'
import { acknowledgementOf, type Engine, emit, type Frame, type Recorded, track } from '../context/engine.ts'
import { recordNow } from '../context/frames.ts'
import type { Setting } from '../event/compose.ts'
import { actorOf, type Draft, fold } from '../event/draft.ts'
import { clip } from '../event/limits.ts'
import { actionOf, areOne, isAddressed } from '../event/merge.ts'
import { settle, type Told } from '../event/resolve.ts'
import { isReading } from '../infer/exchange.ts'
import type { Inferred } from '../infer/infer.ts'
import { patternByLooks } from '../infer/path-parts.ts'
import { contextOf } from './context.ts'
import { failureOf } from './failure.ts'
import type { CaptureOptions, Eventually, RequestFacts, RequestOutcome } from './options.ts'
import { lineOf, type Plan } from './plan.ts'
import type { RouteTable } from './routes.ts'
import { isSkipped } from './skip.ts'

/** What the requests of one capture share. */
export interface CaptureParts<N extends object> {
  readonly engine: Engine
  readonly options: CaptureOptions<N>
  readonly routes: RouteTable
}

/** Why a request is not captured; on purpose, when nothing that was annotated counts either. */
interface Refusal {
  readonly why: string
  readonly onPurpose: boolean
}

const NONE: readonly never[] = []
const CATCH_ALL = /(?:\*\w*|\(\.\*\))\}?$/

/**
 * One request: what is said during it waits for its end, and then becomes its events. A class, since there is one for every
 * request, and a closure for each of its methods would cost more than all else that most requests do here.
 */
export class RequestFrame<N extends object> implements Frame {
  private readonly parts: CaptureParts<N>
  private readonly facts: RequestFacts<N>
  private readonly startedAt: number
  private records: Told[] | undefined
  /** What was recorded and handed over at once. */
  private gone: Told[] | undefined
  private annotations: Draft[] | undefined
  private acknowledged: Promise<void>[] | undefined
  private context: EventContext | undefined
  private ownId: string | undefined
  private isOwnIdTaken = false
  private isOver = false

  constructor(parts: CaptureParts<N>, facts: RequestFacts<N>) {
    this.parts = parts
    this.facts = facts
    this.startedAt = parts.engine.clock.now()
  }

  isOf(native: object): boolean {
    return this.facts.native === native
  }

  record(draft: Draft & { readonly action: string }): Recorded {
    const { engine } = this.parts
    const isHeld = !this.isOver && acknowledgementOf(findAction(engine.catalog.json, draft.action)) === 'buffered'
    const id = draft.id ?? (draft.actor?.type === 'system' ? newId(engine.clock.now()) : this.takeId())
    const told: Told = { ...draft, id }
    if (isHeld) {
      this.records = [...(this.records ?? NONE), told]
      return { id, settled: undefined }
    }
    const facets = (this.annotations ?? NONE).filter((other) => isAddressed(other) && areOne(other, draft))
    const whole = { ...facets.reduceRight<Draft>((all, facet) => fold(facet, all), told), action: draft.action, id }
    this.gone = [...(this.gone ?? NONE), whole]
    const recorded = recordNow(engine, whole, this.settingAt(null, null))
    if (recorded.settled !== undefined && engine.mayHold) {
      recorded.settled.catch(() => undefined)
      this.acknowledged = [...(this.acknowledged ?? NONE), recorded.settled]
    }
    return recorded
  }

  annotate(draft: Draft): void {
    if (!this.isOver) {
      this.annotations ??= []
      this.annotations.push(draft)
      return
    }
    const { engine } = this.parts
    const action = actionOf(draft)
    if (isAddressed(draft) && action !== undefined) {
      recordNow(engine, { ...draft, action, causedBy: draft.causedBy ?? this.ownId }, this.settingAt(null, null))
      return
    }
    const { method, path } = this.facts
    engine.warn(
      `annotate() was called after ${method} ${path} had ended: what it said is lost. Annotate before the response ends.`,
    )
  }

  setting(): Setting | Promise<Setting> {
    const causedBy = isReading(this.facts.method) ? undefined : this.idOfRequest()
    const setting = this.settingAt(null, null)
    return setting instanceof Promise ? setting.then((known) => ({ ...known, causedBy })) : { ...setting, causedBy }
  }

  /** Ends the request if nothing can come of it, as of nearly every GET. */
  endIdle(): boolean {
    const { engine, options } = this.parts
    if (!isReading(this.facts.method) || engine.debug !== undefined || options.recordReads !== undefined) return false
    if (this.records !== undefined || this.annotations !== undefined || options.routes !== undefined) return false
    this.isOver = true
    return true
  }

  finish(outcome: RequestOutcome): void {
    if (this.isOver) return
    for (const settled of this.commit(this.planOf(outcome), outcome)) settled.catch(() => undefined)
  }

  hold(outcome: RequestOutcome): Promise<void> | undefined {
    const { engine } = this.parts
    if (!engine.mayHold || this.isOver) return undefined
    const plan = this.planOf(outcome)
    const isClosed = plan.told.some(
      ({ action }) => acknowledgementOf(findAction(engine.catalog.json, action)) === 'closed',
    )
    const acknowledged = this.acknowledged ?? NONE
    const waits = isClosed ? [...acknowledged, ...this.commit(plan, outcome)] : acknowledged
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined)
  }

  private idOfRequest(): string {
    this.ownId ??= newId(this.startedAt)
    return this.ownId
  }

  private takeId(): string {
    if (this.isOwnIdTaken) return newId(this.parts.engine.clock.now())
    this.isOwnIdTaken = true
    return this.idOfRequest()
  }

  private planOf(outcome: RequestOutcome): Plan {
    const { engine, routes } = this.parts
    const { method, path } = this.facts
    const { status, requestBody, responseBody, location, route: matched = null } = outcome
    const route = clip(matched ?? patternByLooks(path), EVENT_LIMITS.context)
    const named = routes(method, route)
    const failed = status >= 400 || outcome.aborted === true || outcome.error !== undefined
    const refusal = this.refusalOf(outcome, named)
    const inferred: Inferred =
      refusal === undefined
        ? engine.infer(
            { method, path, route: matched, status, failed, requestBody, responseBody, location },
            named === false ? undefined : named,
          )
        : { none: refusal.why }
    const inferences = 'found' in inferred ? inferred.found : NONE
    let isTaken = this.isOwnIdTaken
    const told = settle(
      {
        records: this.records ?? NONE,
        gone: this.gone ?? NONE,
        annotations: refusal?.onPurpose === true ? NONE : (this.annotations ?? NONE),
        inferences,
        failure: failed ? failureOf(outcome) : undefined,
      },
      {
        catalog: engine.catalog,
        alsoSecret: engine.alsoSecret,
        nextId: () => {
          if (isTaken) return newId(engine.clock.now())
          isTaken = true
          return this.idOfRequest()
        },
      },
    )
    const why = 'none' in inferred ? inferred.none : named === undefined ? 'read from' : 'named by `routes` for'
    return { told, inference: inferences[0], route, why }
  }

  private refusalOf(outcome: RequestOutcome, named: string | false | undefined): Refusal | undefined {
    const { ignore, recordReads } = this.parts.options
    const { native, method } = this.facts
    if (isSkipped(native)) return { why: 'it is left out', onPurpose: true }
    if (named === false) return { why: 'its route is set to false', onPurpose: true }
    if (ignore !== undefined && this.ask('ignore', () => ignore(native, outcome)) === true) {
      return { why: 'the option ignore says so', onPurpose: true }
    }
    if (named !== undefined) return undefined
    if (isReading(method)) {
      const asked = typeof recordReads === 'function' ? this.ask('recordReads', () => recordReads(native)) : recordReads
      if (asked !== true || (method !== 'GET' && method !== 'HEAD')) {
        return { why: `${method} is not recorded`, onPurpose: false }
      }
    }
    const { route = null } = outcome
    const isUnmatched = outcome.status === 404 && (route === null || CATCH_ALL.test(route))
    return isUnmatched ? { why: 'no route was matched', onPurpose: false } : undefined
  }

  /** Hands the events over; the promises are of those that are acknowledged. */
  private commit(plan: Plan, outcome: RequestOutcome): readonly Promise<void>[] {
    const { engine } = this.parts
    this.isOver = true
    this.isOwnIdTaken = true
    engine.debug?.(lineOf(plan, outcome, this.facts, this.annotations?.length ?? 0))
    if (plan.told.length === 0) return NONE
    const setting = this.settingAt(outcome, plan.route)
    if (!(setting instanceof Promise)) return this.emitAll(plan, setting)
    const emitted = setting.then(async (known) => {
      await Promise.all(this.emitAll(plan, known))
    })
    return [track(engine, emitted)]
  }

  private emitAll({ told, inference }: Plan, setting: Setting): readonly Promise<void>[] {
    const person = inference?.person
    const isKnown = setting.actor !== ANONYMOUS || person === undefined
    const who = isKnown ? setting : { ...setting, actor: actorOf(person) }
    const settled: Promise<void>[] = []
    for (const draft of told) {
      const isSelf = inference?.self === true && draft.type === inference.type && (draft.resourceId ?? null) === null
      const whole = isSelf && who.actor !== ANONYMOUS ? ofActor(draft, who.actor) : draft
      const promise = emit(this.parts.engine, whole, who)
      if (promise === undefined) continue
      promise.catch(() => undefined)
      settled.push(promise)
    }
    return settled
  }

  private settingAt(outcome: RequestOutcome | null, route: string | null): Eventually<Setting> {
    const { actor, tenant } = this.parts.options
    const { native } = this.facts
    const who = actor === undefined ? undefined : this.askInTime('actor', () => actor(native, outcome))
    const where = tenant === undefined ? undefined : this.askInTime('tenant', () => tenant(native, outcome))
    const settingOf = (known: Awaited<typeof who>, tenantId: Awaited<typeof where>): Setting => {
      const found: Actor = known === null || known === undefined ? ANONYMOUS : actorOf(known)
      return {
        actor: found,
        tenant: tenantId ?? undefined,
        context: this.contextOf(route, found),
        causedBy: undefined,
        scope: undefined,
      }
    }
    if (!(who instanceof Promise) && !(where instanceof Promise)) return settingOf(who, where)
    return Promise.all([who, where]).then((both) => settingOf(...both))
  }

  private contextOf(route: string | null, actor: Actor): EventContext {
    const { channel } = this.parts.options
    if (this.context === undefined) {
      const { native, headers, method, ip } = this.facts
      const chosen = typeof channel === 'function' ? this.ask('channel', () => channel(native)) : channel
      this.context = contextOf({ headers, method, ip: ip?.(), route, channel: chosen, madeId: this.idOfRequest() })
    }
    const isProgram = actor.type === 'api_key' && channel === undefined
    if (this.context.route === route && !isProgram) return this.context
    return { ...this.context, route, ...(isProgram && { channel: 'api' as const }) }
  }

  /** What an option of the host's says; nothing, with a warning, when it throws. */
  private ask<T>(what: string, question: () => T): T | undefined {
    try {
      return question()
    } catch (error) {
      return this.complain(what, error)
    }
  }

  private askInTime<T>(what: string, question: () => Eventually<T>): Eventually<T | undefined> {
    const answer = this.ask(what, question)
    return answer instanceof Promise ? answer.catch((error: unknown) => this.complain(what, error)) : answer
  }

  private complain(what: string, error: unknown): undefined {
    const { method, path } = this.facts
    this.parts.engine.warn(
      `The option ${what} threw on ${method} ${path}; the event is kept without it: ${String(error)}`,
    )
  }
}

function ofActor(draft: Told, actor: Actor): Told {
  return { ...draft, resourceId: actor.id, name: draft.name ?? actor.name }
}
