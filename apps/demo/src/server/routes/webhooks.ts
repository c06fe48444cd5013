import { type Request, Router } from 'express'
import { z } from 'zod'
import type { Acme } from '../acme.ts'
import { newRecordId } from '../database.ts'
import { newToken, requireRole } from '../identity.ts'
import { bodyOf, notFound } from '../problem.ts'
import type { Row } from '../records.ts'
import { checkedUrl, WEBHOOK_EVENTS } from '../webhooks.ts'

const newWebhook = z.object({
  url: z.string().trim().max(500).transform(checkedUrl),
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1, 'Choose at least one event.')
    .default([...WEBHOOK_EVENTS]),
})
const webhookPatch = z.object({
  url: newWebhook.shape.url.optional(),
  events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).optional(),
})

function publicWebhook({ secret: _, ...webhook }: Row<'webhook'>) {
  return webhook
}

export function webhookRoutes({ db, trail, webhooks }: Acme): Router {
  const router = Router()

  function webhookOf(req: Request<{ id: string }>) {
    const { org } = requireRole(req, 'admin')
    const webhook = db.webhook.get(req.params.id)
    if (webhook?.org !== org) throw notFound('webhook')
    trail.annotate({ resource: { type: 'webhook', id: webhook.id, name: new URL(webhook.url).host } })
    return webhook
  }

  router.get('/', (req, res) => {
    res.json({ items: db.webhook.list(requireRole(req, 'admin').org).map(publicWebhook), events: WEBHOOK_EVENTS })
  })

  router.post('/', (req, res) => {
    const { org } = requireRole(req, 'admin')
    const webhook = db.webhook.insert({
      ...bodyOf(newWebhook, req),
      id: newRecordId('whk'),
      org,
      status: 'enabled',
      secret: `whsec_${newToken()}`,
      failures: 0,
    })
    res.status(201).location(`/api/webhooks/${webhook.id}`).json(webhook)
  })

  router.patch('/:id', (req, res) => {
    res.json(publicWebhook(db.webhook.update(webhookOf(req), bodyOf(webhookPatch, req))))
  })

  router.delete('/:id', (req, res) => {
    db.webhook.remove(webhookOf(req))
    res.status(204).end()
  })

  router.post('/:id/disable', (req, res) => {
    res.json(publicWebhook(db.webhook.update(webhookOf(req), { status: 'disabled' })))
  })

  router.post('/:id/enable', (req, res) => {
    res.json(publicWebhook(db.webhook.update(webhookOf(req), { status: 'enabled', failures: 0 })))
  })

  router.post('/:id/test', (req, res) => {
    webhooks.deliver(webhookOf(req), 'test.ping')
    res.status(202).json({ message: 'A test event is on its way.' })
  })

  return router
}

/** Answers for hosts under `.test`: 204, or 500 for a path with `broken` in it. */
export function receiverRoutes(): Router {
  const router = Router()
  router.post('/*path', (req, res) => {
    res.status(req.path.includes('broken') ? 500 : 204).end()
  })
  return router
}
