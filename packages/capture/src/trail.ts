import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type ActionName,
  type Catalog,
  type CatalogData,
  type EventWriter,
  type MetadataSchemas,
  type NewEvent,
  newId,
  WhodidError,
} from '@whodid/core'
import { findAction } from '@whodid/core/catalog'
import type { Engine, Frame } from './context/engine.ts'
import { createJobFrame, createRootFrame } from './context/frames.ts'
import { type Clock, createDeferral, systemClock } from './delivery/clock.ts'
import { type DeliveryLimits, resolveLimits, type TrailStats } from './delivery/options.ts'
import { createDelivery } from './delivery/queue.ts'
import { flushOnExit } from './delivery/shutdown.ts'
import { findFailClosedCategories } from './event/compose.ts'
import { toDraft } from './event/draft.ts'
import type { Annotation, RecordInput, RunContext } from './event/inputs.ts'
import { validateMetadata } from './event/metadata.ts'
import { createInferrer } from './infer/infer.ts'
import { createVocabulary } from './infer/vocabulary.ts'
import { createCapture } from './request/capture.ts'
import type { Capture, CaptureOptions } from './request/options.ts'
import { createRouteReports } from './request/route-reporter.ts'

/** Options for `createTrail`. */
export interface TrailOptions<D extends CatalogData, M extends MetadataSchemas<D>> {
  readonly catalog: Catalog<D, M>
  /** The service or a promise of it, or `http({ url, key })` for a remote one. */
  readonly to: EventWriter | PromiseLike<EventWriter>
  /** Prints the event of each request and its source. A function receives the lines instead. @default false */
  readonly debug?: boolean | ((line: string) => void) | undefined
  /** Additional names of secrets, as whole words: `['iban']`. */
  readonly redact?: readonly string[] | undefined
  /** Name of this process in `audit.gap`. @default host name, process id, and a random part */
  readonly instance?: string | undefined
  /** Limits of memory, batches, and time. */
  readonly limits?: Partial<DeliveryLimits> | undefined
  /**
   * Delivers queued events on SIGTERM and when the process runs out of work. A host with its own SIGTERM listener calls
   * `close` itself, after its last response. @default true
   */
  readonly flushOnExit?: boolean | undefined
  /** Called when events cannot be delivered, are rejected, or are lost. @default console.warn */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Called with each event that the service rejected for good, for example to write a dead-letter file. */
  readonly onRejected?: ((event: NewEvent, reason: string) => void) | undefined
  /** @default the clock of the machine */
  readonly clock?: Clock | undefined
  /** Returns a number from 0 to 1, for the jitter of retries. @default Math.random */
  readonly random?: (() => number) | undefined
}

/** Records the actions of a host. */
export interface Trail<D extends CatalogData = CatalogData, M extends MetadataSchemas<D> = MetadataSchemas<D>> {
  readonly catalog: Catalog<D, M>
  /**
   * Records an action of the catalog. In a request, annotations of the same resource become part of its event, and the event
   * has the outcome of the request unless `status` is set.
   *
   * Resolves with the event's id: at once, or when the service has stored the event if its action is `durable`. Rejects when
   * a durable event is rejected or lost, and when an action with `onFailure: 'closed'` is not acknowledged in time. Awaiting
   * it is optional.
   *
   * @example
   * trail.record('membership.role_changed', { resource: { id: 'm1', name: 'Ada' }, metadata: { role: 'owner' } })
   */
  record<A extends ActionName<D>>(action: A, input: RecordInput<D, M, A>): Promise<{ readonly id: string }>
  /**
   * Adds to the event of the current request or job: rows before and after, a name, metadata, an error. An annotation with
   * another resource becomes its own event.
   *
   * @example
   * trail.annotate({ resource: { type: 'project', id: project.id }, before: project, after: renamed })
   */
  annotate(annotation: Annotation<ActionName<D>>): void
  /**
   * Runs a job with an actor and a tenant for its events. Contexts nest. Annotations become events when the job ends, and
   * failures when it throws.
   *
   * @example
   * await trail.run({ actor: SYSTEM, tenant: 'acme' }, () => cleanUp(project))
   */
  run<T>(context: RunContext, fn: () => T): T
  /**
   * Creates the capture of a framework adapter: it turns the requests of one app into events.
   *
   * @example
   * const capture = trail.capture<IncomingMessage>({ actor: (req) => getSession(req)?.user })
   * const call = capture.begin({ native: req, method: 'POST', path: '/projects', headers: req.headers })
   * const response = await call.run(() => handle(req))
   * await call.end({ status: response.status, route: '/projects', responseBody: () => response.body })
   */
  capture<N extends object>(options?: CaptureOptions<N, ActionName<D>>): Capture<N>
  /** Resolves when all events so far are delivered, or after `limits.flushTimeoutMs`. */
  flush(): Promise<void>
  /** Stops recording, and delivers queued events for at most `limits.flushTimeoutMs`. The rest is lost, with a warning. */
  close(): Promise<void>
  stats(): TrailStats
}

/**
 * Creates a trail from a catalog and a destination.
 *
 * @example
 * const trail = createTrail({ catalog, to: service })
 * const remote = createTrail({ catalog, to: http({ url, key }) })
 */
