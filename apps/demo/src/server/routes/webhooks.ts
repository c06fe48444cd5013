import { type Request, Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { createRecordId } from '../database.ts'
import { notFound } from '../errors.ts'
import { createToken, requireRole } from '../identity.ts'
import type { Row } from '../records.ts'
import { validateWebhookUrl, WEBHOOK_EVENTS } from '../webhooks.ts'

const newWebhook = z.object({
  url: z.string().trim().max(500).transform(validateWebhookUrl),
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1, 'Choose at least one event.')
    .default([...WEBHOOK_EVENTS]),
})
const webhookPatch = z.object({
  url: newWebhook.shape.url.optional(),
  events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).optional(),
})

function omitSecret({ secret: _, ...webhook }: Row<'webhook'>) {
  return webhook
}

export function webhookRoutes({ db, trail, webhooks }: AppContext): Router {
  const router = Router()

  function loadWebhook(req: Request<{ id: string }>) {
    const { org } = requireRole(req, 'admin')
    const webhook = db.webhook.get(req.params.id)
    if (webhook?.org !== org) throw notFound('webhook')
    trail.annotate({ resource: { type: 'webhook', id: webhook.id, name: new URL(webhook.url).host } })
    return webhook
  }

  router.get('/', (req, res) => {
    res.json({ items: db.webhook.list(requireRole(req, 'admin').org).map(omitSecret), events: WEBHOOK_EVENTS })
  })

  router.post('/', (req, res) => {
    const { org } = requireRole(req, 'admin')
    const webhook = db.webhook.insert({
      ...newWebhook.parse(req.body),
      id: createRecordId('whk'),
      org,
      status: 'enabled',
      secret: `whsec_${createToken()}`,
      failures: 0,
    })
    res.status(201).location(`/api/webhooks/${webhook.id}`).json(webhook)
  })

  router.patch('/:id', (req, res) => {
    res.json(omitSecret(db.webhook.update(loadWebhook(req), webhookPatch.parse(req.body))))
  })

  router.delete('/:id', (req, res) => {
    db.webhook.remove(loadWebhook(req))
    res.status(204).end()
  })

  router.post('/:id/disable', (req, res) => {
    res.json(omitSecret(db.webhook.update(loadWebhook(req), { status: 'disabled' })))
  })

  router.post('/:id/enable', (req, res) => {
    res.json(omitSecret(db.webhook.update(loadWebhook(req), { status: 'enabled', failures: 0 })))
  })

  router.post('/:id/test', (req, res) => {
    webhooks.deliver(loadWebhook(req), 'test.ping')
    res.status(202).json({ message: 'Test event sent.' })
  })

  return router
}

/** Receives webhooks for hosts under `.test`: responds 204, or 500 for paths that contain `broken`. */
export function receiverRoutes(): Router {
  const router = Router()
  router.post('/*path', (req, res) => {
    res.status(req.path.includes('broken') ? 500 : 204).end()
  })
  return router
}
