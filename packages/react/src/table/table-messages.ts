/** Texts of `ActivityTable`. */
export interface TableMessages {
  activityTable: string
  columns: string
  page(from: string, to: string, total: string): string
  previousPage: string
  nextPage: string
  selectPage: string
  fullscreen: string
  exitFullscreen: string
  /** Shown when only the newest events were sorted. */
  sortLimit: string
}
