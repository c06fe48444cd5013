import type { Position } from '../contracts/store.ts'
import type { StoredEvent } from '../event/event.ts'
import type { SortColumn } from './filter.ts'

/**
 * Returns the value of a sort column, or null for `occurredAt`, because the id holds the time. Actors sort by name,
 * or else email address, or else id. Resources sort by name, or else id, or else an empty string.
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

/** Returns the position of an event in a sorted list, from which the next page starts. */
export function getPosition(event: StoredEvent, sort: SortColumn): Position {
  return { id: event.id, value: getSortValue(event, sort) }
}
