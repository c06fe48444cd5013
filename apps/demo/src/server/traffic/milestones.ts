import { failure, toChanges } from './event-log.ts'
import { ADA, ALAN, GRACE, MARGARET, RADIA, STRANGER } from './personas.ts'
import type { Simulation } from './routines.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What happens once, on its day of the week: keys, people, money, endpoints. `day` is that day's midnight. */
export const MILESTONES: readonly ((stage: Simulation, day: number) => void)[] = [
  function keysAndDetails({ script }, day) {
    const key = 'api_key:key_ci00000000:ci'
    const nine = day + 9 * HOUR
    script.add(nine, ADA, 'billing.created', 'billing:acme:Acme Inc.', {
      route: 'PUT /api/billing/customer',
      changes: [{ path: '/company', to: 'Acme Inc.' }],
    })
    script.add(nine + MINUTE, ADA, 'billing.payment_method_changed', 'billing:acme:Acme Inc.', {
      route: 'PUT /api/billing/payment-method',
      metadata: { brand: 'Visa', last4: '4242' },
    })
    script.add(nine + 4 * MINUTE, GRACE, 'api_key.created', key, {
      route: 'POST /api/api-keys',
      metadata: { prefix: 'sk_12ab' },
    })
    script.add(nine + 8 * MINUTE, ADA, 'credit_alert.settings_created', 'credit_alert:acme:Credit alerts', {
      route: 'PUT /api/billing/alerts',
      metadata: { enabled: 'true', thresholds: '10,5' },
    })
    script.add(nine + 12 * MINUTE, ADA, 'credit.add', 'credit:acme:Credits', {
      route: 'POST /api/billing/credits',
      metadata: { credits: 25 },
      ...toChanges('/balance', 2, 27),
    })
    for (const [index, player] of [ADA, GRACE, MARGARET, ALAN].entries()) {
      const action = ['accepted', 'rejected', 'partial', 'accepted'][index]
      script.add(
        nine + (20 + index) * MINUTE,
        player,
        `consent.${action}`,
        `consent:${player.actor.id}:Cookie consent`,
        { route: 'PUT /api/consent', metadata: { via: 'banner', categories: index === 2 ? ['analytics'] : [] } },
      )
    }
  },
  function endpoints({ script, newId }, day) {
    const webhook = 'webhook:whk_status:status.acme.test'
    const at = day + 10 * HOUR
    const created = script.add(at, GRACE, 'webhook.created', webhook, { route: 'POST /api/webhooks' })
    script.add(at + 3 * MINUTE, GRACE, 'webhook.updated', webhook, {
      route: 'PATCH /api/webhooks/:id',
      ...toChanges('/url', 'https://status.acme.test/', 'https://status.acme.test/broken'),
    })
    for (const failures of [1, 2, 3]) {
      const failed = script.addCausedBy(at + failures * 20 * MINUTE, created, 'webhook.delivery_failed', webhook, {
        metadata: { event: 'generation.completed', reason: 'status 500' },
      })
      if (failures === 3)
        script.addCausedBy(at + HOUR + 50, failed, 'webhook.quarantined', webhook, {
          metadata: { failures },
          ...toChanges('/status', 'enabled', 'quarantined'),
        })
    }
    script.add(at + 2 * HOUR, GRACE, 'webhook.enabled', webhook, {
      route: 'POST /api/webhooks/:id/enable',
      ...toChanges('/status', 'quarantined', 'enabled'),
    })
    script.add(at + 3 * HOUR, GRACE, 'webhook.disabled', webhook, {
      route: 'POST /api/webhooks/:id/disable',
      ...toChanges('/status', 'enabled', 'disabled'),
    })
    const old = `webhook:${newId('whk')}:old.acme.test`
    script.add(at + 4 * HOUR, MARGARET, 'webhook.deleted', old, { route: 'DELETE /api/webhooks/:id' })
  },
  function people({ script, newId }, day) {
    const at = day + 9.5 * HOUR
    const invitation = (email: string) => `invitation:${newId('inv')}:${email}`
    const mistake = invitation('radia@acme.tset')
    script.add(at, ADA, 'invitation.sent', mistake, {
      route: 'POST /api/members/invitations',
      metadata: { role: 'member' },
    })
    script.add(at + 2 * MINUTE, ADA, 'invitation.revoked', mistake, { route: 'DELETE /api/members/invitations/:id' })
    const sent = script.add(at + 3 * MINUTE, ADA, 'invitation.sent', invitation('radia@acme.test'), {
      route: 'POST /api/members/invitations',
      metadata: { role: 'member' },
    })
    script.add(at + 40 * MINUTE, RADIA, 'auth.signup', 'auth:usr_radia:Radia Perlman', {
      route: 'POST /api/signup',
      metadata: { invited: true },
      causedBy: sent,
    })
    script.add(at + 40 * MINUTE, RADIA, 'membership.joined', 'membership:usr_radia:Radia Perlman', {
      metadata: { role: 'member' },
      causedBy: sent,
    })
    script.add(at + 5 * HOUR, ADA, 'membership.role_changed', 'membership:usr_margaret:Margaret Hamilton', {
      route: 'PATCH /api/members/:id',
      metadata: { role: 'admin', previousRole: 'member' },
      ...toChanges('/role', 'member', 'admin'),
    })
    script.add(at + 6 * HOUR, ADA, 'membership.removed', `membership:${newId('usr')}:Charles Babbage`, {
      route: 'DELETE /api/members/:id',
    })
  },
  function aNightAtTheDoor({ script }, day) {
    for (let attempt = 0; attempt < 7; attempt += 1) {
      script.add(day + 3 * HOUR + attempt * 41_000, STRANGER, 'auth.signin', 'auth:usr_ada:ada@acme.test', {
        route: 'POST /api/login',
        metadata: { attemptedEmail: 'ada@acme.test', reason: 'wrong password' },
        ...failure(401, 'E-mail or password is wrong.'),
      })
    }
    const at = day + 8 * HOUR
    script.add(at, STRANGER, 'auth.password_reset_requested', 'auth:usr_ada:Ada Lovelace', {
      route: 'POST /api/password-reset',
      metadata: { attemptedEmail: 'ada@acme.test' },
    })
    script.add(at + 3 * MINUTE, ADA, 'auth.password_reset', 'auth:usr_ada:Ada Lovelace', {
      route: 'POST /api/password-reset/confirm',
    })
    script.add(at + 9 * MINUTE, GRACE, 'api_key.rotated', 'api_key:key_ci00000000:ci', {
      route: 'POST /api/api-keys/:id/rotate',
      metadata: { prefix: 'sk_9f3c', previousPrefix: 'sk_12ab' },
      ...toChanges('/prefix', 'sk_12ab', 'sk_9f3c'),
    })
  },
  function domains({ script, newId }, day) {
    const at = day + 11 * HOUR
    const domain = (name: string) => `domain:${newId('dom')}:${name}`
    const route = 'POST /api/domains'
    const shop = domain('shop.acme.test')
    const added = script.add(at, MARGARET, 'domain.domain_created', shop, { route })
    script.addCausedBy(at + 9_000, added, 'domain.domain_pending', shop, toChanges('/status', 'created', 'pending'))
    script.addCausedBy(
      at + 6 * MINUTE,
      added,
      'domain.domain_activated',
      shop,
      toChanges('/status', 'pending', 'active'),
    )
    const broken = domain('beta.acme.invalid')
    const tried = script.add(at + HOUR, MARGARET, 'domain.domain_created', broken, { route })
    script.addCausedBy(
      at + HOUR + 9_000,
      tried,
      'domain.domain_pending',
      broken,
      toChanges('/status', 'created', 'pending'),
    )
    script.addCausedBy(at + 2 * HOUR, tried, 'domain.domain_failed', broken, {
      metadata: { reason: 'no CNAME record found' },
      ...toChanges('/status', 'pending', 'failed'),
    })
    const removed = script.add(at + 3 * HOUR, MARGARET, 'domain.domain_removing', broken, {
      route: 'DELETE /api/domains/:id',
      ...toChanges('/status', 'failed', 'removing'),
    })
    script.addCausedBy(at + 3 * HOUR + 20_000, removed, 'domain.domain_removed', broken)
  },
  function money({ script, newId }, day) {
    const at = day + 9 * HOUR
    const plan = 'subscription:sub_acme:Acme Cloud Pro'
    const on = (verb: string) => ({ route: `POST /api/billing/subscription/${verb}` })
    const renewed = script.add(at, ADA, 'subscription.renewed', plan, on('renew'))
    script.addCausedBy(at + 2_000, renewed, 'subscription.past_due', plan, {
      metadata: { reason: 'The card ending in 0002 was declined.' },
      ...toChanges('/status', 'active', 'past_due'),
    })
    script.addCausedBy(at + 2 * HOUR, renewed, 'subscription.unpaid', plan, {
      metadata: { reason: 'The card ending in 0002 was declined.' },
      ...toChanges('/status', 'past_due', 'unpaid'),
    })
    script.add(at + 3 * HOUR, ADA, 'subscription.active', plan, {
      ...on('activate'),
      ...toChanges('/status', 'unpaid', 'active'),
    })
    const item = { item: 'Seats', quantity: 5 }
    script.add(at + 3.2 * HOUR, ADA, 'subscription.item_updated', plan, {
      route: 'PATCH /api/billing/subscription/items/:itemId',
      metadata: item,
      ...toChanges('/items/0/quantity', 3, 5),
    })
    script.add(at + 3.4 * HOUR, ADA, 'subscription.item_added', plan, {
      ...on('items'),
      metadata: { item: 'Support hours', quantity: 2 },
    })
    script.add(at + 3.5 * HOUR, ADA, 'subscription.item_removed', plan, {
      route: 'DELETE /api/billing/subscription/items/:itemId',
      metadata: { item: 'Support hours' },
    })
    script.add(at + 3.6 * HOUR, ADA, 'subscription.cancel_scheduled', plan, {
      ...on('cancel'),
      ...toChanges('/cancelAtPeriodEnd', 'false', 'true'),
    })
    script.add(at + 3.7 * HOUR, ADA, 'subscription.cancel_reverted', plan, {
      ...on('revert-cancel'),
      ...toChanges('/cancelAtPeriodEnd', 'true', 'false'),
    })
    const order = `order:${newId('ord')}:AC-0998`
    const orders = '/api/billing/orders'
    script.add(at + 4 * HOUR, GRACE, 'order.created', order, { route: `POST ${orders}` })
    script.add(at + 4 * HOUR + MINUTE, GRACE, 'order.item_added', order, {
      route: `POST ${orders}/:id/items`,
      metadata: { item: 'GPU reservation', quantity: 1 },
    })
    script.add(at + 4 * HOUR + 2 * MINUTE, GRACE, 'order.item_updated', order, {
      route: `PATCH ${orders}/:id/items/:itemId`,
      metadata: { item: 'GPU reservation', quantity: 2 },
    })
    script.add(at + 4 * HOUR + 3 * MINUTE, GRACE, 'order.item_removed', order, {
      route: `DELETE ${orders}/:id/items/:itemId`,
      metadata: { item: 'Onboarding' },
    })
    script.add(at + 4 * HOUR + 5 * MINUTE, GRACE, 'order.status_changed', order, {
      route: `PATCH ${orders}/:id`,
      metadata: { status: 'paid', previousStatus: 'open' },
      ...toChanges('/status', 'open', 'paid'),
    })
  },
  function lowBalance({ script, newId }, day) {
    const at = day + 10 * HOUR
    const alerts = 'credit_alert:acme:Credit alerts'
    const fired = script.addCausedBy(at, null, 'credit_alert.alert_fired', 'credit_alert:acme:Low balance', {
      metadata: { balance: 8.5, threshold: 10 },
    })
    script.addCausedBy(at + 50, fired, 'notification.received', `notification:${newId('ntf')}:Low balance`, {
      metadata: { for: 'Ada Lovelace' },
    })
    script.add(at + 12 * MINUTE, ADA, 'credit.add', 'credit:acme:Credits', {
      route: 'POST /api/billing/credits',
      metadata: { credits: 50 },
      ...failure(402, 'The card ending in 0002 was declined.'),
    })
    script.add(at + 15 * MINUTE, ADA, 'credit.add', 'credit:acme:Credits', {
      route: 'POST /api/billing/credits',
      metadata: { credits: 50 },
      ...toChanges('/balance', 8.5, 58.5),
    })
    script.add(at + 18 * MINUTE, ADA, 'credit_alert.settings_updated', alerts, {
      route: 'PUT /api/billing/alerts',
      metadata: { enabled: 'true', thresholds: '10,5,1' },
    })
    const key = `api_key:${newId('key')}:contractor`
    script.add(at + 2 * HOUR, GRACE, 'api_key.revoked', key, {
      route: 'POST /api/api-keys/:id/revoke',
      metadata: { prefix: 'sk_77e0' },
      ...toChanges('/status', 'active', 'revoked'),
    })
    script.add(at + 2.1 * HOUR, GRACE, 'api_key.deleted', key, { route: 'DELETE /api/api-keys/:id' })
  },
]
