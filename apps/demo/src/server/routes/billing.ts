import { Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { chargeCard, getCreditsResource } from '../credits.ts'
import { invalid } from '../errors.ts'
import { requireRole, requireUser } from '../identity.ts'
import type { Row } from '../records.ts'
import { orderRoutes } from './orders.ts'
import { subscriptionRoutes } from './subscription.ts'

const customer = z.object({ company: z.string().trim().min(1).max(120), billingEmail: z.email().toLowerCase() })
const cardInput = z.object({ number: z.string().regex(/^[\d ]{13,23}$/, 'Invalid card number.') })
const topUp = z.object({ amount: z.number().positive().max(10_000) })
const alertSettings = z.object({ enabled: z.boolean(), thresholds: z.array(z.number().positive()).min(1).max(5) })

const MONTHLY_CREDITS = 25
const BRANDS: Record<string, string> = { 3: 'Amex', 4: 'Visa', 5: 'Mastercard', 6: 'Discover' }

export function billingRoutes(acme: AppContext): Router {
  const { db, trail, credits, audit } = acme
  const router = Router()

  router.use('/subscription', subscriptionRoutes(acme))
  router.use('/orders', orderRoutes(acme))

  router.get('/', (req, res) => {
    const { org } = requireUser(req)
    const { card, ...account } = credits.account(org)
    res.json({
      ...account,
      card: card && { brand: card.brand, last4: card.last4 },
      subscription: db.subscription.get(`sub_${org}`),
    })
  })

  router.put('/customer', (req, res) => {
    const { org } = requireUser(req)
    const account = credits.account(org)
    const action = account.company === null ? 'billing.created' : 'billing.updated'
    trail.annotate({ action, resource: { type: 'billing', id: org } })
    requireRole(req, 'admin')
    const { company, billingEmail } = db.account.update(account, customer.parse(req.body))
    res.json({ company, billingEmail })
  })

  router.put('/payment-method', (req, res) => {
    const { org } = requireUser(req)
    trail.annotate({ action: 'billing.payment_method_changed', resource: { type: 'billing', id: org } })
    requireRole(req, 'owner')
    const digits = cardInput.parse(req.body).number.replaceAll(' ', '')
    const brand = BRANDS[digits.charAt(0)]
    if (!brand) throw invalid('number: Unknown card brand.')
    const card = { brand, last4: digits.slice(-4), declines: digits.endsWith('0002') }
    trail.annotate({ metadata: { brand, last4: card.last4 } })
    db.account.update(credits.account(org), { card })
    res.json({ brand, last4: card.last4 })
  })

  router.post('/credits', (req, res) => {
    const { org } = requireUser(req)
    trail.annotate({ action: 'credit.add', resource: getCreditsResource(org) })
    const { amount } = topUp.parse(req.body)
    trail.annotate({ metadata: { credits: amount } })
    requireRole(req, 'admin')
    const account = credits.account(org)
    chargeCard(account)
    res.json({ balance: setBalance(account, account.balance + amount) })
  })

  router.post('/credits/reset', (req, res) => {
    const { org } = requireUser(req)
    trail.annotate({
      action: 'credit.reset',
      resource: getCreditsResource(org),
      metadata: { credits: MONTHLY_CREDITS },
    })
    requireRole(req, 'owner')
    res.json({ balance: setBalance(credits.account(org), MONTHLY_CREDITS) })
  })

  router.put('/alerts', (req, res) => {
    const { org } = requireUser(req)
    const account = credits.account(org)
    const action = account.alerts ? 'credit_alert.settings_updated' : 'credit_alert.settings_created'
    const resource = { type: 'credit_alert', id: org, name: 'Credit alerts' }
    trail.annotate({ action, resource })
    requireRole(req, 'admin')
    const alerts = alertSettings.parse(req.body)
    const metadata = { enabled: String(alerts.enabled), thresholds: alerts.thresholds.join(',') }
    audit.annotate({ resource, metadata }, () => db.account.update(account, { alerts }))
    res.json(alerts)
  })

  function setBalance(account: Row<'account'>, balance: number): number {
    audit.annotate({ resource: getCreditsResource(account.org) }, () => db.account.update(account, { balance }))
    return balance
  }

  return router
}
