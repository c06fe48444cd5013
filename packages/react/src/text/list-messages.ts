/** Texts of every list of events. */
export interface ListMessages {
  activity: string
  loading: string
  loadMore: string
  retry: string
  close: string
  newEvents(count: number, text: string): string
  /** Status of the live stream. */
  live: string
  connecting: string
  offline: string
  /** Shown where a list has no events at all. */
  emptyTitle: string
  emptyBody: string
  /** Shown where no event matches the filter. */
  noMatchTitle: string
  noMatchBody: string
  errorTitle: string
  errorBody(reason: string): string
  forbiddenTitle: string
  forbiddenBody: string
  selectedCount(count: number, text: string): string
  selectEvent(event: string): string
}
