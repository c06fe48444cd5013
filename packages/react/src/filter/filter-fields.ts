import type { FacetDimension, FilterCondition } from '@whodid/core'
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
/** A button of the filter bar. `action` also offers kinds, `category` also offers groups. */
export type FilterField = (typeof FILTER_FIELDS)[number]

/** Facet dimensions that provide each field's counts. */
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

/** Filter conditions that each field sets. */
export const FIELD_CONDITIONS: { readonly [field in FilterField]: readonly FilterCondition[] } = {
  ...FIELD_DIMENSIONS,
  category: ['group', 'category'],
}

/** Fields with too many values to load at once. The service searches them. */
export const SERVER_SEARCHED_FIELDS: ReadonlySet<FilterField> = new Set(['actor', 'project'])

/** Returns the label of a field. */
export function getFieldLabel(field: FilterField, messages: Messages): string {
  return {
    actor: messages.user,
    action: messages.action,
    resourceType: messages.resourceType,
    category: messages.category,
    project: messages.project,
    status: messages.status,
    severity: messages.severity,
    channel: messages.channel,
  }[field]
}
