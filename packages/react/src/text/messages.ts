/**
 * Every word of the kit. Give a `Partial<Messages>` to the provider to change or translate some of them; dates, numbers
 * and lists come from `Intl` by the provider's `locale`. Counts arrive both as a number, to choose a plural, and as text.
 */
export interface Messages {
  // Lists
  activity: string
  activityFeed: string
  activityTable: string
  loading: string
  loadMore: string
  endOfList: string
  newEvents(count: number, text: string): string
  windowed: string
  live: string
  connecting: string
  offline: string
  notices: string
  dismissNotice(event: string): string
  // States
  emptyTitle: string
  emptyBody: string
  inboxEmptyTitle: string
  inboxEmptyBody: string
  archiveEmptyTitle: string
  archiveEmptyBody: string
  noMatchTitle: string
  noMatchBody: string
  errorTitle: string
  errorBody(reason: string): string
  forbiddenTitle: string
  forbiddenBody: string
  retry: string
  // Inbox
  inbox: string
  archive: string
  unread: string
  unreadCount(count: number, text: string): string
  markSeen: string
  markUnseen: string
  markAllSeen: string
  archiveEvent: string
  unarchiveEvent: string
  seenDone(count: number, text: string): string
  unseenDone(count: number, text: string): string
  archivedDone(count: number, text: string): string
  unarchivedDone(count: number, text: string): string
  changeFailed: string
  undo: string
  // Selection
  selected(count: number, text: string): string
  select(event: string): string
  selectPage: string
  clearSelection: string
  // Events
  /** Whose personal data were erased. */
  formerUser: string
  onBehalfOf(name: string): string
  impersonatedBy(name: string): string
  failed: string
  failedAction(action: string): string
  succeeded: string
  inScope(name: string): string
  deletedReason(type: string): string
  deleted: string
  kinds: { create: string; update: string; delete: string; other: string }
  severities: { info: string; warning: string; critical: string }
  channels: { ui: string; api: string; system: string }
  actorTypes: { user: string; system: string; api_key: string; service: string; agent: string }
  // Table
  name: string
  action: string
  actionKey: string
  description: string
  when: string
  user: string
  status: string
  columns: string
  page(from: string, to: string, total: string): string
  previousPage: string
  nextPage: string
  fullscreen: string
  exitFullscreen: string
  // Filters
  filters: string
  search: string
  searchPlaceholder: string
  clearSearch: string
  /** What can be written in the search box. */
  searchExamples: readonly string[]
  /** What the rows are while the text in the search box is wrong. */
  searchWrong: string
  filterBy(name: string): string
  findIn(name: string): string
  noValues: string
  type: string
  category: string
  group: string
  kind: string
  project: string
  channel: string
  severity: string
  resource: string
  date: string
  dateFrom: string
  dateTo: string
  apply: string
  clear: string
  clearAll: string
  removeFilter(name: string): string
  ranges: { today: string; '24h': string; '7d': string; '30d': string; custom: string }
  rangeFrom(from: string): string
  rangeTo(to: string): string
  rangeBetween(from: string, to: string): string
  // Details
  details: string
  close: string
  previousEvent: string
  nextEvent: string
  timestamp: string
  scope: string
  metadata: string
  changes: string
  noChanges: string
  changedFrom: string
  changedTo: string
  setTo: string
  removed: string
  empty: string
  redacted: string
  context: string
  ip: string
  userAgent: string
  requestId: string
  request: string
  error: string
  causedBy: string
  eventId: string
  sequence: string
  copyJson: string
  copyLink: string
  copied: string
  copyFailed: string
  notFoundTitle: string
  notFoundBody: string
  // Export
  actions(count: number, text: string): string
  selectRowsFirst: string
  selectedRows: string
  copyCsv: string
  copyJsonRows: string
  exportCsv: string
  exportJson: string
  allMatching: string
  exportAllCsv: string
  exportAllJson: string
  copiedRows(count: number, text: string): string
  exportedRows(count: number, text: string): string
  exporting: string
  exportDone: string
  exportFailed(reason: string): string
  // Card, history
  lastActivity: string
  viewAll: string
  history: string
  historyEmptyTitle: string
  historyEmptyBody: string
  userActivity: string
  userEmptyTitle: string
  userEmptyBody: string
  showChanges(count: number, text: string): string
  hideChanges: string
  // Keyboard
  keyboard: string
  keyMove: string
  keyOpen: string
  keySelect: string
  keyArchive: string
  keySeen: string
}

