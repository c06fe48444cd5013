/** Texts of `ActivityCard`. */
export interface CardMessages {
  lastActivity: string
  viewAll: string
}
