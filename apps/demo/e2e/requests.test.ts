import type { StoredEvent } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, createCaller, type Demo, signIn, startDemo } from './demo.ts'

let demo: Demo
beforeAll(async () => {
  demo = await startDemo()
})
afterAll(() => demo?.[Symbol.asyncDispose]())

/** Creates, updates, archives and deletes a project. Returns the four events, oldest first. */
async function runLifecycle(caller: Caller, reader: Caller, name: string): Promise<readonly StoredEvent[]> {
  const created = await caller.call('POST', '/api/projects', { name, description: 'Brass and steam.' })
  expect(created.status).toBe(201)
  const { id } = created.body
  expect(created.headers.get('location')).toBe(`/api/projects/${id}`)
  expect((await caller.call('PATCH', `/api/projects/${id}`, { name: `${name} 2` })).status).toBe(200)
  expect((await caller.call('POST', `/api/projects/${id}/archive`)).status).toBe(200)
  expect((await caller.call('DELETE', `/api/projects/${id}`)).status).toBe(204)
  await reader.event(`resourceId=${id}&action=project.deleted`)
  return (await reader.events(`resourceId=${id}`)).toReversed()
}

function summarize(event: StoredEvent) {
  return {
    action: event.action,
    kind: event.kind,
    status: event.status,
    name: event.resource.name,
    deleted: event.resource.deleted,
    description: event.description,
    changes: event.changes.filter(({ path }) => path === '/name' || path === '/status'),
    method: event.context.method,
    route: event.context.route,
  }
}

function expectedLifecycle(name: string) {
  return [
    {
      action: 'project.created',
      kind: 'create',
      status: 'success',
      name,
      deleted: true,
      description: `Project ${name} was created`,
      changes: [
        { path: '/name', to: name },
        { path: '/status', to: 'active' },
      ],
      method: 'POST',
      route: '/api/projects',
    },
    {
      action: 'project.updated',
      kind: 'update',
      status: 'success',
      name: `${name} 2`,
      deleted: true,
      description: `Project ${name} 2 was updated`,
      changes: [{ path: '/name', from: name, to: `${name} 2` }],
      method: 'PATCH',
      route: '/api/projects/:id',
    },
    {
      action: 'project.archived',
      kind: 'update',
      status: 'success',
      name: `${name} 2`,
      deleted: true,
      description: `Project ${name} 2 was archived`,
      changes: [{ path: '/status', from: 'active', to: 'archived' }],
      method: 'POST',
      route: '/api/projects/:id/archive',
    },
    {
      action: 'project.deleted',
      kind: 'delete',
      status: 'success',
      name: `${name} 2`,
      deleted: true,
      description: `Project ${name} 2 was deleted`,
      changes: [
        { path: '/name', from: `${name} 2` },
        { path: '/status', from: 'archived' },
      ],
      method: 'DELETE',
      route: '/api/projects/:id',
    },
  ]
}

describe('the same requests produce the same events', () => {
  test('with a session cookie', async () => {
    const ada = await signIn(demo.url, 'ada@acme.test')
    const life = await runLifecycle(ada, ada, 'Engine')
    expect(life.map(summarize)).toEqual(expectedLifecycle('Engine'))
    for (const { actor, tenantId, context } of life) {
      expect(actor).toEqual({ type: 'user', id: 'usr_ada', name: 'Ada Lovelace', email: 'ada@acme.test' })
      expect(tenantId).toBe('acme')
      expect(context).toMatchObject({ channel: 'ui', ip: expect.stringMatching(/127\.0\.0\.1|::1/) })
    }
  })

  test('with an API key, which is the actor', async () => {
    const ada = await signIn(demo.url, 'ada@acme.test')
    const { body: key } = await ada.call('POST', '/api/api-keys', { name: 'ci' })
    const program = createCaller(demo.url, { authorization: `Bearer ${key.secret}` })
    const life = await runLifecycle(program, ada, 'Loom')
    expect(life.map(summarize)).toEqual(expectedLifecycle('Loom'))
    for (const { actor, context } of life) {
      expect(actor).toEqual({ type: 'api_key', id: key.id, name: 'ci' })
      expect(context.channel).toBe('api')
    }
    const created = await ada.event('action=api_key.created')
    expect(created.description).toBe(`API key "ci" (${key.prefix}...) was created`)

    await ada.call('POST', `/api/api-keys/${key.id}/revoke`)
    expect((await program.call('GET', '/api/projects')).status).toBe(401)
  })
})

test('a service has its project as scope, and is deleted with it by the system', async () => {
  const ada = await signIn(demo.url, 'ada@acme.test')
  const { body: project } = await ada.call('POST', '/api/projects', { name: 'Mill' })
  const services = `/api/projects/${project.id}/services`
  const { body: service } = await ada.call('POST', services, { name: 'web' })
  await ada.call('PATCH', `${services}/${service.id}`, { replicas: 3 })
  const updated = await ada.event(`action=service.updated&resourceId=${service.id}`)
  expect(updated).toMatchObject({
    scope: { project: { id: project.id, name: 'Mill' } },
    changes: [{ path: '/replicas', from: 1, to: 3 }],
    context: { route: '/api/projects/:projectId/services/:id' },
  })

  await ada.call('DELETE', `/api/projects/${project.id}`)
  const deleted = await ada.event(`action=project.deleted&resourceId=${project.id}`)
  const child = await ada.event(`action=service.deleted&resourceId=${service.id}`)
  expect(child).toMatchObject({
    actor: { type: 'system' },
    causedBy: deleted.id,
    scope: { project: { id: project.id, name: 'Mill' } },
    context: { channel: 'system' },
  })
})

