import type { CatalogJson, FilterCondition } from '@whodid/core'
import { getActionLabel, getTypeLabel } from '../events/describe.ts'
import type { Messages } from '../text/messages.ts'

/** Returns the label of a condition. */
export function getConditionLabel(condition: FilterCondition, messages: Messages): string {
  return {
    actor: messages.user,
    actorName: messages.user,
    action: messages.action,
    category: messages.category,
    group: messages.group,
    kind: messages.kind,
    resource: messages.resource,
    resourceType: messages.resourceType,
    resourceId: messages.resource,
    project: messages.project,
    status: messages.status,
    channel: messages.channel,
    severity: messages.severity,
  }[condition]
}

function lookUpLabel(labels: { readonly [value: string]: string }, value: string): string {
  return labels[value] ?? value
}

/** Returns the label of a value without a request. Actors and projects are labeled by their ids. */
export function getValueLabel(
  condition: FilterCondition,
  value: string,
  catalog: CatalogJson,
  messages: Messages,
): string {
  switch (condition) {
    case 'action':
      return `${getTypeLabel(catalog, value.split('.')[0] ?? '')}: ${getActionLabel(catalog, value)}`
    case 'category':
    case 'resourceType':
      return getTypeLabel(catalog, value)
    case 'kind':
      return lookUpLabel(messages.kinds, value)
    case 'status':
      return value === 'failure' ? messages.failed : messages.succeeded
    case 'channel':
      return lookUpLabel(messages.channels, value)
    case 'severity':
      return lookUpLabel(messages.severities, value)
    default:
      return value
  }
}
