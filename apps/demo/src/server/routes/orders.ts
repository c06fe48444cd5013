import { type Request, Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { chargeCard } from '../credits.ts'
import { createRecordId } from '../database.ts'
import { conflict, notFound } from '../errors.ts'
import { requireRole } from '../identity.ts'

const newItem = z.object({
  name: z.string().trim().min(1).max(80),
  quantity: z.number().int().min(1).max(1_000),
  price: z.number().min(0).default(49),
})
const itemPatch = z.object({ quantity: z.number().int().min(1).max(1_000) })
const newOrder = z.object({ items: z.array(newItem).max(20).default([]) })
const statusPatch = z.object({ status: z.enum(['paid', 'fulfilled', 'canceled']) })

/** One-time orders. Items can change while an order is open. Paying charges the card. */
export function orderRoutes({ db, trail, credits }: AppContext): Router {
  const router = Router()

  function loadOrder(req: Request<{ id: string }>) {
    const { org } = requireRole(req, 'admin')
    const order = db.order.get(req.params.id)
    if (order?.org !== org) throw notFound('order')
    trail.annotate({ resource: { type: 'order', id: order.id, name: order.number } })
    return order
  }

  /** Loads the item in the path. Throws 409 if the order is no longer open. */
  function loadItem(req: Request<{ id: string; itemId: string }>) {
    const order = loadOrder(req)
    const item = order.items.find((one) => one.id === req.params.itemId)
    if (!item) throw notFound('item')
    trail.annotate({ metadata: { item: item.name } })
    if (order.status !== 'open') throw conflict(`This order is already ${order.status}.`)
    return { order, item }
  }

  router.get('/', (req, res) => {
    res.json({ items: db.order.list(requireRole(req, 'admin').org).toReversed() })
  })

  router.post('/', (req, res) => {
    const { org } = requireRole(req, 'admin')
    const items = newOrder.parse(req.body).items.map((item) => ({ id: createRecordId('itm'), ...item }))
    const number = `AC-${1001 + db.order.list(org).length}`
    const order = db.order.insert({
      id: createRecordId('ord'),
      org,
      number,
      status: 'open',
      items,
      createdAt: new Date().toISOString(),
    })
    res.status(201).location(`/api/billing/orders/${order.id}`).json(order)
  })

  router.patch('/:id', (req, res) => {
    trail.annotate({ action: 'order.status_changed' })
    const order = loadOrder(req)
    const { status } = statusPatch.parse(req.body)
    trail.annotate({ metadata: { status, previousStatus: order.status } })
    if (status === 'paid') chargeCard(credits.account(order.org))
    res.json(db.order.update(order, { status }))
  })

  router.post('/:id/items', (req, res) => {
    trail.annotate({ action: 'order.item_added' })
    const order = loadOrder(req)
    const item = { id: createRecordId('itm'), ...newItem.parse(req.body) }
    trail.annotate({ metadata: { item: item.name, quantity: item.quantity } })
    if (order.status !== 'open') throw conflict(`This order is already ${order.status}.`)
    db.order.update(order, { items: [...order.items, item] })
    res.status(201).json(item)
  })

  router.patch('/:id/items/:itemId', (req, res) => {
    trail.annotate({ action: 'order.item_updated' })
    const { order, item } = loadItem(req)
    const { quantity } = itemPatch.parse(req.body)
    trail.annotate({ metadata: { item: item.name, quantity } })
    db.order.update(order, { items: order.items.map((one) => (one === item ? { ...one, quantity } : one)) })
    res.json({ ...item, quantity })
  })

  router.delete('/:id/items/:itemId', (req, res) => {
    trail.annotate({ action: 'order.item_removed' })
    const { order, item } = loadItem(req)
    db.order.update(order, { items: order.items.filter((one) => one !== item) })
    res.status(204).end()
  })

  return router
}
