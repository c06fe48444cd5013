import type { Audit } from './audit.ts'
import { createRecordId, type Database } from './database.ts'

/** Notifies a member, and records it as an event by the system. */
export type Notify = (notification: {
  org: string
  memberId: string
  title: string
  body: string
  href: string
}) => void

export function createNotifier({ db, audit }: { db: Database; audit: Audit }): Notify {
  return (notification) => {
    const name = db.member.get(notification.memberId)?.name
    if (!name) return
    audit.runAsSystem(notification.org, () => {
      audit.record('notification.received', { metadata: { for: name } }, () =>
        db.notification.insert({
          ...notification,
          id: createRecordId('ntf'),
          status: 'unread',
          createdAt: new Date().toISOString(),
        }),
      )
    })
  }
}
