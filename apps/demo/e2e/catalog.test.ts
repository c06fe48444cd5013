import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { catalog } from '../src/catalog.ts'
import { type Caller, callerOf, type Demo, signIn, startDemo } from './demo.ts'

/** The categories that products of this kind have, with all their actions. */
const CATEGORIES = {
  api_key: ['created', 'rotated', 'revoked', 'deleted'],
  webhook: ['created', 'updated', 'disabled', 'enabled', 'deleted', 'delivered', 'delivery_failed', 'quarantined'],
  credit: ['reserve', 'charge', 'refund', 'add', 'reset'],
  credit_alert: ['alert_fired', 'settings_created', 'settings_updated'],
  generation: ['pending', 'processing', 'succeeded', 'failed', 'canceled', 'deleted'],
  subscription: [
    ...['active', 'trialing', 'past_due', 'canceled', 'cancel_scheduled', 'cancel_reverted', 'unpaid', 'paused'],
    ...['item_added', 'item_updated', 'item_removed'],
  ],
  membership: ['joined', 'role_changed', 'removed'],
  account: ['updated', 'picture_updated'],
  invitation: ['sent', 'revoked'],
  order: ['created', 'status_changed', 'item_added', 'item_updated', 'item_removed'],
  billing: ['created'],
  notification: ['received', 'dismissed'],
  auth: ['signup', 'signin'],
  domain: [
    'domain_created',
    'domain_activated',
    'domain_pending',
    'domain_removing',
    'domain_failed',
    'domain_removed',
  ],
  consent: ['accepted', 'rejected', 'partial', 'withdrawn'],
  bug_report: ['submitted', 'status_changed'],
}

let demo: Demo
let ada: Caller
let linus: Caller
beforeAll(async () => {
  demo = await startDemo()
  ada = await signIn(demo.url, 'ada@acme.test')
  linus = await signIn(demo.url, 'linus@acme.test')
})
afterAll(() => demo?.[Symbol.asyncDispose]())

/** A request that must do what was asked for. */
async function ask(caller: Caller, method: string, path: string, body?: unknown) {
  const { status, body: answer } = await caller.call(method, path, body)
  expect(status, `${method} ${path}: ${JSON.stringify(answer)}`).toBeLessThan(400)
  return answer
}

const item = { name: 'GPU reservation', quantity: 1 }
const decline = { number: '4000 0000 0000 0002' }
const accept = { number: '4242 4242 4242 4242' }