describe('failures', () => {
  test('a forbidden request is an event with status failure', async () => {
    const ada = await signIn(demo.url, 'ada@acme.test')
    const linus = await signIn(demo.url, 'linus@acme.test')
    expect((await linus.call('DELETE', '/api/projects/prj_payments')).status).toBe(403)
    const refused = await ada.event('action=project.deleted&status=failure')
    expect(refused).toMatchObject({
      actor: { name: 'Linus Torvalds' },
      resource: { type: 'project', id: 'prj_payments', name: 'Payments', deleted: false },
      description: 'Could not delete project Payments (403)',
      error: { status: 403 },
      changes: [],
    })
  })

  test('a request that throws is an event with status failure', async () => {
    const ada = await signIn(demo.url, 'ada@acme.test')
    const { body } = await ada.call('GET', '/api/jobs')
    const report = body.items.find((job: { name: string }) => job.name === 'Quarterly report')
    expect((await ada.call('POST', `/api/jobs/${report.id}/run`)).status).toBe(500)
    const crashed = await ada.event('action=job.started&status=failure')
    expect(crashed).toMatchObject({ resource: { type: 'job', name: 'Quarterly report' }, error: { status: 500 } })
  })

  test('an invalid body and a declined card are events with status failure', async () => {
    const ada = await signIn(demo.url, 'ada@acme.test')
    expect((await ada.call('POST', '/api/projects', { name: '' })).status).toBe(400)
    expect(await ada.event('action=project.created&status=failure')).toMatchObject({
      resource: { id: null },
      error: { status: 400 },
    })

    await ada.call('PUT', '/api/billing/payment-method', { number: '4000 0000 0000 0002' })
    expect((await ada.call('POST', '/api/billing/credits', { amount: 5 })).status).toBe(402)
    await ada.event('action=credit.add&status=failure')
  })

  test('a failed sign-in is in the log of the attempted account', async () => {
    const stranger = createCaller(demo.url)
    expect((await stranger.call('POST', '/api/login', { email: 'ada@acme.test', password: 'guess' })).status).toBe(401)
    const ada = await signIn(demo.url, 'ada@acme.test')
    expect(await ada.event('action=auth.signin&status=failure')).toMatchObject({
      metadata: { attemptedEmail: 'ada@acme.test', reason: 'wrong password' },
      description: 'Failed sign-in as ada@acme.test: wrong password',
    })
    expect(
      (await stranger.call('POST', '/api/login', { email: 'nobody@nowhere.test', password: 'guess' })).status,
    ).toBe(401)
    const eve = await signIn(demo.url, 'eve@umbrella.test')
    for (const reader of [ada, eve]) {
      const seen = await reader.events('action=auth.signin&status=failure')
      expect(seen.map(({ metadata }) => metadata.attemptedEmail)).not.toContain('nobody@nowhere.test')
    }
  })
})

describe('permissions', () => {
  test('a member sees their own activity, an admin sees all, another organization sees none', async () => {
    const ada = await signIn(demo.url, 'ada@acme.test')
    const linus = await signIn(demo.url, 'linus@acme.test')
    const eve = await signIn(demo.url, 'eve@umbrella.test')
    const grace = await signIn(demo.url, 'grace@acme.test')
    await ada.call('PATCH', '/api/projects/prj_platform', { description: 'Seen by some.' })
    const event = await ada.event('action=project.updated&resourceId=prj_platform')

    expect((await grace.events('resourceId=prj_platform')).map(({ id }) => id)).toContain(event.id)
    expect(await eve.events('resourceId=prj_platform')).toEqual([])
    expect(new Set((await linus.events()).map(({ actor }) => actor.id))).toEqual(new Set(['usr_linus']))
    expect((await linus.call('GET', '/activity/api/v1/events/export?format=csv')).status).toBe(403)
    expect((await grace.call('GET', '/activity/api/v1/events/export?format=csv')).status).toBe(200)
    expect((await createCaller(demo.url).call('GET', '/activity/api/v1/events')).status).toBe(401)
  })

  test('/activity serves the host’s page, and the mount records no events about itself', async () => {
    const page = await createCaller(demo.url).call('GET', '/activity')
    expect([200, 503]).toContain(page.status)
    expect(page.body).not.toContain('problem')
    const ada = await signIn(demo.url, 'ada@acme.test')
    await ada.call('POST', '/activity/api/v1/inbox/seen', { all: true })
    await ada.call('PATCH', '/api/projects/prj_platform', { description: 'After the inbox.' })
    await ada.event('resourceId=prj_platform', ({ changes }) => changes.some(({ to }) => to === 'After the inbox.'))
    const routes = (await ada.events()).map(({ context }) => context.route ?? '')
    expect(routes.filter((route) => route.startsWith('/activity'))).toEqual([])
  })
})
