import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Catalog, CatalogData, CatalogJson, NewEvent } from '@whodid/core'
import { findAction } from '@whodid/core/catalog'
import type { Clock } from '../delivery/clock.ts'
import type { AckMode, Delivery } from '../delivery/options.ts'
import { type Attribution, composeEvent } from '../event/compose.ts'
import type { ActionDraft, Draft, ResolvedDraft } from '../event/draft.ts'
import type { Inferrer } from '../infer/infer.ts'
import type { Deferral } from './deferral.ts'

/** The context of `record` and `annotate`: a request, a job, or neither. */
export interface Frame {
  /** The frame around this one, if its context is inherited. */
  readonly outer?: Frame | undefined
  record(draft: ActionDraft): Recorded
  annotate(draft: Draft): void
  /** Returns the attribution for nested frames. */
  getAttribution(): Attribution | Promise<Attribution>
}

/** The result of `record`: the id of the event, and a promise of its acknowledgment unless the action is buffered. */
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
  /** Running jobs, which hold annotations until they end. */
  readonly jobs: Set<{ release(): void }>
  /** Work that `flush` waits for, such as the lookup of an actor. */
  readonly pending: Set<Promise<unknown>>
  /** Work of ended requests that creates their events. */
  readonly deferral: Deferral
  readonly isDevelopment: boolean
  readonly warn: (message: string) => void
  readonly debug: ((line: string) => void) | undefined
}

/** Returns the acknowledgment that an action's event waits for. */
export function getAckMode(catalog: CatalogJson, action: string): AckMode {
  return toAckMode(findAction(catalog, action))
}

function toAckMode(action: ReturnType<typeof findAction>): AckMode {
  if (action?.onFailure === 'closed') return 'closed'
  return action?.delivery ?? 'buffered'
}

/** Returns the categories of all current and retired action names that have `onFailure: 'closed'`. */
export function findFailClosedCategories(catalog: CatalogJson): ReadonlySet<string> {
  const names = [...catalog.actions.map((action) => action.name), ...Object.keys(catalog.aliases)]
  const closed = names.filter((name) => getAckMode(catalog, name) === 'closed')
  return new Set(closed.map((name) => name.slice(0, name.indexOf('.'))))
}

/** Creates an event and queues it. Returns a promise of the acknowledgment unless the action is buffered. */
export function emit(engine: Engine, draft: ResolvedDraft, attribution: Attribution): Promise<void> | undefined {
  const { event, declared } = composeEvent(draft, attribution, engine.catalog.json)
  if (declared === undefined) warnUndeclared(engine, event)
  return engine.delivery.add(event, toAckMode(declared))
}

/** Calls {@link emit} as soon as the attribution is known. */
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

/** Makes `flush` wait for a promise. Its rejection does not become an unhandled rejection. */
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
    `${event.action} is not in the catalog, so its description is a default sentence: declare it, or map the route to another action with \`routes\`.`,
  )
}
