import { type Actor, ANONYMOUS, type EventContext, findAction, newId } from '@whodid/core'
import type { CaptureOptions, Eventually, RequestFacts, RequestOutcome } from './capture-options.ts'
import type { Setting } from './compose.ts'
import { actorOf, type Draft, fold } from './draft.ts'
import { acknowledgementOf, type Engine, emit, type Frame, track } from './engine.ts'
import { failureOf } from './event-error.ts'
import { recordNow } from './frames.ts'
import type { Inference } from './infer/infer.ts'
import { patternByLooks } from './infer/path-parts.ts'
import type { ActorInput } from './inputs.ts'
import { actionOf, areOne, isAddressed } from './merge.ts'
import { contextOf } from './request-context.ts'
import type { RouteTable } from './routes.ts'
import { settle, type Told } from './settle.ts'
import { isSkipped } from './skip.ts'

interface RequestFrameOptions<N extends object> {
  readonly engine: Engine
  readonly options: CaptureOptions<N>
  readonly routes: RouteTable
  readonly facts: RequestFacts<N>
  readonly startedAt: number
}

/** One request: what is said during it waits for its end, and then becomes its events. */
export interface RequestFrame extends Frame {
  finish(outcome: RequestOutcome): void
  hold(outcome: RequestOutcome): Promise<void> | undefined
}

interface Plan {
  readonly told: readonly Told[]
  readonly inference: Inference | undefined
  readonly route: string | null
  readonly why: string
}

interface Refusal {
  readonly why: string
  readonly onPurpose: boolean
}

const CATCH_ALL = /(?:\*\w*|\(\.\*\))\}?$/
const READS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT'])

