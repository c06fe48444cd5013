/** Texts of `ActivityDetails`. */
export interface DetailsMessages {
  details: string
  previousEvent: string
  nextEvent: string
  scope: string
  onBehalfOf(name: string): string
  impersonatedBy(name: string): string
  metadata: string
  error: string
  causedBy: string
  changes: string
  noChanges: string
  changedFrom: string
  changedTo: string
  setTo: string
  removed: string
  /** Shown in place of an empty value. */
  empty: string
  /** Shown in place of a redacted value. */
  redacted: string
  /** Heading of the request context. */
  context: string
  ip: string
  userAgent: string
  requestId: string
  request: string
  eventId: string
  sequence: string
  copyJson: string
  copyLink: string
  copied: string
  copyFailed: string
  notFoundTitle: string
  notFoundBody: string
}
