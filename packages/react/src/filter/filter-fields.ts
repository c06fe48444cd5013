import type { FacetDimension, FilterCondition } from '@whodid/core/browser'
import type { Messages } from '../text/messages.ts'

export const FILTER_FIELDS = [
  'actor',
  'action',
  'resourceType',
  'category',
  'project',
  'status',
  'severity',
  'channel',
] as const
/** A button of the filter bar. `action` offers kinds too, `category` groups too. */
export type FilterField = (typeof FILTER_FIELDS)[number]

/** Which dimensions a field's counts come from. */
export const FIELD_DIMENSIONS: { readonly [field in FilterField]: readonly FacetDimension[] } = {
  actor: ['actor'],
  action: ['kind', 'action'],
  resourceType: ['resourceType'],
  category: ['category'],
  project: ['project'],
  status: ['status'],
  severity: ['severity'],
  channel: ['channel'],
}

/** Which conditions of a filter a field sets. */
export const FIELD_TERMS: { readonly [field in FilterField]: readonly FilterCondition[] } = {
  ...FIELD_DIMENSIONS,
  category: ['group', 'category'],
}

/** Fields whose values are too many to send whole, and are searched by the service. */
export const SEARCHED_BY_SERVICE: ReadonlySet<FilterField> = new Set(['actor', 'project'])

/** What a field is called. */
export function fieldLabel(field: FilterField, messages: Messages): string {
  return {
    actor: messages.user,
    action: messages.action,
    resourceType: messages.type,
    category: messages.category,
    project: messages.project,
    status: messages.status,
    severity: messages.severity,
    channel: messages.channel,
  }[field]
}
