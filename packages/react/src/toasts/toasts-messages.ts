/** Texts of `ActivityToasts`. */
export interface ToastsMessages {
  notifications: string
  dismissNotification(event: string): string
}
