import type { AcmeTrail, Audit } from './audit.ts'
import type { Background } from './background.ts'
import type { Credits } from './credits.ts'
import type { Database } from './database.ts'
import type { Notify } from './notifier.ts'
import type { Webhooks } from './webhooks.ts'

/** The parts that routes work with. */
export interface AppContext {
  readonly db: Database
  readonly trail: AcmeTrail
  readonly audit: Audit
  readonly background: Background
  readonly credits: Credits
  readonly notify: Notify
  readonly webhooks: Webhooks
  /** Sends an e-mail, which in this demo is a line in the terminal. */
  mail(to: string, subject: string, link: string): void
}
