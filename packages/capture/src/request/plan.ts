import { ANONYMOUS } from '@whodid/core'
import type { Engine } from '../context/engine.ts'
import { type Attribution, emit, getAckMode } from '../event/compose.ts'
import { type Draft, type ResolvedDraft, toActor } from '../event/draft.ts'
import { getPossibleActions, limitEvents, resolveEvents } from '../event/resolve.ts'
import type { Inference, InferResult } from '../infer/infer.ts'
import type { Exchange } from '../infer/path.ts'
import type { Refusal, RequestContext } from './context.ts'
import { getFailure } from './failure.ts'
import type { MaybePromise, Outcome, RequestFacts, RequestOutcome } from './options.ts'

const NONE: readonly never[] = []
const CAPTURED_BY_CALL: Refusal = { reason: 'its calls are captured one by one', onPurpose: false }

/** The events of a request, and their source. */
export interface Plan {
  readonly events: readonly ResolvedDraft[]
  /** The number of events that are part of a summary. */
  readonly summarized: number
  readonly inference: Inference | undefined
  readonly route: string | null
  /** The source of the action, or the reason why there is none. */
  readonly reason: string
}

/** The facts about a request at its end. */
export interface PlanInput {
  readonly facts: RequestFacts<object>
  readonly outcome: RequestOutcome
  readonly records: readonly ResolvedDraft[] | undefined
  readonly emittedRecords: readonly ResolvedDraft[] | undefined
  readonly annotations: readonly Draft[] | undefined
  /** True when calls within the request are captured one by one. */
  readonly hasInner: boolean
  readonly nextId: () => string
}

/** Plans the events of a request, without emitting them. */
export function createPlan(
  input: PlanInput,
  context: Pick<RequestContext<object>, 'findRoute' | 'findRefusal'>,
  engine: Engine,
): Plan {
  const { facts, outcome, records = NONE, emittedRecords = NONE, annotations = NONE, nextId } = input
  const exchange = toExchange(facts, outcome)
  const route = context.findRoute(outcome)
  const refusal = input.hasInner ? CAPTURED_BY_CALL : context.findRefusal(outcome, route.action)
  const result: InferResult =
    refusal === undefined ? engine.inferrer.infer(exchange, route.action || undefined) : { reason: refusal.reason }
  const inferences = 'inferences' in result ? result.inferences : NONE
  const drafts = resolveEvents(
    {
      records,
      emittedRecords,
      annotations: refusal?.onPurpose === true ? NONE : annotations,
      inferences,
      failure: exchange.failed ? getFailure(outcome) : undefined,
    },
    { catalog: engine.catalog, secretNames: engine.secretNames, nextId },
  )
  return {
    ...limitEvents(drafts, nextId),
    inference: inferences[0],
    route: route.pattern,
    reason: 'reason' in result ? result.reason : formatSource(route.action, outcome.action),
  }
}

/** Checks if an action of a request may have `onFailure: 'closed'`, without planning its events. */
export function canFailClosed(
  input: PlanInput,
  context: Pick<RequestContext<object>, 'findRoute'>,
  engine: Engine,
): boolean {
  const { facts, outcome, records = NONE, annotations = NONE, hasInner } = input
  const { action } = context.findRoute(outcome)
  const inferred =
    action === false || hasInner ? NONE : engine.inferrer.inferActions(toExchange(facts, outcome), action)
  const annotated = getPossibleActions(annotations, inferred, engine.failClosedCategories)
  const possible = [...records.map((record) => record.action), ...inferred.map((each) => each.action), ...annotated]
  return possible.some((name) => getAckMode(engine.catalog.json, name) === 'closed')
}

/** Converts the facts about a request to what an action can be read from. */
function toExchange(facts: RequestFacts<object>, outcome: RequestOutcome): Exchange {
  const { method = facts.method, status, aborted, error, route = null } = outcome
  const { params, call, requestBody, responseBody, location } = outcome
  const failed = status >= 400 || aborted === true || error !== undefined
  return { method, path: facts.path, route, params, call, status, failed, requestBody, responseBody, location }
}

function formatSource(action: string | false | undefined, metadata: string | false | undefined): string {
  if (action === undefined) return 'inferred from'
  return action === metadata ? 'set by the framework for' : 'set by `routes` for'
}

/** Formats the line that `debug` prints for a request: its events and their source, or why there are none. */
export function formatPlan(
  plan: Plan,
  outcome: RequestOutcome,
  facts: RequestFacts<object>,
  annotated: number,
): string {
  const { events, route, reason, inference } = plan
  const { method, path } = facts
  const request = `${method} ${path} ${outcome.aborted === true ? 'aborted' : outcome.status}`
  if (events.length === 0) return `${request} is no event: ${reason}`
  const list = events.map(
    ({ action, type, resourceId, name }) => `${action} of ${type ?? ''} ${name ?? resourceId ?? '(no id)'}`,
  )
  const isInferred = events.some(({ action }) => action === inference?.action)
  const source = isInferred ? `${reason} ${method} ${route ?? path}` : 'as recorded'
  return `${request} is ${list.join(', ')} (${source}${annotated > 0 ? `, ${annotated} annotated` : ''})`
}

/** Emits the events of a plan. Returns the acknowledgments of those with `onFailure: 'closed'`. */
export function emitPlan(
  engine: Engine,
  { events, inference }: Plan,
  attribution: Attribution,
): readonly Promise<void>[] {
  const person = inference?.person
  const isActorKnown = attribution.actor !== ANONYMOUS || person === undefined
  const resolved = isActorKnown ? attribution : { ...attribution, actor: toActor(person) }
  const { actor } = resolved
  const acknowledgments: Promise<void>[] = []
  for (const draft of events) {
    const isSelf = inference?.isSelf === true && draft.type === inference.type && (draft.resourceId ?? null) === null
    const event =
      isSelf && actor !== ANONYMOUS ? { ...draft, resourceId: actor.id, name: draft.name ?? actor.name } : draft
    const acknowledged = emit(engine, event, resolved)
    if (acknowledged === undefined) continue
    acknowledged.catch(() => undefined)
    if (getAckMode(engine.catalog.json, draft.action) === 'closed') acknowledgments.push(acknowledged)
  }
  return acknowledgments
}

/** Reads the bodies of an outcome. A body that cannot be read is left out. */
export function resolveOutcome(outcome: Outcome): MaybePromise<RequestOutcome> {
  const requestBody = readBody(outcome.requestBody)
  const responseBody = readBody(outcome.responseBody)
  if (!(requestBody instanceof Promise) && !(responseBody instanceof Promise))
    return toRequestOutcome(outcome, requestBody, responseBody)
  return Promise.all([requestBody, responseBody]).then(([request, response]) =>
    toRequestOutcome(outcome, request, response),
  )
}

/** Converts an outcome with its bodies. */
export function toRequestOutcome(outcome: Outcome, requestBody: unknown, responseBody: unknown): RequestOutcome {
  const { status, method, route, params, call, action, aborted, error, exposed, location } = outcome
  const isAborted = typeof aborted === 'function' ? aborted() : aborted
  return {
    status,
    method,
    route,
    params,
    call,
    action,
    aborted: isAborted,
    error,
    exposed,
    requestBody,
    responseBody,
    location,
  }
}

/** Reads a body, or returns a promise of it that never rejects. */
export function readBody(read: (() => unknown) | undefined): unknown {
  try {
    const body = read?.()
    return body instanceof Promise ? body.catch(() => undefined) : body
  } catch {
    return undefined
  }
}
