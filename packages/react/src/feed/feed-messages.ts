/** Texts of `ActivityFeed`. */
export interface FeedMessages {
  activityFeed: string
  endOfList: string
  inbox: string
  inboxEmptyTitle: string
  inboxEmptyBody: string
  archive: string
  archiveEmptyTitle: string
  archiveEmptyBody: string
  unread: string
  unreadCount(count: number, text: string): string
  markSeen: string
  markUnseen: string
  markAllSeen: string
  archiveEvent: string
  unarchiveEvent: string
  clearSelection: string
  /** Results of an inbox change. */
  markedSeen(count: number, text: string): string
  markedUnseen(count: number, text: string): string
  archivedEvents(count: number, text: string): string
  unarchivedEvents(count: number, text: string): string
  changeFailed: string
  undo: string
  /** Keyboard shortcuts, listed below the feed. */
  keyboard: string
  keyMove: string
  keyOpen: string
  keySelect: string
  keyArchive: string
  keySeen: string
}
