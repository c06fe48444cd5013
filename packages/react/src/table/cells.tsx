import type { CatalogJson, StoredEvent } from '@whodid/core'
import type { ReactNode } from 'react'
import { getActorName, getActorTag, getScopes, getSentence } from '../events/describe.ts'
import { ActionBadge } from '../parts/event/action-badge.tsx'
import { RelativeTime } from '../parts/event/relative-time.tsx'
import { ResourceLink } from '../parts/event/resource-link.tsx'
import { Icon } from '../parts/icons/icon.tsx'
import { Sentence, Text } from '../parts/text.tsx'
import { useActivityContext } from '../provider/context.ts'
import type { Messages } from '../text/messages.ts'
import type { TableColumn } from './use-activity-table.ts'

/** Returns the label of a column. */
export function getColumnLabel(column: TableColumn, messages: Messages): string {
  return {
    resource: messages.name,
    action: messages.action,
    key: messages.actionKey,
    description: messages.description,
    occurredAt: messages.time,
    actor: messages.user,
    status: messages.status,
  }[column]
}

/** Renders the cell of an event in a column. */
export function Cell({
  column,
  event,
  catalog,
}: {
  column: TableColumn
  event: StoredEvent
  catalog: CatalogJson
}): ReactNode {
  const { messages, formats } = useActivityContext()
  switch (column) {
    case 'resource': {
      const scopes = getScopes(event)
      return (
        <div className="whodid-cell-name">
          <ResourceLink event={event} catalog={catalog} />
          {scopes.length > 0 && (
            <span className="whodid-cell-scope">
              <Text value={scopes.map((scope) => scope.name).join(' · ')} />
            </span>
          )}
        </div>
      )
    }
    case 'action':
      return <ActionBadge event={event} catalog={catalog} />
    case 'key':
      return <Text value={event.action} className="whodid-code" />
    case 'description':
      return <Sentence text={getSentence(catalog, event, formats.locale)} name={event.resource.name} />
    case 'occurredAt':
      return <RelativeTime iso={event.occurredAt} />
    case 'actor': {
      const tag = event.actor.type === 'user' ? null : getActorTag(event, messages)
      return (
        <span className="whodid-cell-actor">
          <Text value={getActorName(event, messages)} />
          {tag !== null && <span className="whodid-tag">{tag}</span>}
        </span>
      )
    }
    case 'status':
      return (
        <span className="whodid-status" data-status={event.status}>
          <Icon name={event.status === 'failure' ? 'failed' : 'completed'} size={13} />
          {event.status === 'failure' ? messages.failed : messages.succeeded}
        </span>
      )
  }
}
