import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { catalog } from '../src/catalog.ts'
import { type Caller, createCaller, type Demo, signIn, startDemo } from './demo.ts'

/** Categories and actions of common SaaS products. */
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

/** Sends a request that must succeed, and returns its body. */
async function request(caller: Caller, method: string, path: string, body?: unknown) {
  const { status, body: responseBody } = await caller.call(method, path, body)
  expect(status, `${method} ${path}: ${JSON.stringify(responseBody)}`).toBeLessThan(400)
  return responseBody
}

const item = { name: 'GPU reservation', quantity: 1 }
const decline = { number: '4000 0000 0000 0002' }
const accept = { number: '4242 4242 4242 4242' }

/** Scenarios by area. They wait for the events of background work. */
const SCENARIOS: Record<string, () => Promise<void>> = {
  async keys() {
    const { id } = await request(ada, 'POST', '/api/api-keys', { name: 'deploys' })
    await request(ada, 'PATCH', `/api/api-keys/${id}`, { name: 'deployments' })
    await request(ada, 'POST', `/api/api-keys/${id}/rotate`)
    await request(ada, 'POST', `/api/api-keys/${id}/revoke`)
    await request(ada, 'DELETE', `/api/api-keys/${id}`)
  },
  async webhooks() {
    const { id } = await request(ada, 'POST', '/api/webhooks', {
      url: 'https://ci.acme.test/ok',
      events: ['test.ping'],
    })
    await request(ada, 'POST', `/api/webhooks/${id}/test`)
    const delivered = await ada.event(`action=webhook.delivered&resourceId=${id}`)
    expect(delivered).toMatchObject({ actor: { type: 'system' }, description: 'Webhook delivered: test.ping' })
    await request(ada, 'PATCH', `/api/webhooks/${id}`, { url: 'https://ci.acme.test/broken' })
    for (const failures of [1, 2, 3]) {
      await request(ada, 'POST', `/api/webhooks/${id}/test`)
      await vi.waitFor(async () => {
        expect(await ada.events(`action=webhook.delivery_failed&resourceId=${id}`)).toHaveLength(failures)
      })
    }
    const [failed] = await ada.events(`action=webhook.delivery_failed&resourceId=${id}`)
    expect(await ada.event(`action=webhook.quarantined&resourceId=${id}`)).toMatchObject({ causedBy: failed?.id })
    await request(ada, 'POST', `/api/webhooks/${id}/enable`)
    await request(ada, 'POST', `/api/webhooks/${id}/disable`)
    await request(ada, 'DELETE', `/api/webhooks/${id}`)
  },
  async generations() {
    await request(ada, 'PUT', '/api/billing/alerts', { enabled: true, thresholds: [10, 5] })
    await request(ada, 'PUT', '/api/billing/alerts', { enabled: true, thresholds: [10, 5, 1] })
    const start = async (model: string) =>
      (await request(linus, 'POST', '/api/generations', { model, prompt: 'A harbor' })).id
    const film = await start('bytedance/seedance-1-pro')
    await ada.event(`action=generation.succeeded&resourceId=${film}`)
    await start('bytedance/seedance-1-pro')
    const failing = await start('acme/experimental-video')
    await ada.event(`action=generation.failed&resourceId=${failing}`)
    const dropped = await start('bfl/flux-schnell')
    await request(linus, 'POST', `/api/generations/${dropped}/cancel`)
    await request(ada, 'DELETE', `/api/generations/${dropped}`)
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
      const { items } = await request(linus, 'GET', '/api/notifications')
      expect(items.length).toBeGreaterThan(0)
      await request(linus, 'POST', `/api/notifications/${items[0].id}/dismiss`)
    })
  },
  async people() {
    const mistake = await request(ada, 'POST', '/api/members/invitations', { email: 'typo@acme.test' })
    await request(ada, 'DELETE', `/api/members/invitations/${mistake.id}`)
    const { link } = await request(ada, 'POST', '/api/members/invitations', {
      email: 'katherine@acme.test',
      role: 'member',
    })
    const katherine = createCaller(demo.url)
    const invitation = new URL(link, demo.url).searchParams.get('invitation')
    const account = { name: 'Katherine Johnson', email: 'katherine@acme.test', password: 'orbit' }
    const { id } = await request(katherine, 'POST', '/api/signup', { ...account, invitation })
    await request(ada, 'PATCH', `/api/members/${id}`, { role: 'admin' })
    expect(await ada.event('action=membership.role_changed')).toMatchObject({
      description: 'Member role changed to admin',
      severity: 'critical',
      metadata: { role: 'admin', previousRole: 'member' },
      changes: [{ path: '/role', from: 'member', to: 'admin' }],
    })
    await request(katherine, 'PATCH', '/api/me', { title: 'Mathematician' })
    await request(katherine, 'PUT', '/api/me/picture', { picture: 'rose' })
    await request(katherine, 'POST', '/api/logout')
    await request(ada, 'DELETE', `/api/members/${id}`)
  },
  async passwords() {
    await request(createCaller(demo.url), 'POST', '/api/password-reset', { email: 'grace@acme.test' })
    const token = await vi.waitFor(() => {
      const mail = demo.output.find((line) => line.startsWith('Mail to grace@acme.test'))
      return new URL(/http:\S+/.exec(mail ?? '')?.[0] ?? '').searchParams.get('token')
    })
    await request(createCaller(demo.url), 'POST', '/api/password-reset/confirm', { token, password: 'a new one' })
    await signIn(demo.url, 'grace@acme.test', 'a new one')
    expect(
      (await createCaller(demo.url).call('POST', '/api/login', { email: 'grace@acme.test', password: 'demo' })).status,
    ).toBe(401)
  },
  async money() {
    await request(ada, 'PUT', '/api/billing/customer', { company: 'Acme Inc.', billingEmail: 'invoices@acme.test' })
    await request(ada, 'PUT', '/api/billing/customer', { company: 'Acme Ltd.', billingEmail: 'invoices@acme.test' })
    await request(ada, 'POST', '/api/billing/credits', { amount: 20 })
    await request(ada, 'POST', '/api/billing/credits/reset')
  },
  async subscription() {
    const path = '/api/billing/subscription'
    const added = await request(ada, 'POST', `${path}/items`, { name: 'Support hours', quantity: 2 })
    await request(ada, 'PATCH', `${path}/items/${added.id}`, { quantity: 4 })
    await request(ada, 'DELETE', `${path}/items/${added.id}`)
    await request(ada, 'PATCH', path, { plan: 'Scale' })
    await request(ada, 'POST', `${path}/pause`)
    await request(ada, 'POST', `${path}/activate`)
    await request(ada, 'POST', `${path}/cancel`)
    await request(ada, 'POST', `${path}/revert-cancel`)
    await request(ada, 'PUT', '/api/billing/payment-method', decline)
    await request(ada, 'POST', `${path}/renew`)
    await ada.event('action=subscription.past_due')
    await request(ada, 'POST', `${path}/renew`)
    await ada.event('action=subscription.unpaid')
    await request(ada, 'PUT', '/api/billing/payment-method', accept)
    await request(ada, 'POST', `${path}/cancel`)
    await request(ada, 'POST', `${path}/renew`)
    await ada.event('action=subscription.canceled')
    await request(ada, 'POST', `${path}/trial`)
  },
  async orders() {
    const { id } = await request(ada, 'POST', '/api/billing/orders', { items: [item] })
    const added = await request(ada, 'POST', `/api/billing/orders/${id}/items`, { name: 'Onboarding', quantity: 1 })
    await request(ada, 'PATCH', `/api/billing/orders/${id}/items/${added.id}`, { quantity: 2 })
    await request(ada, 'DELETE', `/api/billing/orders/${id}/items/${added.id}`)
    await request(ada, 'PATCH', `/api/billing/orders/${id}`, { status: 'canceled' })
  },
  async domains() {
    const { id } = await request(ada, 'POST', '/api/domains', { name: 'api.example.test' })
    await ada.event(`action=domain.domain_activated&resourceId=${id}`)
    const failing = await request(ada, 'POST', '/api/domains', { name: 'api.example.invalid' })
    await ada.event(`action=domain.domain_failed&resourceId=${failing.id}`)
    await request(ada, 'DELETE', `/api/domains/${id}`)
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
      await request(linus, 'PUT', '/api/consent', { analytics, marketing })
    }
    await request(linus, 'DELETE', '/api/consent')
    expect((await ada.event('action=consent.accepted')).description).toBe('All cookie categories accepted (via banner)')
    const { id } = await request(linus, 'POST', '/api/bug-reports', { title: 'The chart is empty' })
    await request(ada, 'PATCH', `/api/bug-reports/${id}`, { status: 'resolved' })
  },
  async projectsAndServices() {
    const { id } = await request(ada, 'POST', '/api/projects', { name: 'Atlas' })
    const services = `/api/projects/${id}/services`
    const web = await request(ada, 'POST', services, { name: 'web' })
    await request(ada, 'PATCH', `${services}/${web.id}`, { replicas: 2 })
    await request(ada, 'POST', `${services}/${web.id}/deploy`, { image: 'registry.acme.test/web:2' })
    await request(ada, 'POST', `${services}/${web.id}/restart`)
    await request(ada, 'POST', `${services}/${web.id}/trash`)
    await request(ada, 'POST', `${services}/${web.id}/restore`)
    await request(ada, 'PUT', `/api/projects/${id}`, { name: 'Atlas', description: 'Maps.', region: 'us-east' })
    await request(ada, 'POST', `/api/projects/${id}/export`)
    const copy = await request(ada, 'POST', `/api/projects/${id}/clone`)
    await request(ada, 'POST', `/api/projects/${copy.id}/archive`)
    await request(ada, 'POST', `/api/projects/${copy.id}/restore`)
    await request(ada, 'DELETE', `/api/projects/${copy.id}`)
  },
  async jobs() {
    const start = async (runner: string) => {
      const { id } = await request(ada, 'POST', '/api/jobs', { name: `A ${runner} job`, runner })
      await request(ada, 'POST', `/api/jobs/${id}/run`)
      return id
    }
    const works = await start('container')
    await ada.event(`action=job.completed&resourceId=${works}`)
    await request(ada, 'PUT', `/api/jobs/${works}/input?name=customers.csv`, 'id,name\n1,Ada\n')
    await request(ada, 'PATCH', `/api/jobs/${works}`, { schedule: 'nightly' })
    await ada.event(`action=job.failed&resourceId=${await start('flaky')}`)
    await request(ada, 'POST', `/api/jobs/${works}/run`)
    await request(ada, 'POST', `/api/jobs/${works}/cancel`)
    await request(ada, 'DELETE', `/api/jobs/${works}`)
  },
}

test('real requests emit every action of the catalog', { timeout: 120_000 }, async () => {
  for (const [category, actions] of Object.entries(CATEGORIES)) {
    const declared = catalog.json.actions.filter((action) => action.category === category).map(({ verb }) => verb)
    expect(declared, category).toEqual(expect.arrayContaining(actions))
  }

  for (const walk of Object.values(SCENARIOS)) await walk()

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
