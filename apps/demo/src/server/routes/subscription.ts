import { type Request, Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { chargeCard } from '../credits.ts'
import { createRecordId } from '../database.ts'
import { ApiError, conflict, notFound } from '../errors.ts'
import { requireRole } from '../identity.ts'

const planInput = z.object({ plan: z.enum(['Starter', 'Pro', 'Scale']) })
const newItem = z.object({
  name: z.string().trim().min(1).max(80),
  quantity: z.number().int().min(1).max(1_000),
  price: z.number().min(0).default(10),
})
const itemPatch = z.object({ quantity: z.number().int().min(1).max(1_000) })

/** The subscription of an organization: plan, items and status. */
export function subscriptionRoutes({ db, trail, audit, credits, background, notify }: AppContext): Router {
  const router = Router()

  function loadSubscription(req: Request) {
    const { org } = requireRole(req, 'admin')
    const found = db.subscription.get(`sub_${org}`)
    if (!found) throw notFound('subscription')
    trail.annotate({ resource: { type: 'subscription', id: found.id, name: `Acme Cloud ${found.plan}` } })
    return found
  }

  router.get('/', (req, res) => {
    res.json(loadSubscription(req))
  })

  router.patch('/', (req, res) => {
    const subscription = loadSubscription(req)
    const { plan } = planInput.parse(req.body)
    trail.annotate({ metadata: { plan, previousPlan: subscription.plan } })
    res.json(db.subscription.update(subscription, { plan }))
  })

  router.post('/trial', (req, res) => {
    trail.annotate({ action: 'subscription.trialing' })
    const subscription = loadSubscription(req)
    if (subscription.status !== 'canceled') throw conflict('Trials are only for organizations without a subscription.')
    res.json(db.subscription.update(subscription, { status: 'trialing', cancelAtPeriodEnd: false }))
  })

  router.post('/activate', (req, res) => {
    trail.annotate({ action: 'subscription.active' })
    const subscription = loadSubscription(req)
    chargeCard(credits.account(subscription.org))
    res.json(db.subscription.update(subscription, { status: 'active' }))
  })

  router.post('/pause', (req, res) => {
    trail.annotate({ action: 'subscription.paused' })
    const subscription = loadSubscription(req)
    if (subscription.status !== 'active') throw conflict('Only an active subscription can be paused.')
    res.json(db.subscription.update(subscription, { status: 'paused' }))
  })

  router.post('/cancel', (req, res) => {
    trail.annotate({ action: 'subscription.cancel_scheduled' })
    res.json(db.subscription.update(loadSubscription(req), { cancelAtPeriodEnd: true }))
  })

  router.post('/revert-cancel', (req, res) => {
    trail.annotate({ action: 'subscription.cancel_reverted' })
    const subscription = loadSubscription(req)
    if (!subscription.cancelAtPeriodEnd) throw conflict('No cancellation is scheduled.')
    res.json(db.subscription.update(subscription, { cancelAtPeriodEnd: false }))
  })

  /** Closes the billing period: charges the card, or applies a scheduled cancellation. */
  router.post('/renew', (req, res) => {
    const subscription = loadSubscription(req)
    trail.annotate({ action: 'subscription.renewed' })
    background.schedule(subscription.org, 1, () => renew(subscription.id, subscription.org))
    res.status(202).json({ message: 'The billing period is closing.' })
  })

  function renew(id: string, org: string) {
    const subscription = db.subscription.get(id)
    if (!subscription) return
    if (subscription.cancelAtPeriodEnd) {
      audit.record('subscription.canceled', {}, () =>
        db.subscription.update(subscription, { status: 'canceled', cancelAtPeriodEnd: false }),
      )
      return
    }
    try {
      chargeCard(credits.account(org))
      audit.record('subscription.active', {}, () => db.subscription.update(subscription, { status: 'active' }))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const status = subscription.status === 'past_due' ? 'unpaid' : 'past_due'
      audit.record(`subscription.${status}`, { metadata: { reason: error.message } }, () =>
        db.subscription.update(subscription, { status }),
      )
      for (const owner of db.member.list(org).filter((member) => member.role === 'owner')) {
        notify({ org, memberId: owner.id, title: 'Payment failed', body: error.message, href: '/billing' })
      }
    }
  }

  router.post('/items', (req, res) => {
    trail.annotate({ action: 'subscription.item_added' })
    const subscription = loadSubscription(req)
    const item = { id: createRecordId('itm'), ...newItem.parse(req.body) }
    trail.annotate({ metadata: { item: item.name, quantity: item.quantity } })
    db.subscription.update(subscription, { items: [...subscription.items, item] })
    res.status(201).json(item)
  })

  router.patch('/items/:itemId', (req, res) => {
    trail.annotate({ action: 'subscription.item_updated' })
    const subscription = loadSubscription(req)
    const item = subscription.items.find((one) => one.id === req.params.itemId)
    if (!item) throw notFound('item')
    const { quantity } = itemPatch.parse(req.body)
    trail.annotate({ metadata: { item: item.name, quantity } })
    db.subscription.update(subscription, {
      items: subscription.items.map((one) => (one === item ? { ...one, quantity } : one)),
    })
    res.json({ ...item, quantity })
  })

  router.delete('/items/:itemId', (req, res) => {
    trail.annotate({ action: 'subscription.item_removed' })
    const subscription = loadSubscription(req)
    const item = subscription.items.find((one) => one.id === req.params.itemId)
    if (!item) throw notFound('item')
    trail.annotate({ metadata: { item: item.name } })
    db.subscription.update(subscription, { items: subscription.items.filter((one) => one !== item) })
    res.status(204).end()
  })

  return router
}