export function createTrail<D extends CatalogData, M extends MetadataSchemas<D>>(
  options: TrailOptions<D, M>,
): Trail<D, M> {
  const { catalog } = options
  const to = toWriter(options.to)
  const clock = options.clock ?? systemClock
  const warn = createWarn(options.onWarning)
  const limits = resolveLimits(options.limits, to)
  const delivery = createDelivery({
    to,
    instance: options.instance,
    limits,
    clock,
    random: options.random ?? Math.random,
    warn,
    onRejected: options.onRejected,
  })
  // Outside the context of every request, including the host's own contexts.
  const runOutside = AsyncLocalStorage.snapshot()
  const inferrer = createInferrer(createVocabulary(catalog))
  const routeReports = createRouteReports(to, inferrer, clock, runOutside)
  const engine: Engine = {
    catalog,
    inferrer,
    delivery,
    clock,
    lookupTimeoutMs: limits.ackTimeoutMs,
    secretNames: options.redact,
    failClosedCategories: findFailClosedCategories(catalog.json),
    frames: new AsyncLocalStorage(),
    jobs: new Set(),
    pending: new Set(),
    deferral: createDeferral(clock, runOutside),
    isDevelopment: typeof process === 'undefined' || process.env.NODE_ENV !== 'production',
    warn,
    debug: typeof options.debug === 'function' ? options.debug : options.debug === true ? printLine : undefined,
  }
  const root = createRootFrame(engine)
  const getFrame = (): Frame => engine.frames.getStore() ?? root

  async function flush(): Promise<void> {
    await flushFrames()
    await Promise.all([delivery.flush(), flushRoutes()])
  }

  function flushRoutes(): Promise<void> | undefined {
    const sent = routeReports.flush()
    return sent === undefined ? undefined : waitFor(sent)
  }

  /** Resolves when all annotations and ended requests are events. */
  async function flushFrames(): Promise<void> {
    for (const job of engine.jobs) job.release()
    engine.deferral.flush()
    if (engine.pending.size > 0) await waitFor(Promise.allSettled(engine.pending))
  }

  /** Waits for pending work, such as the host's lookups, for at most `flushTimeoutMs`. */
  function waitFor(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(limits.flushTimeoutMs, resolve, true)
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
      const declared = findAction(catalog.json, action)
      if (declared === undefined) return reject(`${action} is not in the catalog: declare it there.`)
      if (typeof input?.resource !== 'object')
        return reject(`${action} has no resource: pass { resource: { id, name } }.`)
      const occurredAt = input.occurredAt === undefined ? undefined : new Date(input.occurredAt).getTime()
      if (occurredAt !== undefined && !(occurredAt >= 0))
        return reject(`occurredAt of ${action} must be a time after 1970.`)
      const draft = toDraft(
        {
          ...input,
          ...(occurredAt !== undefined && { id: newId(occurredAt) }),
          action: declared.name,
          resource: { ...input.resource, type: input.resource.type ?? declared.category },
          metadata: validateMetadata(catalog.schemas, declared.name, input.metadata, warn),
        },
        options.redact,
      )
      const { id, settled } = getFrame().record({ ...draft, action: declared.name })
      if (settled === undefined) return Promise.resolve({ id })
      const promise = settled.then(() => ({ id }))
      // A host that does not await it must not crash.
      promise.catch(() => undefined)
      return promise
    },
    annotate: (annotation) => getFrame().annotate(toDraft(annotation, options.redact)),
    run(context, fn) {
      const job = createJobFrame(engine, context, getFrame())
      return engine.frames.run(job, () => runJob(engine, job, fn))
    },
    capture: (captureOptions = {}) => createCapture({ engine, routeReports }, captureOptions),
    flush,
    async close() {
      stopListening()
      await flushFrames()
      await Promise.all([delivery.close(), flushRoutes()])
    },
    stats: delivery.stats,
  }

  function reject(problem: string): Promise<never> {
    warn(problem)
    const promise = Promise.reject(new WhodidError('invalid_event', problem))
    promise.catch(() => undefined)
    return promise
  }

  const stopListening = options.flushOnExit === false ? () => undefined : flushOnExit(trail)
  return trail
}

/** Returns the writer of `to`. A promised service is a local one, so its batches need not wait to fill up. */
function toWriter(to: EventWriter | PromiseLike<EventWriter>): EventWriter {
  if (typeof to === 'object' && to !== null) {
    if ('append' in to && typeof to.append === 'function') return to
    if ('then' in to && typeof to.then === 'function') {
      const writer = Promise.resolve(to)
      // Each batch reports the error.
      writer.catch(() => undefined)
      return {
        append: async (events) => (await writer).append(events),
        reportRoutes: async (routes) => (await writer).reportRoutes?.(routes),
      }
    }
  }
  throw new WhodidError(
    'invalid_input',
    '`to` must be an EventWriter or a promise of one: pass `createService(…)` or `http(…)`.',
  )
}

/** Creates the function that warns. An `onWarning` that throws must not break the host's request. */
function createWarn(onWarning: ((message: string) => void) | undefined): (message: string) => void {
  return (message) => {
    try {
      if (onWarning === undefined) console.warn(`[whodid] ${message}`)
      else onWarning(message)
    } catch (error) {
      console.error(`[whodid] \`onWarning\` threw: ${String(error)}. The warning was: ${message}`)
    }
  }
}

function printLine(line: string): void {
  console.error(`[whodid] ${line}`)
}

/** Calls the function of a job, and ends the job when it returns, throws, or settles. */
function runJob<T>(engine: Engine, job: { end(error?: unknown): void; release(): void }, fn: () => T): T {
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
