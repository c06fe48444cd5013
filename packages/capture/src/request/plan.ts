import type { Told } from '../event/resolve.ts'
import type { Inference } from '../infer/infer.ts'
import type { RequestFacts, RequestOutcome } from './options.ts'

/** What a request comes to, and why. */
export interface Plan {
  readonly told: readonly Told[]
  readonly inference: Inference | undefined
  readonly route: string | null
  /** Where the action comes from, or why there is none. */
  readonly why: string
}

/** What `debug` prints of a request: its events, where they come from, or why there are none. */
export function lineOf(plan: Plan, outcome: RequestOutcome, facts: RequestFacts<object>, annotated: number): string {
  const { told, route, why, inference } = plan
  const { method, path } = facts
  const request = `${method} ${path} ${outcome.aborted === true ? 'aborted' : outcome.status}`
  if (told.length === 0) return `${request} is no event: ${why}`
  const events = told.map(
    ({ action, type, resourceId, name }) => `${action} of ${type ?? ''} ${name ?? resourceId ?? '(no id)'}`,
  )
  const isInferred = told.some(({ action }) => action === inference?.action)
  const source = isInferred ? `${why} ${method} ${route ?? path}` : 'as it was told'
  return `${request} is ${events.join(', ')} (${source}${annotated > 0 ? `, ${annotated} annotated` : ''})`
}
