import type { Position } from '../contracts/store.ts'
import type { StoredEvent } from '../event/event.ts'
import type { SortColumn } from './filter.ts'

/**
 * The value of a column that events are ordered by, or null for the time, which the id holds. An actor is ordered by name, else
 * e-mail address, else id; a resource by name, else id, else the empty string.
 */
export function getSortValue(event: StoredEvent, sort: SortColumn): string | null {
  switch (sort) {
    case 'occurredAt':
      return null
    case 'actor':
      return event.actor.name ?? event.actor.email ?? event.actor.id
    case 'action':
      return event.action
    case 'resource':
      return event.resource.name ?? event.resource.id ?? ''
    case 'description':
      return event.description
    case 'status':
      return event.status
  }
}

/** Where the page after this event begins. */
export function getPosition(event: StoredEvent, sort: SortColumn): Position {
  return { id: event.id, value: getSortValue(event, sort) }
}
