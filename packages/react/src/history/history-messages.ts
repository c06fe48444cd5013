/** Texts of `ResourceHistory` and `UserActivity`. */
export interface HistoryMessages {
  history: string
  historyEmptyTitle: string
  historyEmptyBody: string
  userActivity: string
  userEmptyTitle: string
  userEmptyBody: string
  showChanges(count: number, text: string): string
  hideChanges: string
}
