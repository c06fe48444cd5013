import { createTrail, type Trail, type TrailOptions } from '@whodid/capture'
import type { ActionName, CatalogData, CompleteEvent, MetadataSchemas } from '@whodid/core'
import { findAction } from '@whodid/core/catalog'
import { createChanges, createDeadline } from './changes.ts'
import { testClock } from './clock.ts'
import { findDifferences, type Pattern } from './differences.ts'
import { captureFrames, createMissingError, createUnexpectedError, type Expectation, setStack } from './failure.ts'
import { createRecorder } from './recorder.ts'
import { trackRequests } from './requests.ts'

/** Options of `recordingTrail`: those of `createTrail`, without a destination. */
export interface RecordingOptions<D extends CatalogData, M extends MetadataSchemas<D>>
  extends Omit<TrailOptions<D, M>, 'to' | 'flushOnExit'> {
  /**
   * Milliseconds that `expectEvent` waits for its event, and that the other functions wait for requests in progress.
   *
   * @default 1_000
   */
  readonly timeoutMs?: number | undefined
}

/** A part of an event. Strings, numbers and other values may be matchers such as `expect.any(String)`. */
export type EventPattern = Pattern<Omit<CompleteEvent, 'action'>>

/** A trail for tests, and the events that it recorded. The functions need no `this`: `beforeEach(recorded.clear)`. */
export interface RecordingTrail<
  D extends CatalogData = CatalogData,
  M extends MetadataSchemas<D> = MetadataSchemas<D>,
> {
  /** The trail. Give it to the app under test. */
  readonly trail: Trail<D, M>
  /**
   * Returns the recorded events in order, as the service would store them: with `description`, `kind` and the other defaults,
   * without secrets. Waits for requests in progress.
   */
  events(): Promise<readonly CompleteEvent[]>
  /**
   * Waits for an event of this action that has everything in `pattern`, as `toMatchObject` of vitest and Jest compares. Returns
   * the first one. Await it.
   *
   * @throws AssertionError when there is none after `timeoutMs`: it lists the recorded events, and the differences of the
   * nearest one
   * @example
   * await recorded.expectEvent('project.created', { resource: { id: 'p1' }, actor: { id: 'u1' } })
   */
  expectEvent(action: ActionName<D>, pattern?: EventPattern): Promise<CompleteEvent>
  /**
   * Checks that no event of this action has everything in `pattern`; without arguments, that nothing was recorded. Waits for
   * requests in progress. Await it.
   *
   * @throws AssertionError when there is one: it lists all of them
   * @example
   * await recorded.expectNoEvent('project.deleted')
   */
  expectNoEvent(action?: ActionName<D>, pattern?: EventPattern): Promise<void>
  /** Forgets all events, also those of requests in progress. Await it. */
  clear(): Promise<void>
}

/**
 * Creates a trail that records in memory, for the tests of an app. It needs no service, no database, and no particular test
 * framework, starts in about 3 milliseconds, and need not be closed.
 *
 * @example
 * const recorded = recordingTrail({ catalog })
 * const app = createApp(recorded.trail)
 * beforeEach(recorded.clear)
 *
 * test('creating a project is recorded', async () => {
 *   await request(app).post('/projects').send({ name: 'Engine' })
 *   await recorded.expectEvent('project.created', { resource: { name: 'Engine' } })
 * })
 */
export function recordingTrail<D extends CatalogData, M extends MetadataSchemas<D>>(
  options: RecordingOptions<D, M>,
): RecordingTrail<D, M> {
  const { timeoutMs = 1_000, clock = testClock, onWarning, limits, ...rest } = options
  const { json } = options.catalog
  const warnings: string[] = []
  const changes = createChanges()
  const recorder = createRecorder(json, () => clock.now(), changes.add)
  const { trail, requests } = trackRequests(
    createTrail({
      ...rest,
      clock,
      to: recorder,
      flushOnExit: false,
      limits: { flushTimeoutMs: timeoutMs, ...limits },
      onWarning(message) {
        warnings.push(message)
        if (onWarning === undefined) console.warn(`[whodid] ${message}`)
        else onWarning(message)
      },
    }),
    changes.add,
  )

  /**
   * Resolves when the requests in progress have ended and are recorded. One that takes longer than `timeoutMs`, such as a
   * stream, is not waited for again.
   */
  async function settle(): Promise<void> {
    const begun = [...requests]
    const deadline = createDeadline(timeoutMs)
    for (;;) {
      const seen = changes.count
      await trail.flush()
      if (deadline.isOver || !begun.some((request) => requests.has(request))) break
      await deadline.race(changes.after(seen))
    }
    deadline.cancel()
    for (const request of begun) requests.delete(request)
  }

  async function waitForEvent(expectation: Expectation, frames: string | undefined): Promise<CompleteEvent> {
    const deadline = createDeadline(timeoutMs)
    for (;;) {
      const seen = changes.count
      await trail.flush()
      const [found] = findEvents(expectation)
      if (found !== undefined || deadline.isOver) {
        deadline.cancel()
        if (found !== undefined) return found
        throw setStack(createMissingError(expectation, { events: recorder.events, warnings }), frames)
      }
      await deadline.race(changes.after(seen))
    }
  }

  async function assertNoEvent(expectation: Expectation, frames: string | undefined): Promise<void> {
    await settle()
    const found = findEvents(expectation)
    if (found.length > 0)
      throw setStack(createUnexpectedError(expectation, found, { events: recorder.events, warnings }), frames)
  }

  function findEvents({ action, pattern }: Expectation): CompleteEvent[] {
    return recorder.events.filter(
      (event) => (action === undefined || event.action === action) && findDifferences(pattern, event).length === 0,
    )
  }

  /** Events have the current names of actions. */
  function toExpectation(action: string | undefined, pattern: EventPattern = {}): Expectation {
    return { action: action === undefined ? undefined : (findAction(json, action)?.name ?? action), pattern }
  }

  return {
    trail,
    async events() {
      await settle()
      return [...recorder.events]
    },
    expectEvent: function expectEvent(action, pattern) {
      return waitForEvent(toExpectation(action, pattern), captureFrames(expectEvent))
    },
    expectNoEvent: function expectNoEvent(action, pattern) {
      return assertNoEvent(toExpectation(action, pattern), captureFrames(expectNoEvent))
    },
    async clear() {
      await settle()
      recorder.events.length = 0
      warnings.length = 0
    },
  }
}
