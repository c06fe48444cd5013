import type { Audit } from './audit.ts'
import { type Database, newRecordId } from './database.ts'

/** Puts a notification before a member, which is an event by the system. */
export type Notify = (notice: { org: string; memberId: string; title: string; body: string; href: string }) => void

export function createNotify({ db, audit }: { db: Database; audit: Audit }): Notify {
  return (notice) => {
    const name = db.member.get(notice.memberId)?.name
    if (!name) return
    audit.asSystem(notice.org, () => {
      audit.record('notification.received', { metadata: { for: name } }, () =>
        db.notification.insert({
          ...notice,
          id: newRecordId('ntf'),
          status: 'unread',
          createdAt: new Date().toISOString(),
        }),
      )
    })
  }
}
