import type { AcmeTrail, Audit } from './audit.ts'
import type { Background } from './background.ts'
import type { Credits } from './credits.ts'
import type { Database } from './database.ts'
import type { Notify } from './notifier.ts'
import type { Webhooks } from './webhooks.ts'

/** The services that routes use. */
export interface AppContext {
  readonly db: Database
  readonly trail: AcmeTrail
  readonly audit: Audit
  readonly background: Background
  readonly credits: Credits
  readonly notify: Notify
  readonly webhooks: Webhooks
  /** Sends an email. This demo prints it to the terminal. */
  mail(to: string, subject: string, link: string): void
}
