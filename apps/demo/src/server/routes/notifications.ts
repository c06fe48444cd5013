import { Router } from 'express'
import type { AppContext } from '../app-context.ts'
import { notFound } from '../errors.ts'
import { requireUser } from '../identity.ts'

export function notificationRoutes({ db, trail }: AppContext): Router {
  const router = Router()

  router.get('/', (req, res) => {
    const { id, org } = requireUser(req)
    const mine = db.notification.list(org).filter((one) => one.memberId === id)
    res.json({ items: mine.filter((one) => one.status === 'unread').toReversed() })
  })

  router.post('/:id/dismiss', (req, res) => {
    trail.annotate({ action: 'notification.dismissed' })
    const notification = db.notification.get(req.params.id)
    if (notification?.memberId !== requireUser(req).id) throw notFound('notification')
    res.json(db.notification.update(notification, { status: 'dismissed' }))
  })

  return router
}
