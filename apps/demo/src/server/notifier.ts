import type { Audit } from './audit.ts'
import { createRecordId, type Database } from './database.ts'

/** Puts a notification before a member, which is an event by the system. */
export type Notify = (notice: { org: string; memberId: string; title: string; body: string; href: string }) => void

export function createNotifier({ db, audit }: { db: Database; audit: Audit }): Notify {
  return (notice) => {
    const name = db.member.get(notice.memberId)?.name
    if (!name) return
    audit.runAsSystem(notice.org, () => {
      audit.record('notification.received', { metadata: { for: name } }, () =>
        db.notification.insert({
          ...notice,
          id: createRecordId('ntf'),
          status: 'unread',
          createdAt: new Date().toISOString(),
        }),
      )
    })
  }
}
