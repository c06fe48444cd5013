import type { Channel, Kind, Severity, Status } from '../event/event.ts'

/** Filter conditions that take a list. Values of one condition are alternatives, and all conditions must match. */
export interface FilterConditions {
  /** Actor ids. A value with an `@` also matches an email address. `actor` and `actorName` form one condition: either may match. */
  readonly actor?: readonly string[] | undefined
  /** Parts of actor names, compared as in search. */
  readonly actorName?: readonly string[] | undefined
  readonly action?: readonly string[] | undefined
  readonly category?: readonly string[] | undefined
  /** Groups of categories, as declared in the catalog. */
  readonly group?: readonly string[] | undefined
  readonly kind?: readonly Kind[] | undefined
  /** Resources by type and id: `project/42`. */
  readonly resource?: readonly string[] | undefined
  readonly resourceType?: readonly string[] | undefined
  readonly resourceId?: readonly string[] | undefined
  /** Project ids: of `scope.project`, or of a resource of type `project`. */
  readonly project?: readonly string[] | undefined
  readonly status?: readonly Status[] | undefined
  readonly channel?: readonly Channel[] | undefined
  readonly severity?: readonly Severity[] | undefined
}

export const INBOX_STATES = ['unread', 'inbox', 'archived'] as const
/** A part of the viewer's inbox. `unread`: not seen and not archived. `inbox`: not archived. `archived`: archived. */
export type InboxState = (typeof INBOX_STATES)[number]

/** A filter of events, for lists, exports, streams and policies. */
export interface Filter extends FilterConditions {
  /**
   * Search text over actor, email, category, action, resource name and description: words and quoted phrases, all of which
   * must occur. A service accepts the whole search language (see `parseQuery`), a store only words and phrases.
   */
  readonly q?: string | undefined
  readonly inbox?: InboxState | undefined
  /** The start in ISO 8601, inclusive. A date begins at 00:00 UTC. */
  readonly from?: string | undefined
  /** The end in ISO 8601, exclusive. A date includes that whole day in UTC. */
  readonly to?: string | undefined
  /** Conditions that must not match. */
  readonly not?: NotConditions | undefined
}

/** Conditions that an event must not match. */
export interface NotConditions extends FilterConditions {
  /** Words and quoted phrases that must not occur. */
  readonly q?: string | undefined
}

/** The names of the list conditions, in display order. */
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

/** The name of a list condition. */
export type FilterCondition = (typeof FILTER_CONDITIONS)[number]

export const SORT_COLUMNS = ['occurredAt', 'actor', 'action', 'resource', 'description', 'status'] as const
/** A column to sort by. */
export type SortColumn = (typeof SORT_COLUMNS)[number]

/** A sort direction. */
export type SortOrder = 'asc' | 'desc'

/** Parses a resource reference such as `project/42` into type and id. Returns undefined when it is malformed. */
export function parseResourceRef(reference: string): { readonly type: string; readonly id: string } | undefined {
  const slash = reference.indexOf('/')
  if (slash < 1 || slash === reference.length - 1) return undefined
  return { type: reference.slice(0, slash), id: reference.slice(slash + 1) }
}
