import { Router } from 'express'
import type { Acme } from '../acme.ts'
import { userOf } from '../identity.ts'
import { notFound } from '../problem.ts'

export function notificationRoutes({ db, trail }: Acme): Router {
  const router = Router()

  router.get('/', (req, res) => {
    const { id, org } = userOf(req)
    const mine = db.notification.list(org).filter((one) => one.memberId === id)
    res.json({ items: mine.filter((one) => one.status === 'unread').toReversed() })
  })

  router.post('/:id/dismiss', (req, res) => {
    trail.annotate({ action: 'notification.dismissed' })
    const notification = db.notification.get(req.params.id)
    if (notification?.memberId !== userOf(req).id) throw notFound('notification')
    res.json(db.notification.update(notification, { status: 'dismissed' }))
  })

  return router
}
