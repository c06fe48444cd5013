export { type LastActivityOptions, useLastActivity } from './card/use-last-activity.ts'
export type { EventList, ListError } from './events/event-list.ts'
export { useEvent } from './events/use-event.ts'
export { type InboxAction, type InboxChange, useInbox } from './events/use-inbox.ts'
export { useLiveEvents } from './events/use-live-events.ts'
export { useNewEvents } from './events/use-new-events.ts'
export { type Selection, useSelection } from './events/use-selection.ts'
export { type ExportControl, type ExportOutcome, type RowFormat, useExport } from './export/use-export.ts'
export { type ActivityFeedOptions, type FeedTab, useActivityFeed } from './feed/use-activity-feed.ts'
export type { FilterScope } from './filter/filter-scope.tsx'
export { type FacetOptions, useFacets } from './filter/menus/use-facets.ts'
export { type ActivityFilterControl, useActivityFilter } from './filter/use-activity-filter.ts'
export { type ResourceHistoryOptions, useResourceHistory } from './history/use-resource-history.ts'
export { type UserActivityOptions, useUserActivity } from './history/use-user-activity.ts'
export type { LiveStatus } from './provider/live-hub.ts'
export { useCatalog, useLiveStatus, useViewer } from './provider/use-service.ts'
export {
  type ActivityTableControl,
  type ActivityTableOptions,
  type TableColumn,
  useActivityTable,
} from './table/use-activity-table.ts'
export {
  type ActivityToastsControl,
  type ActivityToastsOptions,
  useActivityToasts,
} from './toasts/use-activity-toasts.ts'