/** What people do, area by area; background work is waited for by its event. */
const WALKS: Record<string, () => Promise<void>> = {
  async keys() {
    const { id } = await ask(ada, 'POST', '/api/api-keys', { name: 'deploys' })
    await ask(ada, 'PATCH', `/api/api-keys/${id}`, { name: 'deployments' })
    await ask(ada, 'POST', `/api/api-keys/${id}/rotate`)
    await ask(ada, 'POST', `/api/api-keys/${id}/revoke`)
    await ask(ada, 'DELETE', `/api/api-keys/${id}`)
  },
  async webhooks() {
    const { id } = await ask(ada, 'POST', '/api/webhooks', { url: 'https://ci.acme.test/ok', events: ['test.ping'] })
    await ask(ada, 'POST', `/api/webhooks/${id}/test`)
    const delivered = await ada.event(`action=webhook.delivered&resourceId=${id}`)
    expect(delivered).toMatchObject({ actor: { type: 'system' }, description: 'Webhook delivered: test.ping' })
    await ask(ada, 'PATCH', `/api/webhooks/${id}`, { url: 'https://ci.acme.test/broken' })
    for (const failures of [1, 2, 3]) {
      await ask(ada, 'POST', `/api/webhooks/${id}/test`)
      await vi.waitFor(async () => {
        expect(await ada.events(`action=webhook.delivery_failed&resourceId=${id}`)).toHaveLength(failures)
      })
    }
    const [failed] = await ada.events(`action=webhook.delivery_failed&resourceId=${id}`)
    expect(await ada.event(`action=webhook.quarantined&resourceId=${id}`)).toMatchObject({ causedBy: failed?.id })
    await ask(ada, 'POST', `/api/webhooks/${id}/enable`)
    await ask(ada, 'POST', `/api/webhooks/${id}/disable`)
    await ask(ada, 'DELETE', `/api/webhooks/${id}`)
  },
  async generations() {
    await ask(ada, 'PUT', '/api/billing/alerts', { enabled: true, thresholds: [10, 5] })
    await ask(ada, 'PUT', '/api/billing/alerts', { enabled: true, thresholds: [10, 5, 1] })
    const start = async (model: string) =>
      (await ask(linus, 'POST', '/api/generations', { model, prompt: 'A harbour' })).id
    const film = await start('bytedance/seedance-1-pro')
    await ada.event(`action=generation.succeeded&resourceId=${film}`)
    await start('bytedance/seedance-1-pro')
    const failing = await start('acme/experimental-video')
    await ada.event(`action=generation.failed&resourceId=${failing}`)
    const dropped = await start('bfl/flux-schnell')
    await ask(linus, 'POST', `/api/generations/${dropped}/cancel`)
    await ask(ada, 'DELETE', `/api/generations/${dropped}`)
    expect(await ada.event('action=credit_alert.alert_fired')).toMatchObject({
      description: 'Low balance alert fired: balance $9.5 dropped below $10 threshold',
    })
    const settings = await ada.event('action=credit_alert.settings_updated')
    expect(settings.description).toBe('Credit alert settings updated: enabled=true, thresholds={10,5,1}')
    const charged = await ada.event('action=credit.charge')
    expect(charged.description).toBe('Charged 1.25 credits for bytedance/seedance-1-pro')
    await ada.event(
      'action=credit.refund',
      ({ description }) => description === 'Refunded 0.004 credits for bfl/flux-schnell',
    )
    await vi.waitFor(async () => {
      const { items } = await ask(linus, 'GET', '/api/notifications')
      expect(items.length).toBeGreaterThan(0)
      await ask(linus, 'POST', `/api/notifications/${items[0].id}/dismiss`)
    })
  },
  async people() {
    const mistake = await ask(ada, 'POST', '/api/members/invitations', { email: 'typo@acme.test' })
    await ask(ada, 'DELETE', `/api/members/invitations/${mistake.id}`)
    const { link } = await ask(ada, 'POST', '/api/members/invitations', {
      email: 'katherine@acme.test',
      role: 'member',
    })
    const katherine = callerOf(demo.url)
    const invitation = new URL(link, demo.url).searchParams.get('invitation')
    const account = { name: 'Katherine Johnson', email: 'katherine@acme.test', password: 'orbit' }
    const { id } = await ask(katherine, 'POST', '/api/signup', { ...account, invitation })
    await ask(ada, 'PATCH', `/api/members/${id}`, { role: 'admin' })
    expect(await ada.event('action=membership.role_changed')).toMatchObject({
      description: 'Member role changed to admin',
      severity: 'critical',
      metadata: { role: 'admin', previousRole: 'member' },
      changes: [{ path: '/role', from: 'member', to: 'admin' }],
    })
    await ask(katherine, 'PATCH', '/api/me', { title: 'Mathematician' })
    await ask(katherine, 'PUT', '/api/me/picture', { picture: 'rose' })
    await ask(katherine, 'POST', '/api/logout')
    await ask(ada, 'DELETE', `/api/members/${id}`)
  },
  async passwords() {
    await ask(callerOf(demo.url), 'POST', '/api/password-reset', { email: 'grace@acme.test' })
    const token = await vi.waitFor(() => {
      const mail = demo.printed.find((line) => line.startsWith('Mail to grace@acme.test'))
      return new URL(/http:\S+/.exec(mail ?? '')?.[0] ?? '').searchParams.get('token')
    })
    await ask(callerOf(demo.url), 'POST', '/api/password-reset/confirm', { token, password: 'a new one' })
    await signIn(demo.url, 'grace@acme.test', 'a new one')
    expect(
      (await callerOf(demo.url).call('POST', '/api/login', { email: 'grace@acme.test', password: 'demo' })).status,
    ).toBe(401)
  },
  async money() {
    await ask(ada, 'PUT', '/api/billing/customer', { company: 'Acme Inc.', billingEmail: 'invoices@acme.test' })
    await ask(ada, 'PUT', '/api/billing/customer', { company: 'Acme Ltd.', billingEmail: 'invoices@acme.test' })
    await ask(ada, 'POST', '/api/billing/credits', { amount: 20 })
    await ask(ada, 'POST', '/api/billing/credits/reset')
  },
  async subscription() {
    const path = '/api/billing/subscription'
    const added = await ask(ada, 'POST', `${path}/items`, { name: 'Support hours', quantity: 2 })
    await ask(ada, 'PATCH', `${path}/items/${added.id}`, { quantity: 4 })
    await ask(ada, 'DELETE', `${path}/items/${added.id}`)
    await ask(ada, 'PATCH', path, { plan: 'Scale' })
    await ask(ada, 'POST', `${path}/pause`)
    await ask(ada, 'POST', `${path}/activate`)
    await ask(ada, 'POST', `${path}/cancel`)
    await ask(ada, 'POST', `${path}/revert-cancel`)
    await ask(ada, 'PUT', '/api/billing/payment-method', decline)
    await ask(ada, 'POST', `${path}/renew`)
    await ada.event('action=subscription.past_due')
    await ask(ada, 'POST', `${path}/renew`)
    await ada.event('action=subscription.unpaid')
    await ask(ada, 'PUT', '/api/billing/payment-method', accept)
    await ask(ada, 'POST', `${path}/cancel`)
    await ask(ada, 'POST', `${path}/renew`)
    await ada.event('action=subscription.canceled')
    await ask(ada, 'POST', `${path}/trial`)
  },
  async orders() {
    const { id } = await ask(ada, 'POST', '/api/billing/orders', { items: [item] })
    const added = await ask(ada, 'POST', `/api/billing/orders/${id}/items`, { name: 'Onboarding', quantity: 1 })
    await ask(ada, 'PATCH', `/api/billing/orders/${id}/items/${added.id}`, { quantity: 2 })
    await ask(ada, 'DELETE', `/api/billing/orders/${id}/items/${added.id}`)
    await ask(ada, 'PATCH', `/api/billing/orders/${id}`, { status: 'cancelled' })
  },
  async domains() {
    const { id } = await ask(ada, 'POST', '/api/domains', { name: 'api.example.test' })
    await ada.event(`action=domain.domain_activated&resourceId=${id}`)
    const failing = await ask(ada, 'POST', '/api/domains', { name: 'api.example.invalid' })
    await ada.event(`action=domain.domain_failed&resourceId=${failing.id}`)
    await ask(ada, 'DELETE', `/api/domains/${id}`)
    const removing = await ada.event(`action=domain.domain_removing&resourceId=${id}`)
    expect(await ada.event(`action=domain.domain_removed&resourceId=${id}`)).toMatchObject({
      actor: { type: 'system' },
      causedBy: removing.id,
      description: 'Custom domain removed: api.example.test',
    })
  },
  async consentAndBugs() {
    for (const [analytics, marketing] of [
      [true, true],
      [false, false],
      [true, false],
    ]) {
      await ask(linus, 'PUT', '/api/consent', { analytics, marketing })
    }
    await ask(linus, 'DELETE', '/api/consent')
    expect((await ada.event('action=consent.accepted')).description).toBe('All cookie categories accepted (via banner)')
    const { id } = await ask(linus, 'POST', '/api/bug-reports', { title: 'The chart is empty' })
    await ask(ada, 'PATCH', `/api/bug-reports/${id}`, { status: 'resolved' })
  },
  async projectsAndServices() {
    const { id } = await ask(ada, 'POST', '/api/projects', { name: 'Atlas' })
    const services = `/api/projects/${id}/services`
    const web = await ask(ada, 'POST', services, { name: 'web' })
    await ask(ada, 'PATCH', `${services}/${web.id}`, { replicas: 2 })
    await ask(ada, 'POST', `${services}/${web.id}/deploy`, { image: 'registry.acme.test/web:2' })
    await ask(ada, 'POST', `${services}/${web.id}/restart`)
    await ask(ada, 'POST', `${services}/${web.id}/trash`)
    await ask(ada, 'POST', `${services}/${web.id}/restore`)
    await ask(ada, 'PUT', `/api/projects/${id}`, { name: 'Atlas', description: 'Maps.', region: 'us-east' })
    await ask(ada, 'POST', `/api/projects/${id}/export`)
    const copy = await ask(ada, 'POST', `/api/projects/${id}/clone`)
    await ask(ada, 'POST', `/api/projects/${copy.id}/archive`)
    await ask(ada, 'POST', `/api/projects/${copy.id}/restore`)
    await ask(ada, 'DELETE', `/api/projects/${copy.id}`)
  },
  async jobs() {
    const start = async (runner: string) => {
      const { id } = await ask(ada, 'POST', '/api/jobs', { name: `A ${runner} job`, runner })
      await ask(ada, 'POST', `/api/jobs/${id}/run`)
      return id
    }
    const works = await start('container')
    await ada.event(`action=job.completed&resourceId=${works}`)
    await ask(ada, 'PUT', `/api/jobs/${works}/input?name=customers.csv`, 'id,name\n1,Ada\n')
    await ask(ada, 'PATCH', `/api/jobs/${works}`, { schedule: 'nightly' })
    await ada.event(`action=job.failed&resourceId=${await start('flaky')}`)
    await ask(ada, 'POST', `/api/jobs/${works}/run`)
    await ask(ada, 'POST', `/api/jobs/${works}/cancel`)
    await ask(ada, 'DELETE', `/api/jobs/${works}`)
  },
}

test('the demo emits every action of its catalog by real requests', { timeout: 120_000 }, async () => {
  for (const [category, actions] of Object.entries(CATEGORIES)) {
    const declared = catalog.json.actions.filter((action) => action.category === category).map(({ verb }) => verb)
    expect(declared, category).toEqual(expect.arrayContaining(actions))
  }

  for (const walk of Object.values(WALKS)) await walk()

  const written = Object.entries(catalog.data).flatMap(([category, { actions }]) =>
    Object.keys(actions).map((verb) => `${category}.${verb}`),
  )
  await vi.waitFor(
    async () => {
      const emitted = new Set((await ada.events('status=success')).map(({ action }) => action))
      expect(written.filter((action) => !emitted.has(action))).toEqual([])
    },
    { timeout: 20_000 },
  )

  const events = await ada.events()
  expect(
    events
      .filter(({ action }) => !catalog.json.actions.some(({ name }) => name === action))
      .map(({ action }) => action),
  ).toEqual([])
  expect(
    events
      .filter(({ description }) =>
        /unknown|undefined|\{|\}/.test(description.replace('{10,5,1}', '').replace('{10,5}', '')),
      )
      .map(({ description }) => description),
  ).toEqual([])
})