function events(count: number, text: string) {
  return count === 1 ? `${text} event` : `${text} events`
}

/** The words in English, used for whatever the host does not say otherwise. */
export const ENGLISH: Messages = {
  activity: 'Activity',
  activityFeed: 'Activity feed',
  activityTable: 'Activity table',
  loading: 'Loading activity',
  loadMore: 'Load more',
  endOfList: 'That is everything.',
  newEvents: (count, text) => events(count, `${text} new`),
  windowed: 'Only the newest 10,000 are sorted.',
  live: 'Live',
  connecting: 'Connecting',
  offline: 'Not live',
  notices: 'Notices',
  dismissNotice: (event) => `Dismiss: ${event}`,
  emptyTitle: 'No activity yet',
  emptyBody: 'What people create, change and delete appears here as it happens.',
  inboxEmptyTitle: 'Inbox clear',
  inboxEmptyBody: 'New events arrive here by themselves.',
  archiveEmptyTitle: 'Nothing archived',
  archiveEmptyBody: 'What you archive is kept here.',
  noMatchTitle: 'No events match',
  noMatchBody: 'Try fewer filters, another word or a longer time.',
  errorTitle: 'Activity could not be loaded',
  errorBody: (reason) => reason,
  forbiddenTitle: 'You may not see this activity',
  forbiddenBody: 'Ask an administrator for access.',
  retry: 'Try again',
  inbox: 'Inbox',
  archive: 'Archive',
  unread: 'Unread',
  unreadCount: (_count, text) => `${text} unread`,
  markSeen: 'Mark as seen',
  markUnseen: 'Mark as unread',
  markAllSeen: 'Mark all seen',
  archiveEvent: 'Archive',
  unarchiveEvent: 'Move to inbox',
  seenDone: (count, text) => `${events(count, text)} marked as seen`,
  unseenDone: (count, text) => `${events(count, text)} marked as unread`,
  archivedDone: (count, text) => `${events(count, text)} archived`,
  unarchivedDone: (count, text) => `${events(count, text)} moved to the inbox`,
  changeFailed: 'That did not work. Nothing was changed.',
  undo: 'Undo',
  selected: (_count, text) => `${text} selected`,
  select: (event) => `Select: ${event}`,
  selectPage: 'Select all on this page',
  clearSelection: 'Clear selection',
  formerUser: 'A former user',
  onBehalfOf: (name) => `for ${name}`,
  impersonatedBy: (name) => `by ${name} as them`,
  failed: 'Failed',
  failedAction: (action) => `${action} failed`,
  succeeded: 'Succeeded',
  inScope: (name) => `in ${name}`,
  deletedReason: (type) => `This ${type} was deleted.`,
  deleted: 'Deleted',
  kinds: { create: 'Create', update: 'Update', delete: 'Delete', other: 'Other' },
  severities: { info: 'Info', warning: 'Warning', critical: 'Critical' },
  channels: { ui: 'Web', api: 'API', system: 'System' },
  actorTypes: { user: 'User', system: 'System', api_key: 'API key', service: 'Service', agent: 'Agent' },
  name: 'Name',
  action: 'Action',
  actionKey: 'Action key',
  description: 'Description',
  when: 'Time',
  user: 'User',
  status: 'Status',
  columns: 'Columns',
  page: (from, to, total) => `${from}–${to} of ${total}`,
  previousPage: 'Previous page',
  nextPage: 'Next page',
  fullscreen: 'Fullscreen',
  exitFullscreen: 'Exit fullscreen',
  filters: 'Filters',
  search: 'Search activity',
  searchPlaceholder: 'Search activity…',
  clearSearch: 'Clear search',
  searchExamples: ['actor:ada', 'status:failure', 'from:7d', '-kind:update', '"exact words"'],
  searchWrong: 'Results of the last search',
  filterBy: (name) => `Filter by ${name}`,
  findIn: (name) => `Find ${name}…`,
  noValues: 'Nothing found.',
  type: 'Type',
  category: 'Category',
  group: 'Group',
  kind: 'Kind',
  project: 'Project',
  channel: 'Channel',
  severity: 'Severity',
  resource: 'Resource',
  date: 'Date',
  dateFrom: 'From',
  dateTo: 'To',
  apply: 'Apply',
  clear: 'Clear',
  clearAll: 'Clear all',
  removeFilter: (name) => `Remove filter: ${name}`,
  ranges: {
    today: 'Today',
    '24h': 'Last 24 hours',
    '7d': 'Last 7 days',
    '30d': 'Last 30 days',
    custom: 'Custom range',
  },
  rangeFrom: (from) => `From ${from}`,
  rangeTo: (to) => `Until ${to}`,
  rangeBetween: (from, to) => (from === to ? from : `${from} – ${to}`),
  details: 'Event details',
  close: 'Close',
  previousEvent: 'Previous event',
  nextEvent: 'Next event',
  timestamp: 'Timestamp',
  scope: 'Belongs to',
  metadata: 'Metadata',
  changes: 'Changes',
  noChanges: 'No field changes were recorded.',
  changedFrom: 'Before',
  changedTo: 'After',
  setTo: 'Set to',
  removed: 'Removed',
  empty: 'empty',
  redacted: 'Redacted',
  context: 'Origin',
  ip: 'IP address',
  userAgent: 'User agent',
  requestId: 'Request ID',
  request: 'Request',
  error: 'Error',
  causedBy: 'Caused by',
  eventId: 'Event ID',
  sequence: 'Sequence',
  copyJson: 'Copy JSON',
  copyLink: 'Copy link',
  copied: 'Copied',
  copyFailed: 'The clipboard is not available here.',
  notFoundTitle: 'Event not found',
  notFoundBody: 'It does not exist, or you may not see it.',
  actions: (count, text) => (count > 0 ? `Actions (${text})` : 'Actions'),
  selectRowsFirst: 'Select rows first',
  selectedRows: 'Selected rows',
  copyCsv: 'Copy as CSV',
  copyJsonRows: 'Copy as JSON',
  exportCsv: 'Export as CSV',
  exportJson: 'Export as JSON',
  allMatching: 'Everything that matches',
  exportAllCsv: 'Export all as CSV',
  exportAllJson: 'Export all as JSON',
  copiedRows: (count, text) => `${events(count, text)} copied`,
  exportedRows: (count, text) => `${events(count, text)} exported`,
  exporting: 'Exporting…',
  exportDone: 'Export finished',
  exportFailed: (reason) => `Export failed: ${reason}`,
  lastActivity: 'Last activity',
  viewAll: 'View all',
  history: 'History',
  historyEmptyTitle: 'No history yet',
  historyEmptyBody: 'Changes to it will be listed here.',
  userActivity: 'User activity',
  userEmptyTitle: 'Nothing done yet',
  userEmptyBody: 'What this person does will be listed here.',
  showChanges: (count, text) => (count === 1 ? `${text} change` : `${text} changes`),
  hideChanges: 'Hide changes',
  keyboard: 'Keyboard shortcuts',
  keyMove: 'move',
  keyOpen: 'open',
  keySelect: 'select',
  keyArchive: 'archive',
  keySeen: 'seen',
}

/** English with the host's words on top. */
export function messagesWith(own: Partial<Messages> | undefined): Messages {
  return own === undefined ? ENGLISH : { ...ENGLISH, ...own }
}
