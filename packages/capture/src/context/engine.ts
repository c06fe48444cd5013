import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Catalog, CatalogData, CatalogJson, NewEvent } from '@whodid/core'
import { findAction } from '@whodid/core/catalog'
import type { Clock } from '../delivery/clock.ts'
import type { Acknowledgement, Delivery } from '../delivery/options.ts'
import { type Attribution, composeEvent } from '../event/compose.ts'
import type { ActionDraft, Draft, ResolvedDraft } from '../event/draft.ts'
import type { Inferrer } from '../infer/infer.ts'

/** The context of `record` and `annotate`: a request, a job, or neither. */
export interface Frame {
  record(draft: ActionDraft): Recorded
  annotate(draft: Draft): void
  /** Returns the attribution for nested frames. */
  getAttribution(): Attribution | Promise<Attribution>
}

/** The result of `record`: the id of the event, and its acknowledgement unless the action is buffered. */
export interface Recorded {
  readonly id: string
  readonly settled: Promise<void> | undefined
}

/** State that a trail, its frames, and its captures share. */
export interface Engine {
  readonly catalog: Catalog<CatalogData, object>
  readonly inferrer: Inferrer
  readonly delivery: Delivery
  readonly clock: Clock
  /** Additional names of secrets. */
  readonly secretNames: readonly string[] | undefined
  /** Categories with an action that has `onFailure: 'closed'`. */
  readonly failClosedCategories: ReadonlySet<string>
  readonly frames: AsyncLocalStorage<Frame>
  /** Calls a function outside the context of every request, including the host's own contexts. */
  readonly runOutside: <T>(fn: () => T) => T
  /** Running jobs, which hold annotations until they end. */
  readonly jobs: Set<{ release(): void }>
  /** Work that `flush` waits for, such as actors that are still being looked up. */
  readonly pending: Set<Promise<unknown>>
  /** Ended requests that are not yet events. */
  readonly deferred: (() => void)[]
  readonly isDevelopment: boolean
  readonly warn: (message: string) => void
  readonly debug: ((line: string) => void) | undefined
}

/** Returns when the promise of an action's event settles. */
export function getAcknowledgement(catalog: CatalogJson, action: string): Acknowledgement {
  return toAcknowledgement(findAction(catalog, action))
}

function toAcknowledgement(action: ReturnType<typeof findAction>): Acknowledgement {
  if (action?.onFailure === 'closed') return 'closed'
  return action?.delivery ?? 'buffered'
}

/** Returns the categories with an action that has `onFailure: 'closed'`, by its current and by its retired names. */
export function findFailClosedCategories(catalog: CatalogJson): ReadonlySet<string> {
  const names = [...catalog.actions.map((action) => action.name), ...Object.keys(catalog.aliases)]
  const closed = names.filter((name) => getAcknowledgement(catalog, name) === 'closed')
  return new Set(closed.map((name) => name.slice(0, name.indexOf('.'))))
}

/** Creates an event and queues it. Returns the acknowledgement, if the action has one. */
export function emit(engine: Engine, draft: ResolvedDraft, attribution: Attribution): Promise<void> | undefined {
  const { event, declared } = composeEvent(draft, attribution, engine.catalog.json)
  if (declared === undefined) warnUndeclared(engine, event)
  return engine.delivery.add(event, toAcknowledgement(declared))
}

/** {@link emit} with an attribution that may still be looked up. */
export function emitLater(
  engine: Engine,
  draft: ResolvedDraft,
  attribution: Attribution | Promise<Attribution>,
): Promise<void> | undefined {
  if (!(attribution instanceof Promise)) return emit(engine, draft, attribution)
  return track(
    engine,
    attribution.then((resolved) => emit(engine, draft, resolved)),
  )
}

/** Defers `work` to the next `setImmediate`, together with the other requests that ended in this turn. */
export function defer(engine: Engine, work: () => void): void {
  engine.deferred.push(work)
  if (engine.deferred.length === 1) engine.runOutside(() => setImmediate(flushDeferred, engine))
}

/** Runs the deferred work now. */
export function flushDeferred(engine: Engine): void {
  for (const work of engine.deferred.splice(0)) work()
}

/** Makes `flush` wait for a promise, and handles its rejection if nobody else does. */
export function track<T>(engine: Engine, promise: Promise<T>): Promise<T> {
  engine.pending.add(promise)
  const done = () => engine.pending.delete(promise)
  promise.then(done, done)
  return promise
}

const MAX_WARNED_ACTIONS = 1_000
const warnedActions = new WeakMap<Engine, Set<string>>()

function warnUndeclared(engine: Engine, event: NewEvent): void {
  if (!engine.isDevelopment) return
  const warned = warnedActions.get(engine) ?? new Set()
  warnedActions.set(engine, warned)
  if (warned.has(event.action) || warned.size > MAX_WARNED_ACTIONS) return
  warned.add(event.action)
  engine.warn(
    `${event.action} is not in the catalog, and gets a default sentence: declare it, or name another action with \`routes\`.`,
  )
}
