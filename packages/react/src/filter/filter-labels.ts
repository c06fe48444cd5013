import type { CatalogJson, FilterCondition } from '@whodid/core/browser'
import { actionLabel, typeLabel } from '../events/describe.ts'
import type { Messages } from '../text/messages.ts'

/** What a condition is called. */
export function termLabel(term: FilterCondition, messages: Messages): string {
  return {
    actor: messages.user,
    actorName: messages.user,
    action: messages.action,
    category: messages.category,
    group: messages.group,
    kind: messages.kind,
    resource: messages.resource,
    resourceType: messages.type,
    resourceId: messages.resource,
    project: messages.project,
    status: messages.status,
    channel: messages.channel,
    severity: messages.severity,
  }[term]
}

function wordFor(words: { readonly [value: string]: string }, value: string): string {
  return words[value] ?? value
}

/** What a value is called, without asking the service; people and projects are only known by their ids here. */
export function valueLabel(term: FilterCondition, value: string, catalog: CatalogJson, messages: Messages): string {
  switch (term) {
    case 'action':
      return `${typeLabel(catalog, value.split('.')[0] ?? '')}: ${actionLabel(catalog, value)}`
    case 'category':
    case 'resourceType':
      return typeLabel(catalog, value)
    case 'kind':
      return wordFor(messages.kinds, value)
    case 'status':
      return value === 'failure' ? messages.failed : messages.succeeded
    case 'channel':
      return wordFor(messages.channels, value)
    case 'severity':
      return wordFor(messages.severities, value)
    default:
      return value
  }
}
