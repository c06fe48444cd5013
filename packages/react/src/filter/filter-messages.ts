/** Texts of `ActivityFilters` and of the filter bars of lists. */
export interface FilterMessages {
  filters: string
  filterBy(name: string): string
  removeFilter(name: string): string
  clear: string
  clearAll: string
  search: string
  searchPlaceholder: string
  clearSearch: string
  /** Example searches, shown while the search box is empty and focused. */
  searchExamples: readonly string[]
  /** Shown below a list while the text in the search box is invalid. */
  searchInvalid: string
  /** Placeholder and label of the search box in a filter menu. */
  findValue(name: string): string
  noValues: string
  date: string
  dateFrom: string
  dateTo: string
  apply: string
  ranges: { today: string; '24h': string; '7d': string; '30d': string; custom: string }
  rangeFrom(from: string): string
  rangeTo(to: string): string
  rangeBetween(from: string, to: string): string
}
