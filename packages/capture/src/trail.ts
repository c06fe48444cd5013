import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import {
  type ActionName,
  type Catalog,
  type CatalogData,
  type EventWriter,
  findAction,
  type MetadataSchemas,
  type NewEvent,
  newId,
  WhodidError,
} from '@whodid/core'
import { catchUp, type Engine, type Frame } from './context/engine.ts'
import { rememberEngine } from './context/engines.ts'
import { jobFrame, rootFrame } from './context/frames.ts'
import { type Clock, systemClock } from './delivery/clock.ts'
import { DEFAULT_LIMITS, type DeliveryLimits, type TrailStats } from './delivery/options.ts'
import { createDelivery } from './delivery/queue.ts'
import { closeAtEnd } from './delivery/shutdown.ts'
import { draftOf } from './event/draft.ts'
import type { Annotation, RecordInput, RunContext } from './event/inputs.ts'
import { metadataBySchema } from './event/metadata.ts'
import { createInfer } from './infer/infer.ts'
import { createVocabulary } from './infer/vocabulary.ts'

/** How a trail is made. */
export interface TrailOptions<D extends CatalogData, M extends MetadataSchemas<D>> {
  readonly catalog: Catalog<D, M>
  /** The service, or `http({ url, key })` where it runs elsewhere. */
  readonly to: EventWriter
  /** Prints, per request, which event it became and why; a function gets the lines instead. @default false */
  readonly debug?: boolean | ((line: string) => void) | undefined
  /** Further names of secrets, word by word: `['iban']`. */
  readonly redact?: readonly string[] | undefined
  /** Names this process in `audit.gap`. @default host name, process id and a random part */
  readonly instance?: string | undefined
  /** Bounds of memory, batches and time. */
  readonly limits?: Partial<DeliveryLimits> | undefined
  /**
   * Whether to deliver what is queued when the process gets SIGTERM or runs out of work. A host with a SIGTERM listener of
   * its own calls `close` itself, when its last request is answered. @default true
   */
  readonly closeAtEnd?: boolean | undefined
  /** Told when events cannot be delivered, are refused, or are lost. @default console.warn */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Gets each event that the service refused for good, with its reason: a place for a dead-letter file. */
  readonly onRejected?: ((event: NewEvent, reason: string) => void) | undefined
  /** @default the machine's */
  readonly clock?: Clock | undefined
  /** A number from 0 to 1, for the jitter of retries. @default Math.random */
  readonly random?: (() => number) | undefined
}

/** What a host records with. */
export interface Trail<D extends CatalogData = CatalogData, M extends MetadataSchemas<D> = MetadataSchemas<D>> {
  readonly catalog: Catalog<D, M>
  /**
   * Records an action of the catalog. During a request, what was annotated of the same resource becomes part of it, and it
   * shares the outcome of the request unless `status` says otherwise.
   *
   * Resolves with the event's id: at once, for an action that is `durable` once the service has it. Rejects when such an
   * event is refused or lost, and for an action with `onFailure: 'closed'` when it is not acknowledged in time. It need not
   * be awaited.
   *
   * @example
   * trail.record('membership.role_changed', { resource: { id: 'm1', name: 'Ada' }, metadata: { role: 'owner' } })
   */
  record<A extends ActionName<D>>(action: A, input: RecordInput<D, M, A>): Promise<{ readonly id: string }>
  /**
   * Adds to the event of the request or job in hand: its rows before and after, a name, metadata, a reason. With a resource
   * of its own it is the event of that resource; several make several events.
   *
   * @example
   * trail.annotate({ resource: { type: 'project', id: project.id }, before: project, after: renamed })
   */
  annotate(annotation: Annotation<ActionName<D>>): void
  /**
   * Runs a job in a context, so that what it records has its actor and tenant. Contexts nest. Annotations become events when
   * the job ends; when it throws, of a failure.
   *
   * @example
   * await trail.run({ actor: SYSTEM, tenant: 'acme' }, () => cleanUp(project))
   */
  run<T>(context: RunContext, fn: () => T): T
  /** Resolves when all events so far are delivered, or after ten seconds. */
  flush(): Promise<void>
  /** Takes no more events, delivers what is queued for at most ten seconds, and gives the rest up with a warning. */
  close(): Promise<void>
  stats(): TrailStats
}

/**
 * Makes a trail from a catalog and a destination.
 *
 * @example
 * const trail = createTrail({ catalog, to: service })
 * const remote = createTrail({ catalog, to: http({ url, key }) })
 */
