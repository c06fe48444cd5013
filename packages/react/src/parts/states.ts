/**
 * Data attributes that reflect the state of components, for styling. They are public API. An attribute with an empty list is
 * either present or absent.
 *
 * @example
 * .whodid-row[data-unread] { background: lavender }
 */
export const STATE_ATTRIBUTES = {
  /** Root elements and portals: the color scheme. */
  'data-whodid-theme': ['auto', 'system', 'light', 'dark'],
  /** Badges, tiles and rows: the kind of the action. */
  'data-kind': ['create', 'update', 'delete', 'other'],
  /** Badges, tiles and rows: the outcome. */
  'data-status': ['success', 'failure'],
  /** Tiles and rows: the severity. */
  'data-severity': ['info', 'warning', 'critical'],
  /** Feed rows that the viewer has not seen. */
  'data-unread': [],
  /** Selected rows. */
  'data-selected': [],
  /** The row that arrow keys move from. */
  'data-current': [],
  /** Rows that just arrived. */
  'data-new': [],
  /** Lists that show results of the previous filter, while loading or while the search is invalid. */
  'data-stale': [],
  /** Links to deleted resources. */
  'data-deleted': [],
  /** Placeholders of a list: empty or error. */
  'data-state': ['empty', 'error'],
  /** Filter buttons with a value. */
  'data-active': [],
  /** The live badge: status of the stream. */
  'data-live': ['off', 'connecting', 'live', 'failed'],
  /** Changed fields: the kind of change. */
  'data-change': ['changed', 'set', 'removed'],
  /** The table in fullscreen. */
  'data-fullscreen': [],
  /** Details: the display mode. */
  'data-mode': ['drawer', 'dialog', 'inline'],
} as const

/** Name of a state attribute. */
export type StateAttribute = keyof typeof STATE_ATTRIBUTES

/** Returns the value of a boolean attribute: present if true, absent if false. */
export function toFlag(condition: boolean): '' | undefined {
  return condition ? '' : undefined
}
