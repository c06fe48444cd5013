import type { CompleteEvent } from '@whodid/core'
import { type Difference, findDifferences, pickExpected } from './differences.ts'

/** The expectation of a matcher: an action, all actions without one, and a part of the event. */
export interface Expectation {
  readonly action: string | undefined
  readonly pattern: object
}

/** The recorded events. */
export interface Recording {
  readonly events: readonly CompleteEvent[]
  /** The warnings of the trail. */
  readonly warnings: readonly string[]
}

const MAX_LISTED_EVENTS = 20

/** An error that vitest, Jest and node:test print with the difference of `actual` and `expected`. */
class AssertionError extends Error {
  override readonly name = 'AssertionError'
  readonly code = 'ERR_ASSERTION'
  readonly actual: unknown
  readonly expected: unknown
  readonly showDiff: boolean
  /** Jest prints no difference for `fail`. */
  readonly operator: 'fail' | undefined

  constructor(message: string, comparison?: { readonly actual: unknown; readonly expected: unknown }) {
    super(message)
    this.actual = comparison?.actual
    this.expected = comparison?.expected
    this.showDiff = comparison !== undefined
    this.operator = comparison === undefined ? 'fail' : undefined
  }
}

/** Creates the error for an expected event that was not recorded. */
export function createMissingError(expectation: Expectation, recording: Recording): Error {
  const { events } = recording
  const title = `${formatExpectation(expectation)} was not recorded`
  const nearest = findNearest(expectation, events)
  if (nearest === undefined) {
    const hint =
      'Nothing was recorded: give `recorded.trail` to the app, await the action first, and see how requests become events with `recordingTrail({ catalog, debug: true })`.'
    return new AssertionError([`${title}.`, hint, ...formatWarnings(recording)].join('\n'))
  }
  const lines = [
    `${title}. Recorded:`,
    ...formatEvents(events),
    `The nearest is ${events.indexOf(nearest.event) + 1}, which differs in:`,
    ...nearest.differences.map(formatDifference),
    ...formatWarnings(recording),
  ]
  const expected = { action: expectation.action, ...expectation.pattern }
  return new AssertionError(lines.join('\n'), { actual: pickExpected(expected, nearest.event), expected })
}

/** Creates the error for events that were recorded, but not expected. */
export function createUnexpectedError(
  expectation: Expectation,
  found: readonly CompleteEvent[],
  recording: Recording,
): Error {
  const lines = [
    `${formatExpectation(expectation)} was not expected, but recorded:`,
    ...formatEvents(found),
    ...formatWarnings(recording),
  ]
  const pattern = { action: expectation.action, ...expectation.pattern }
  const actual = found.map((event) => (expectation.action === undefined ? event : pickExpected(pattern, event)))
  return new AssertionError(lines.join('\n'), { actual, expected: [] })
}

/** Makes the frames of an error begin with the caller of a matcher. */
export function setStack(error: Error, frames: string | undefined): Error {
  if (frames !== undefined) error.stack = `${error.name}: ${error.message}\n${frames}`
  return error
}

/** Returns the stack above `matcher`. */
export function captureFrames(matcher: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, matcher)
  return holder.stack?.slice(holder.stack.indexOf('\n') + 1)
}

/** Finds the event with the fewest differences, of the expected action if there is one. */
function findNearest({ action, pattern }: Expectation, events: readonly CompleteEvent[]) {
  const sameAction = events.filter((event) => event.action === action)
  return (sameAction.length > 0 ? sameAction : events)
    .map((event) => ({ event, differences: findDifferences({ action, ...pattern }, event) }))
    .reduce<{ event: CompleteEvent; differences: Difference[] } | undefined>(
      (best, each) => (best === undefined || each.differences.length < best.differences.length ? each : best),
      undefined,
    )
}

function formatExpectation({ action, pattern }: Expectation): string {
  const subject = action ?? 'An event'
  return Object.keys(pattern).length === 0 ? subject : `${subject} with ${formatValue(pattern)}`
}

function formatEvents(events: readonly CompleteEvent[]): string[] {
  const lines = events.map(({ action, status, resource, tenantId, actor, description }, index) => {
    const failed = status === 'failure' ? ', failed' : ''
    const id = resource.id === null ? '' : ` ${resource.id}`
    return `  ${index + 1}. ${action}${failed}: ${resource.type}${id}, by ${actor.id}, tenant ${tenantId}: ${description}`
  })
  const more = lines.length - MAX_LISTED_EVENTS
  return more > 0 ? [...lines.slice(0, MAX_LISTED_EVENTS), `  and ${more} more`] : lines
}

function formatDifference({ path, expected, received }: Difference): string {
  return `  ${path}: expected ${formatValue(expected)}, received ${formatValue(received)}`
}

function formatWarnings({ warnings }: Recording): string[] {
  return warnings.length === 0 ? [] : ['The trail warned:', ...warnings.map((warning) => `  ${warning}`)]
}

function formatValue(value: unknown): string {
  const text: string | undefined = JSON.stringify(value, (_key, member: unknown) => formatMatcher(member) ?? member)
  return text ?? String(value)
}

/** Returns the text of an asymmetric matcher, such as `Any<String>` or `StringContaining 'Ada'`, with vitest as with Jest. */
function formatMatcher(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('asymmetricMatch' in value)) return undefined
  if ('toAsymmetricMatcher' in value && typeof value.toAsymmetricMatcher === 'function')
    return String(value.toAsymmetricMatcher())
  const sample = 'sample' in value ? ` ${JSON.stringify(value.sample).replaceAll('"', "'")}` : ''
  return String(value) + sample
}
