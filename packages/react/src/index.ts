export { ActivityCard, type ActivityCardProps } from './card/activity-card.tsx'
export { ActivityDetails, type ActivityDetailsProps } from './details/activity-details.tsx'
export { ActivityExport, type ActivityExportProps } from './export/activity-export.tsx'
export { ActivityFeed, type ActivityFeedProps } from './feed/activity-feed.tsx'
export { ActivityFilters, type ActivityFiltersProps } from './filter/activity-filters.tsx'
export type { FilterField } from './filter/filter-fields.ts'
export {
  ActivityFilterScope,
  type ActivityFilterScopeProps,
  type FilterScope,
} from './filter/filter-scope.tsx'
export type { ActivityFilter, DateRange } from './filter/filter-state.ts'
export { ResourceHistory, type ResourceHistoryProps } from './history/resource-history.tsx'
export { UserActivity, type UserActivityProps } from './history/user-activity.tsx'
export type { IconName, IconOverrides } from './parts/icons/icon.tsx'
export { STATE_ATTRIBUTES, type StateAttribute } from './parts/states.ts'
export { ActivityProvider, type ActivityProviderProps } from './provider/activity-provider.tsx'
export type { LinkProps, Theme } from './provider/context.ts'
export type { Fetch, RequestHeaders } from './provider/trpc.ts'
export { ActivityTable, type ActivityTableProps } from './table/activity-table.tsx'
export type { TableColumn } from './table/use-activity-table.ts'
export { ENGLISH } from './text/english.ts'
export type { Messages } from './text/messages.ts'
export { ActivityToasts, type ActivityToastsProps } from './toasts/activity-toasts.tsx'
