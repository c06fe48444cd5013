import { kindOfVerb } from '@whodid/core'
import type { Inference } from '../infer/infer.ts'
import type { Draft } from './draft.ts'

/** Whether a draft names one resource, rather than adding to whatever the request is about. */
export function isAddressed(draft: Draft): boolean {
  return draft.type !== undefined && draft.resourceId !== undefined && draft.resourceId !== null
}

/** Whether two drafts are facets of one action: the same resource, and kinds that agree. */
export function areOne(one: Draft, other: Draft): boolean {
  if (typeOf(one) !== typeOf(other) || one.resourceId !== other.resourceId) return false
  const kinds = [kindOf(one), kindOf(other)]
  return kinds[0] === undefined || kinds[1] === undefined || kinds[0] === kinds[1] || isSoft(one, other)
}

function typeOf(draft: Draft) {
  return draft.type ?? draft.action?.slice(0, draft.action.indexOf('.'))
}

function kindOf(draft: Draft) {
  return draft.action === undefined ? draft.kind : kindOfVerb(draft.action.slice(draft.action.indexOf('.') + 1))
}

/** Rows that stay behind are updated, whatever the action is called: a soft delete, a state that changes. */
function isSoft(one: Draft, other: Draft): boolean {
  const told = one.action === undefined ? other : one
  const row = one.action === undefined ? one : other
  return told.action !== undefined && row.action === undefined && row.kind === 'update'
}

const PLAIN = { create: 'created', update: 'updated', delete: 'deleted' } as const

/** The action of a draft, by what it says alone. */
export function actionOf(draft: Draft): string | undefined {
  if (draft.action !== undefined) return draft.action
  if (draft.type === undefined || draft.kind === undefined || draft.kind === 'other') return undefined
  return `${draft.type}.${PLAIN[draft.kind]}`
}

/** What the request infers, for a draft about the same resource: it decides the verb unless the rows say otherwise. */
export function withInference(draft: Draft, inference: Inference, declared: (action: string) => boolean): Draft {
  const inferred = inference.action.slice(inference.action.indexOf('.') + 1)
  const type = draft.type ?? inference.type
  const base: Draft = {
    ...draft,
    type,
    resourceId: draft.resourceId ?? inference.id,
    name: draft.name ?? inference.name,
    scope: draft.scope ?? inference.scope,
  }
  if (draft.action !== undefined) return base
  const isPlain = inferred === 'created' || inferred === 'updated' || inferred === 'deleted'
  if (!isPlain) {
    const own = `${type}.${inferred}`
    if (type === inference.type) return { ...base, action: inference.action }
    if (declared(own)) return { ...base, action: own }
    if (draft.kind === undefined)
      return { ...base, action: inference.action.startsWith(`${inference.type}.`) ? own : inference.action }
  }
  if (draft.kind === undefined || draft.kind === 'other') return { ...base, action: `${type}.${inferred}` }
  // A row that is kept and marked is still a deletion when that was asked for.
  if (draft.kind === 'update' && inferred === 'deleted') return { ...base, action: `${type}.deleted` }
  return { ...base, action: `${type}.${PLAIN[draft.kind]}` }
}