export function createTrail<D extends CatalogData, M extends MetadataSchemas<D>>(
  options: TrailOptions<D, M>,
): Trail<D, M> {
  const { catalog } = options
  if (typeof options.to?.append !== 'function') {
    throw new WhodidError(
      'invalid_input',
      '`to` takes no events: give it what `await createService(…)` or `http(…)` gives.',
    )
  }
  const clock = options.clock ?? systemClock
  const warn = options.onWarning ?? ((message: string) => console.warn(`[whodid] ${message}`))
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const delivery = createDelivery({
    to: options.to,
    instance: options.instance ?? `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`,
    limits,
    clock,
    random: options.random ?? Math.random,
    warn,
    onRejected: options.onRejected ?? (() => undefined),
  })
  const engine: Engine = {
    catalog,
    infer: createInfer(createVocabulary(catalog)),
    delivery,
    clock,
    alsoSecret: options.redact,
    mayHold: catalog.json.actions.some((action) => action.onFailure === 'closed'),
    frames: new AsyncLocalStorage(),
    jobs: new Set(),
    unsettled: new Set(),
    ended: [],
    outside: AsyncLocalStorage.snapshot(),
    isDevelopment: process.env.NODE_ENV !== 'production',
    warn,
    debug: typeof options.debug === 'function' ? options.debug : options.debug === true ? printed : undefined,
  }
  const root = rootFrame(engine)
  const current = (): Frame => engine.frames.getStore() ?? root

  async function flush(): Promise<void> {
    await settled()
    await delivery.flush()
  }

  /** Resolves when everything that was said has become events. */
  async function settled(): Promise<void> {
    for (const job of engine.jobs) job.release()
    catchUp(engine)
    if (engine.unsettled.size > 0) await withinTime(Promise.allSettled(engine.unsettled))
  }

  /** Waits for what the host looks up, but not for ever. */
  function withinTime(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(limits.flushMs, resolve, true)
      const done = () => {
        cancel()
        resolve()
      }
      work.then(done, done)
    })
  }

  const trail: Trail<D, M> = {
    catalog,
    record(action, input) {
      const known = findAction(catalog.json, action)
      if (known === undefined) return refused(`${action} is no action of the catalog: declare it there.`)
      if (typeof input?.resource !== 'object')
        return refused(`${action} names no resource: give { resource: { id, name } }.`)
      const occurredAt = input.occurredAt === undefined ? undefined : new Date(input.occurredAt).getTime()
      if (occurredAt !== undefined && !(occurredAt >= 0))
        return refused(`occurredAt of ${action} is no time after 1970.`)
      const draft = draftOf(
        {
          ...input,
          ...(occurredAt !== undefined && { id: newId(occurredAt) }),
          action: known.name,
          resource: { ...input.resource, type: input.resource.type ?? known.category },
          metadata: metadataBySchema(catalog.schemas, known.name, input.metadata, warn),
        },
        options.redact,
      )
      const { id, settled } = current().record({ ...draft, action: known.name })
      if (settled === undefined) return Promise.resolve({ id })
      const promise = settled.then(() => ({ id }))
      // Whoever awaits it is told; nobody else's process ends for it.
      promise.catch(() => undefined)
      return promise
    },
    annotate: (annotation) => current().annotate(draftOf(annotation, options.redact)),
    run(context, fn) {
      const job = jobFrame(engine, context, current())
      return engine.frames.run(job, () => watched(engine, job, fn))
    },
    flush,
    async close() {
      stopListening()
      await settled()
      await delivery.close()
    },
    stats: delivery.stats,
  }

  function refused(problem: string): Promise<never> {
    warn(problem)
    const promise = Promise.reject(new WhodidError('invalid_event', problem))
    promise.catch(() => undefined)
    return promise
  }

  const stopListening = options.closeAtEnd === false ? () => undefined : closeAtEnd(trail)
  rememberEngine(trail, engine)
  return trail
}

function printed(line: string): void {
  console.error(`[whodid] ${line}`)
}

/** Calls a job's function and ends the job when it has returned, thrown, or settled. */
function watched<T>(engine: Engine, job: { end(error?: unknown): void; release(): void }, fn: () => T): T {
  engine.jobs.add(job)
  const end = (error?: unknown) => {
    engine.jobs.delete(job)
    job.end(error)
  }
  try {
    const result = fn()
    if (result instanceof Promise)
      result.then(
        () => end(),
        (error: unknown) => end(error ?? new Error('The job failed')),
      )
    else end()
    return result
  } catch (error) {
    end(error ?? new Error('The job failed'))
    throw error
  }
}
