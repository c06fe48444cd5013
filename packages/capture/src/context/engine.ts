import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Catalog, CatalogData } from '@whodid/core'
import type { Clock, Deferral } from '../delivery/clock.ts'
import type { Delivery } from '../delivery/options.ts'
import type { Attribution } from '../event/compose.ts'
import type { ActionDraft, Draft } from '../event/draft.ts'
import type { Inferrer } from '../infer/infer.ts'

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
  /** Milliseconds that a lookup of the host, such as the actor, may take. */
  readonly lookupTimeoutMs: number
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

/** Makes `flush` wait for a promise. Its rejection does not become an unhandled rejection. */
export function track<T>(engine: Engine, promise: Promise<T>): Promise<T> {
  engine.pending.add(promise)
  const done = () => engine.pending.delete(promise)
  promise.then(done, done)
  return promise
}
