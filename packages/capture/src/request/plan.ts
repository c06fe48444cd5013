import type { ResolvedDraft } from '../event/draft.ts'
import type { Inference } from '../infer/infer.ts'
import type { RequestFacts, RequestOutcome } from './options.ts'

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
