import type { Channel, Kind, Severity, Status } from '../event/event.ts'

/** The list-valued conditions of a filter. Values of one condition are alternatives; conditions combine. */
export interface FilterConditions {
  /** Actor ids; a value with an `@` is an e-mail address. Together with `actorName` it is one condition. */
  readonly actor?: readonly string[] | undefined
  /** Parts of actors' names, folded as in search. Alternatives to `actor`: either may hold. */
  readonly actorName?: readonly string[] | undefined
  readonly action?: readonly string[] | undefined
  readonly category?: readonly string[] | undefined
  /** Groups of categories, as the catalog declares them. */
  readonly group?: readonly string[] | undefined
  readonly kind?: readonly Kind[] | undefined
  /** Resources by type and id: `project/42`. */
  readonly resource?: readonly string[] | undefined
  readonly resourceType?: readonly string[] | undefined
  readonly resourceId?: readonly string[] | undefined
  /** Ids of `scope.project`, or of a resource of type `project` itself. */
  readonly project?: readonly string[] | undefined
  readonly status?: readonly Status[] | undefined
  readonly channel?: readonly Channel[] | undefined
  readonly severity?: readonly Severity[] | undefined
}

export const INBOX_STATES = ['unread', 'inbox', 'archived'] as const
/** A part of the viewer's inbox: unread and not archived, not archived, or archived. */
export type InboxState = (typeof INBOX_STATES)[number]

/** Which events: the one structure that search box, export, stream and policy all hold. */
export interface Filter extends FilterConditions {
  /**
   * Free text over actor, e-mail, category, action, resource name and description: words, and phrases in quotes, each of which
   * must occur. A service takes the whole search language here, see `parseQuery`; a store knows only words and phrases.
   */
  readonly q?: string | undefined
  readonly inbox?: InboxState | undefined
  /** ISO 8601, inclusive. A bare date is that whole day in UTC. */
  readonly from?: string | undefined
  /** ISO 8601, exclusive. A bare date includes that whole day in UTC. */
  readonly to?: string | undefined
  /** Conditions that must not hold. */
  readonly not?: NotConditions | undefined
}

/** What an event must not have. */
export interface NotConditions extends FilterConditions {
  /** Words, and phrases in quotes, none of which may occur. */
  readonly q?: string | undefined
}

/** The conditions of a filter that take a list, in the order they are shown. */
export const FILTER_CONDITIONS = [
  'actor',
  'actorName',
  'action',
  'category',
  'group',
  'kind',
  'resource',
  'resourceType',
  'resourceId',
  'project',
  'status',
  'channel',
  'severity',
] as const satisfies readonly (keyof FilterConditions)[]

/** The name of a list-valued condition. */
export type FilterCondition = (typeof FILTER_CONDITIONS)[number]

export const SORT_COLUMNS = ['occurredAt', 'actor', 'action', 'resource', 'description', 'status'] as const
/** A column that a list can be ordered by. */
export type SortColumn = (typeof SORT_COLUMNS)[number]

/** A direction of order. */
export type SortOrder = 'asc' | 'desc'

/** The type and the id of a resource such as `project/42`; undefined when it is not written so. */
export function parseResourceRef(resource: string): { readonly type: string; readonly id: string } | undefined {
  const slash = resource.indexOf('/')
  if (slash < 1 || slash === resource.length - 1) return undefined
  return { type: resource.slice(0, slash), id: resource.slice(slash + 1) }
}
