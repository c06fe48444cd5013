import { failure, toChanges } from './event-log.ts'
import { ADA, ALAN, GRACE, MARGARET, RADIA, STRANGER } from './personas.ts'
import type { Simulation } from './routines.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** One-time events for each day of the week, such as key rotations and payments. `day` is that day's midnight. */
export const MILESTONES: readonly ((simulation: Simulation, day: number) => void)[] = [
  function keysAndDetails({ log }, day) {
    const key = 'api_key:key_ci00000000:ci'
    const nine = day + 9 * HOUR
    log.add(nine, ADA, 'billing.created', 'billing:acme:Acme Inc.', {
      route: 'PUT /api/billing/customer',
      changes: [{ path: '/company', to: 'Acme Inc.' }],
    })
    log.add(nine + MINUTE, ADA, 'billing.payment_method_changed', 'billing:acme:Acme Inc.', {
      route: 'PUT /api/billing/payment-method',
      metadata: { brand: 'Visa', last4: '4242' },
    })
    log.add(nine + 4 * MINUTE, GRACE, 'api_key.created', key, {
      route: 'POST /api/api-keys',
      metadata: { prefix: 'sk_12ab' },
    })
    log.add(nine + 8 * MINUTE, ADA, 'credit_alert.settings_created', 'credit_alert:acme:Credit alerts', {
      route: 'PUT /api/billing/alerts',
      metadata: { enabled: 'true', thresholds: '10,5' },
    })
    log.add(nine + 12 * MINUTE, ADA, 'credit.add', 'credit:acme:Credits', {
      route: 'POST /api/billing/credits',
      metadata: { credits: 25 },
      ...toChanges('/balance', 2, 27),
    })
    for (const [index, persona] of [ADA, GRACE, MARGARET, ALAN].entries()) {
      const action = ['accepted', 'rejected', 'partial', 'accepted'][index]
      log.add(
        nine + (20 + index) * MINUTE,
        persona,
        `consent.${action}`,
        `consent:${persona.actor.id}:Cookie consent`,
        { route: 'PUT /api/consent', metadata: { via: 'banner', categories: index === 2 ? ['analytics'] : [] } },
      )
    }
  },
  function endpoints({ log, newId }, day) {
    const webhook = 'webhook:whk_status:status.acme.test'
    const at = day + 10 * HOUR
    const created = log.add(at, GRACE, 'webhook.created', webhook, { route: 'POST /api/webhooks' })
    log.add(at + 3 * MINUTE, GRACE, 'webhook.updated', webhook, {
      route: 'PATCH /api/webhooks/:id',
      ...toChanges('/url', 'https://status.acme.test/', 'https://status.acme.test/broken'),
    })
    for (const failures of [1, 2, 3]) {
      const failed = log.addCausedBy(at + failures * 20 * MINUTE, created, 'webhook.delivery_failed', webhook, {
        metadata: { event: 'generation.completed', reason: 'status 500' },
      })
      if (failures === 3)
        log.addCausedBy(at + HOUR + 50, failed, 'webhook.quarantined', webhook, {
          metadata: { failures },
          ...toChanges('/status', 'enabled', 'quarantined'),
        })
    }
    log.add(at + 2 * HOUR, GRACE, 'webhook.enabled', webhook, {
      route: 'POST /api/webhooks/:id/enable',
      ...toChanges('/status', 'quarantined', 'enabled'),
    })
    log.add(at + 3 * HOUR, GRACE, 'webhook.disabled', webhook, {
      route: 'POST /api/webhooks/:id/disable',
      ...toChanges('/status', 'enabled', 'disabled'),
    })
    const old = `webhook:${newId('whk')}:old.acme.test`
    log.add(at + 4 * HOUR, MARGARET, 'webhook.deleted', old, { route: 'DELETE /api/webhooks/:id' })
  },
  function people({ log, newId }, day) {
    const at = day + 9.5 * HOUR
    const invitation = (email: string) => `invitation:${newId('inv')}:${email}`
    const mistake = invitation('radia@acme.tset')
    log.add(at, ADA, 'invitation.sent', mistake, {
      route: 'POST /api/members/invitations',
      metadata: { role: 'member' },
    })
    log.add(at + 2 * MINUTE, ADA, 'invitation.revoked', mistake, { route: 'DELETE /api/members/invitations/:id' })
    const sent = log.add(at + 3 * MINUTE, ADA, 'invitation.sent', invitation('radia@acme.test'), {
      route: 'POST /api/members/invitations',
      metadata: { role: 'member' },
    })
    log.add(at + 40 * MINUTE, RADIA, 'auth.signup', 'auth:usr_radia:Radia Perlman', {
      route: 'POST /api/signup',
      metadata: { invited: true },
      causedBy: sent,
    })
    log.add(at + 40 * MINUTE, RADIA, 'membership.joined', 'membership:usr_radia:Radia Perlman', {
      metadata: { role: 'member' },
      causedBy: sent,
    })
    log.add(at + 5 * HOUR, ADA, 'membership.role_changed', 'membership:usr_margaret:Margaret Hamilton', {
      route: 'PATCH /api/members/:id',
      metadata: { role: 'admin', previousRole: 'member' },
      ...toChanges('/role', 'member', 'admin'),
    })
    log.add(at + 6 * HOUR, ADA, 'membership.removed', `membership:${newId('usr')}:Charles Babbage`, {
      route: 'DELETE /api/members/:id',
    })
  },
  function failedSignIns({ log }, day) {
    for (let attempt = 0; attempt < 7; attempt += 1) {
      log.add(day + 3 * HOUR + attempt * 41_000, STRANGER, 'auth.signin', 'auth:usr_ada:ada@acme.test', {
        route: 'POST /api/login',
        metadata: { attemptedEmail: 'ada@acme.test', reason: 'wrong password' },
        ...failure(401, 'Wrong email or password.'),
      })
    }
    const at = day + 8 * HOUR
    log.add(at, STRANGER, 'auth.password_reset_requested', 'auth:usr_ada:Ada Lovelace', {
      route: 'POST /api/password-reset',
      metadata: { attemptedEmail: 'ada@acme.test' },
    })
    log.add(at + 3 * MINUTE, ADA, 'auth.password_reset', 'auth:usr_ada:Ada Lovelace', {
      route: 'POST /api/password-reset/confirm',
    })
    log.add(at + 9 * MINUTE, GRACE, 'api_key.rotated', 'api_key:key_ci00000000:ci', {
      route: 'POST /api/api-keys/:id/rotate',
      metadata: { prefix: 'sk_9f3c', previousPrefix: 'sk_12ab' },
      ...toChanges('/prefix', 'sk_12ab', 'sk_9f3c'),
    })
  },
  function domains({ log, newId }, day) {
    const at = day + 11 * HOUR
    const domain = (name: string) => `domain:${newId('dom')}:${name}`
    const route = 'POST /api/domains'
    const shop = domain('shop.acme.test')
    const added = log.add(at, MARGARET, 'domain.domain_created', shop, { route })
    log.addCausedBy(at + 9_000, added, 'domain.domain_pending', shop, toChanges('/status', 'created', 'pending'))
    log.addCausedBy(at + 6 * MINUTE, added, 'domain.domain_activated', shop, toChanges('/status', 'pending', 'active'))
    const broken = domain('beta.acme.invalid')
    const tried = log.add(at + HOUR, MARGARET, 'domain.domain_created', broken, { route })
    log.addCausedBy(
      at + HOUR + 9_000,
      tried,
      'domain.domain_pending',
      broken,
      toChanges('/status', 'created', 'pending'),
    )
    log.addCausedBy(at + 2 * HOUR, tried, 'domain.domain_failed', broken, {
      metadata: { reason: 'no CNAME record found' },
      ...toChanges('/status', 'pending', 'failed'),
    })
    const removed = log.add(at + 3 * HOUR, MARGARET, 'domain.domain_removing', broken, {
      route: 'DELETE /api/domains/:id',
      ...toChanges('/status', 'failed', 'removing'),
    })
    log.addCausedBy(at + 3 * HOUR + 20_000, removed, 'domain.domain_removed', broken)
  },
  function money({ log, newId }, day) {
    const at = day + 9 * HOUR
    const plan = 'subscription:sub_acme:Acme Cloud Pro'
    const on = (verb: string) => ({ route: `POST /api/billing/subscription/${verb}` })
    const renewed = log.add(at, ADA, 'subscription.renewed', plan, on('renew'))
    log.addCausedBy(at + 2_000, renewed, 'subscription.past_due', plan, {
      metadata: { reason: 'Your card ending in 0002 was declined.' },
      ...toChanges('/status', 'active', 'past_due'),
    })
    log.addCausedBy(at + 2 * HOUR, renewed, 'subscription.unpaid', plan, {
      metadata: { reason: 'Your card ending in 0002 was declined.' },
      ...toChanges('/status', 'past_due', 'unpaid'),
    })
    log.add(at + 3 * HOUR, ADA, 'subscription.active', plan, {
      ...on('activate'),
      ...toChanges('/status', 'unpaid', 'active'),
    })
    const item = { item: 'Seats', quantity: 5 }
    log.add(at + 3.2 * HOUR, ADA, 'subscription.item_updated', plan, {
      route: 'PATCH /api/billing/subscription/items/:itemId',
      metadata: item,
      ...toChanges('/items/0/quantity', 3, 5),
    })
    log.add(at + 3.4 * HOUR, ADA, 'subscription.item_added', plan, {
      ...on('items'),
      metadata: { item: 'Support hours', quantity: 2 },
    })
    log.add(at + 3.5 * HOUR, ADA, 'subscription.item_removed', plan, {
      route: 'DELETE /api/billing/subscription/items/:itemId',
      metadata: { item: 'Support hours' },
    })
    log.add(at + 3.6 * HOUR, ADA, 'subscription.cancel_scheduled', plan, {
      ...on('cancel'),
      ...toChanges('/cancelAtPeriodEnd', 'false', 'true'),
    })
    log.add(at + 3.7 * HOUR, ADA, 'subscription.cancel_reverted', plan, {
      ...on('revert-cancel'),
      ...toChanges('/cancelAtPeriodEnd', 'true', 'false'),
    })
    const order = `order:${newId('ord')}:AC-0998`
    const orders = '/api/billing/orders'
    log.add(at + 4 * HOUR, GRACE, 'order.created', order, { route: `POST ${orders}` })
    log.add(at + 4 * HOUR + MINUTE, GRACE, 'order.item_added', order, {
      route: `POST ${orders}/:id/items`,
      metadata: { item: 'GPU reservation', quantity: 1 },
    })
    log.add(at + 4 * HOUR + 2 * MINUTE, GRACE, 'order.item_updated', order, {
      route: `PATCH ${orders}/:id/items/:itemId`,
      metadata: { item: 'GPU reservation', quantity: 2 },
    })
    log.add(at + 4 * HOUR + 3 * MINUTE, GRACE, 'order.item_removed', order, {
      route: `DELETE ${orders}/:id/items/:itemId`,
      metadata: { item: 'Onboarding' },
    })
    log.add(at + 4 * HOUR + 5 * MINUTE, GRACE, 'order.status_changed', order, {
      route: `PATCH ${orders}/:id`,
      metadata: { status: 'paid', previousStatus: 'open' },
      ...toChanges('/status', 'open', 'paid'),
    })
  },
  function lowBalance({ log, newId }, day) {
    const at = day + 10 * HOUR
    const alerts = 'credit_alert:acme:Credit alerts'
    const fired = log.addCausedBy(at, null, 'credit_alert.alert_fired', 'credit_alert:acme:Low balance', {
      metadata: { balance: 8.5, threshold: 10 },
    })
    log.addCausedBy(at + 50, fired, 'notification.received', `notification:${newId('ntf')}:Low balance`, {
      metadata: { for: 'Ada Lovelace' },
    })
    log.add(at + 12 * MINUTE, ADA, 'credit.add', 'credit:acme:Credits', {
      route: 'POST /api/billing/credits',
      metadata: { credits: 50 },
      ...failure(402, 'Your card ending in 0002 was declined.'),
    })
    log.add(at + 15 * MINUTE, ADA, 'credit.add', 'credit:acme:Credits', {
      route: 'POST /api/billing/credits',
      metadata: { credits: 50 },
      ...toChanges('/balance', 8.5, 58.5),
    })
    log.add(at + 18 * MINUTE, ADA, 'credit_alert.settings_updated', alerts, {
      route: 'PUT /api/billing/alerts',
      metadata: { enabled: 'true', thresholds: '10,5,1' },
    })
    const key = `api_key:${newId('key')}:contractor`
    log.add(at + 2 * HOUR, GRACE, 'api_key.revoked', key, {
      route: 'POST /api/api-keys/:id/revoke',
      metadata: { prefix: 'sk_77e0' },
      ...toChanges('/status', 'active', 'revoked'),
    })
    log.add(at + 2.1 * HOUR, GRACE, 'api_key.deleted', key, { route: 'DELETE /api/api-keys/:id' })
  },
]
