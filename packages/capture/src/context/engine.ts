import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Catalog, CatalogData, NewEvent } from '@whodid/core'
import type { Clock } from '../delivery/clock.ts'
import type { Acknowledgement, Delivery } from '../delivery/options.ts'
import { type Composed, compose, type Setting } from '../event/compose.ts'
import type { Draft } from '../event/draft.ts'
import type { Infer } from '../infer/infer.ts'

/** Where `record` and `annotate` put what they are told: a request, a job, or neither. */
export interface Frame {
  record(draft: Draft & { readonly action: string }): Recorded
  annotate(draft: Draft): void
  /** Who acts in here, for the frames within. */
  setting(): Setting | Promise<Setting>
}

/** What became of a recorded draft: its id, and when its promise settles; undefined when it has already. */
export interface Recorded {
  readonly id: string
  readonly settled: Promise<void> | undefined
}

/** What a trail, its contexts and its captures share. */
export interface Engine {
  readonly catalog: Catalog<CatalogData, object>
  readonly infer: Infer
  readonly delivery: Delivery
  readonly clock: Clock
  readonly alsoSecret: readonly string[] | undefined
  /** Whether any action of the catalog holds responses back. */
  readonly mayHold: boolean
  readonly frames: AsyncLocalStorage<Frame>
  /** Calls a function in no request's context, ours or the host's. */
  readonly outside: <T>(fn: () => T) => T
  /** Jobs that hold annotations until they end. */
  readonly jobs: Set<{ release(): void }>
  /** Work that `flush` waits for: actors that are still being looked up. */
  readonly unsettled: Set<Promise<unknown>>
  /** Requests that have ended, and are yet to become events. */
  readonly ended: (() => void)[]
  readonly isDevelopment: boolean
  readonly warn: (message: string) => void
  readonly debug: ((line: string) => void) | undefined
}

/** When the promise of an event settles, as its catalog has it. */
export function acknowledgementOf(known: Composed['known']): Acknowledgement {
  if (known?.onFailure === 'closed') return 'closed'
  return known?.delivery ?? 'buffered'
}

/** Makes the event and hands it over; what it returns settles when its action says. */
export function emit(
  engine: Engine,
  draft: Draft & { readonly action: string },
  setting: Setting,
): Promise<void> | undefined {
  const { event, known } = compose(draft, setting, engine.catalog.json)
  if (known === undefined) warnUnknown(engine, event)
  return engine.delivery.add(event, acknowledgementOf(known))
}

/** {@link emit} with a setting that may still be looked up. */
export function emitIn(
  engine: Engine,
  draft: Draft & { readonly action: string },
  setting: Setting | Promise<Setting>,
): Promise<void> | undefined {
  if (!(setting instanceof Promise)) return emit(engine, draft, setting)
  return track(
    engine,
    setting.then((known) => emit(engine, draft, known)),
  )
}

/**
 * Does what is to be done when a request has ended, with all others that ended in the same turn of the event loop: none of
 * them waits for it, and done together it costs a fraction.
 */
export function afterwards(engine: Engine, work: () => void): void {
  engine.ended.push(work)
  if (engine.ended.length === 1) engine.outside(() => setImmediate(catchUp, engine))
}

/** Does at once what {@link afterwards} has put off. */
export function catchUp(engine: Engine): void {
  for (const work of engine.ended.splice(0)) work()
}

/** Lets `flush` wait for a promise, and nobody be troubled by its failure who does not await it. */
export function track<T>(engine: Engine, promise: Promise<T>): Promise<T> {
  engine.unsettled.add(promise)
  const done = () => engine.unsettled.delete(promise)
  promise.then(done, done)
  return promise
}

const warned = new WeakMap<Engine, Set<string>>()

function warnUnknown(engine: Engine, event: NewEvent): void {
  if (!engine.isDevelopment) return
  const known = warned.get(engine) ?? new Set()
  warned.set(engine, known)
  if (known.has(event.action) || known.size > 1_000) return
  known.add(event.action)
  engine.warn(
    `${event.action} is not in the catalog: it is stored with a default sentence. Declare it, or name another with \`routes\`.`,
  )
}