export function requestFrame<N extends object>(given: RequestFrameOptions<N>): RequestFrame {
  const { engine, options, facts, startedAt } = given
  const { native, method } = facts
  const records: Told[] = []
  const gone: Told[] = []
  const annotations: Draft[] = []
  const acknowledged: Promise<void>[] = []
  let ownId: string | undefined
  let isOwnIdTaken = false
  let finished = false
  let context: EventContext | undefined

  function idOfRequest(): string {
    ownId ??= newId(startedAt)
    return ownId
  }

  function takeId(): string {
    if (isOwnIdTaken) return newId(engine.clock.now())
    isOwnIdTaken = true
    return idOfRequest()
  }

  function contextAt(route: string | null): EventContext {
    if (context === undefined) {
      const { channel } = options
      const chosen = typeof channel === 'function' ? guarded('channel', () => channel(native)) : channel
      context = contextOf({ headers: facts.headers, method, ip: facts.ip?.(), route: null, channel: chosen })
    }
    return route === null ? context : { ...context, route }
  }

  function settingAt(outcome: RequestOutcome | null, route: string | null): Eventually<Setting> {
    const actor = ask('actor', options.actor, outcome)
    const tenant = ask('tenant', options.tenant, outcome)
    if (!(actor instanceof Promise) && !(tenant instanceof Promise)) return settingOf(actor, tenant, route)
    return Promise.all([actor, tenant]).then(([who, where]) => settingOf(who, where, route))
  }

  function ask<T>(
    what: string,
    question: ((native: N, outcome: RequestOutcome | null) => Eventually<T>) | undefined,
    outcome: RequestOutcome | null,
  ): Eventually<T | undefined> {
    if (question === undefined) return undefined
    const answer = guarded(what, () => question(native, outcome))
    return answer instanceof Promise ? answer.catch((error: unknown) => warnOf(what, error)) : answer
  }

  function guarded<T>(what: string, question: () => T): T | undefined {
    try {
      return question()
    } catch (error) {
      return warnOf(what, error)
    }
  }

  function warnOf(what: string, error: unknown): undefined {
    engine.warn(`The option ${what} threw on ${method} ${facts.path}; the event is kept without it: ${String(error)}`)
  }

  function settingOf(
    actor: ActorInput | null | undefined,
    tenant: string | null | undefined,
    route: string | null,
  ): Setting {
    const who: Actor = actor === null || actor === undefined ? ANONYMOUS : actorOf(actor)
    const where = contextAt(route)
    return {
      actor: who,
      tenant: tenant ?? undefined,
      context: who.type === 'api_key' && options.channel === undefined ? { ...where, channel: 'api' } : where,
      causedBy: undefined,
      scope: undefined,
    }
  }

  /** Why the request is not captured; on purpose, when nothing that was annotated counts either. */
  function refusalOf(outcome: RequestOutcome, named: string | false | undefined): Refusal | undefined {
    const { ignore, recordReads } = options
    if (isSkipped(native)) return { why: 'it is left out', onPurpose: true }
    if (named === false) return { why: 'its route is set to false', onPurpose: true }
    if (ignore !== undefined && guarded('ignore', () => ignore(native, outcome)) === true) {
      return { why: 'the option ignore says so', onPurpose: true }
    }
    if (named !== undefined) return undefined
    if (READS.has(method)) {
      const asked = typeof recordReads === 'function' ? guarded('recordReads', () => recordReads(native)) : recordReads
      if (asked !== true || (method !== 'GET' && method !== 'HEAD'))
        return { why: `${method} is not recorded`, onPurpose: false }
    }
    const { route = null } = outcome
    const isUnmatched = outcome.status === 404 && (route === null || CATCH_ALL.test(route))
    return isUnmatched ? { why: 'no route was matched', onPurpose: false } : undefined
  }

  function planOf(outcome: RequestOutcome): Plan {
    const matched = outcome.route ?? null
    const route = matched ?? patternByLooks(facts.path)
    const named = given.routes(method, route)
    const failed = outcome.status >= 400 || outcome.aborted === true || outcome.error !== undefined
    const refusal = refusalOf(outcome, named)
    const { status, requestBody, responseBody, location } = outcome
    const exchange = { method, path: facts.path, route: matched, status, failed, requestBody, responseBody, location }
    const inferred =
      refusal === undefined ? engine.infer(exchange, named === false ? undefined : named) : { none: refusal.why }
    const inferences = 'found' in inferred ? inferred.found : []
    let isTaken = isOwnIdTaken
    const told = settle(
      {
        records,
        gone,
        annotations: refusal?.onPurpose === true ? [] : annotations,
        inferences,
        failure: failed ? failureOf(outcome) : undefined,
      },
      {
        catalog: engine.catalog,
        alsoSecret: engine.alsoSecret,
        nextId() {
          if (isTaken) return newId(engine.clock.now())
          isTaken = true
          return idOfRequest()
        },
      },
    )
    const why =
      'none' in inferred ? inferred.none : named !== undefined ? 'named by `routes`' : `read from ${method} ${route}`
    return { told, inference: inferences[0], route, why }
  }

  /** Hands the events over; the promises are of those that are acknowledged. */
  function commit(plan: Plan, outcome: RequestOutcome): Promise<void>[] {
    finished = true
    isOwnIdTaken = true
    engine.debug?.(lineOf(plan, outcome))
    if (plan.told.length === 0) return []
    const setting = settingAt(outcome, plan.route)
    if (setting instanceof Promise) {
      return [
        track(
          engine,
          setting.then(async (known) => void (await Promise.all(emitAll(plan, known)))),
        ),
      ]
    }
    return emitAll(plan, setting)
  }

  function emitAll({ told, inference }: Plan, setting: Setting): Promise<void>[] {
    const person = inference?.person
    const isKnown = setting.actor !== ANONYMOUS || person === undefined
    const who = isKnown ? setting : { ...setting, actor: actorOf(person) }
    return told.flatMap((draft) => {
      const isSelf = inference?.self === true && draft.type === inference.type && (draft.resourceId ?? null) === null
      const settled = emit(engine, isSelf && who.actor !== ANONYMOUS ? ofActor(draft, who.actor) : draft, who)
      settled?.catch(() => undefined)
      return settled === undefined ? [] : [settled]
    })
  }

  function lineOf({ told, why }: Plan, outcome: RequestOutcome): string {
    const request = `${method} ${facts.path} ${outcome.aborted === true ? 'aborted' : outcome.status}`
    if (told.length === 0) return `${request} is no event: ${why}`
    const facets = [`${records.length + gone.length} recorded`, `${annotations.length} annotated`]
    const events = told.map(
      ({ action, type, resourceId, name }) => `${action} of ${type ?? ''} ${name ?? resourceId ?? '(no id)'}`,
    )
    return `${request} is ${events.join(', ')} (${why}; ${facets.join(', ')})`
  }

  return {
    record(draft) {
      const isHeld = !finished && acknowledgementOf(findAction(engine.catalog.json, draft.action)) === 'buffered'
      const id = draft.id ?? (draft.actor?.type === 'system' ? newId(engine.clock.now()) : takeId())
      const told: Told = { ...draft, id }
      if (isHeld) {
        records.push(told)
        return { id, settled: undefined }
      }
      const facets = annotations.filter((other) => isAddressed(other) && areOne(other, draft))
      const whole = { ...facets.reduceRight<Draft>((all, facet) => fold(facet, all), told), action: draft.action, id }
      gone.push(whole)
      const recorded = recordNow(engine, whole, settingAt(null, null))
      if (recorded.settled !== undefined) {
        recorded.settled.catch(() => undefined)
        if (engine.mayHold) acknowledged.push(recorded.settled)
      }
      return recorded
    },
    annotate(draft) {
      if (!finished) return void annotations.push(draft)
      const action = actionOf(draft)
      if (isAddressed(draft) && action !== undefined) {
        recordNow(engine, { ...draft, action, causedBy: draft.causedBy ?? ownId }, settingAt(null, null))
      } else {
        engine.warn(
          `annotate() was called after ${method} ${facts.path} had ended: what it said is lost. Annotate before the response ends.`,
        )
      }
    },
    setting() {
      const cause = READS.has(method) ? undefined : idOfRequest()
      const setting = settingAt(null, null)
      return setting instanceof Promise
        ? setting.then((known) => ({ ...known, causedBy: cause }))
        : { ...setting, causedBy: cause }
    },
    finish(outcome) {
      if (finished) return
      if (isIdle()) finished = true
      else for (const settled of commit(planOf(outcome), outcome)) settled.catch(() => undefined)
    },
    hold(outcome) {
      if (!engine.mayHold || finished) return undefined
      const plan = planOf(outcome)
      const isClosed = plan.told.some(
        (draft) => acknowledgementOf(findAction(engine.catalog.json, draft.action)) === 'closed',
      )
      const waits = isClosed ? [...acknowledged, ...commit(plan, outcome)] : acknowledged
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined)
    },
  }

  /** Whether nothing can come of this request, as of nearly every GET. */
  function isIdle(): boolean {
    if (!READS.has(method) || engine.debug !== undefined || options.recordReads !== undefined) return false
    return records.length === 0 && annotations.length === 0 && options.routes === undefined
  }
}

function ofActor(draft: Told, actor: Actor): Told {
  return { ...draft, resourceId: actor.id, name: draft.name ?? actor.name }
}
