/**
 * The state of every part, as it stands in the page. Style by these; they are part of the public surface and pinned by
 * tests. An attribute without values is there or not there.
 *
 * @example
 * .whodid-row[data-unread] { background: lavender }
 */
export const STATE_ATTRIBUTES = {
  /** Root elements and portals: how they are coloured. */
  'data-whodid-theme': ['auto', 'system', 'light', 'dark'],
  /** Badges, tiles and rows: what the action did. */
  'data-kind': ['create', 'update', 'delete', 'other'],
  /** Badges, tiles and rows: whether it worked. */
  'data-status': ['success', 'failure'],
  /** Tiles and rows: how much attention it deserves. */
  'data-severity': ['info', 'warning', 'critical'],
  /** Rows of the feed that the viewer has not seen. */
  'data-unread': [],
  /** Rows that are selected. */
  'data-selected': [],
  /** The row that the arrow keys move from. */
  'data-current': [],
  /** Rows that have just arrived. */
  'data-new': [],
  /** A list that shows the events of the filter before: until the new one's have come, and while a search is wrong. */
  'data-stale': [],
  /** A resource that no longer exists. */
  'data-deleted': [],
  /** What stands where a list would: nothing to show, or an error. */
  'data-state': ['empty', 'error'],
  /** Filter buttons that have a value. */
  'data-active': [],
  /** The indicator of the live stream. */
  'data-live': ['off', 'connecting', 'live', 'failed'],
  /** A side of a change. */
  'data-change': ['changed', 'set', 'removed'],
  /** The table: whether it fills the window. */
  'data-fullscreen': [],
  /** Details: how they are shown. */
  'data-mode': ['drawer', 'dialog', 'inline'],
} as const

/** The name of a state attribute. */
export type StateAttribute = keyof typeof STATE_ATTRIBUTES

/** The value of an attribute without values: there when true. */
export function toFlag(condition: boolean): '' | undefined {
  return condition ? '' : undefined
}
