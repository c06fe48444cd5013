import { AsyncLocalStorage } from 'node:async_hooks'
import { ANONYMOUS, defineCatalog, getIdTime, SYSTEM } from '@whodid/core'
import { prepareEvent } from '@whodid/core/seal'
import { describe, expect, test } from 'vitest'
import { createCollectingWriter } from '../../test/collecting-writer.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import type { Annotation, ResourceInput } from '../event/inputs.ts'
import { createTrail, type Trail } from '../trail.ts'
import { skipCapture } from './context.ts'
import type { CaptureOptions, RequestOutcome } from './options.ts'

const catalog = defineCatalog({
  project: { actions: { archived: '{resource.name} was archived', cloned: { kind: 'create' } } },
  service: {},
  membership: { actions: { role_changed: { kind: 'update', delivery: 'durable' } } },
  billing: { actions: { charged: { kind: 'other' } } },
})

interface Native {
  readonly user?: { readonly id: string; readonly name?: string; readonly orgId?: string } | undefined
}

interface Call extends Partial<RequestOutcome> {
  readonly native?: Native
  readonly path?: string
  readonly headers?: { readonly [name: string]: string }
  readonly ip?: string
}

const ada: Native = { user: { id: 'u1', name: 'Ada', orgId: 'acme' } }

function setUp(options: CaptureOptions<Native, `${string}.${string}`> = {}) {
  const writer = createCollectingWriter()
  const warnings: string[] = []
  const lines: string[] = []
  const trail: Trail = createTrail({
    catalog,
    to: writer,
    flushOnExit: false,
    onWarning: (message) => warnings.push(message),
    debug: (line) => lines.push(line),
  })
  const capture = trail.capture<Native>({
    actor: (native) => native.user,
    tenant: (native) => native.user?.orgId,
    ...options,
  })

  /** Captures one request from begin to end. `handler` runs in its context. */
  async function call(name: string, given: Call = {}, handler: () => unknown = () => {}) {
    const [method = '', route = ''] = name.split(' ')
    const { native = ada, path = route, headers = {}, ip, requestBody, responseBody, ...rest } = given
    const outcome = { ...rest, requestBody: () => requestBody, responseBody: () => responseBody }
    const request = capture.begin({ native, method, path, headers, ip: () => ip })
    await request.run(handler)
    request.end({ status: 200, route, ...outcome })
    request.end({ status: 500, route })
    await trail.flush()
    return writer.events.splice(0)
  }

  return { trail, call, warnings, lines, writer, capture }
}

describe('a request without records and annotations', () => {
  test('is one event with its actor, tenant, and origin', async () => {
    const { call } = setUp()
    const headers = {
      'user-agent': 'curl/8',
      'x-request-id': 'req-1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      authorization: 'Bearer x',
    }
    const given = {
      path: '/api/projects/p1/services',
      status: 201,
      headers,
      ip: '::ffff:203.0.113.9',
      responseBody: { id: 's1', name: 'web' },
    }
    const before = Date.now()
    const [event, ...others] = await call('POST /api/projects/:projectId/services', given)
    expect(others).toEqual([])
    expect(event).toEqual({
      id: expect.any(String),
      tenantId: 'acme',
      action: 'service.created',
      kind: 'create',
      status: 'success',
      actor: { type: 'user', id: 'u1', name: 'Ada' },
      resource: { type: 'service', id: 's1', name: 'web' },
      scope: { project: { id: 'p1' } },
      severity: 'info',
      description: 'Service web was created',
      context: {
        channel: 'api',
        ip: '203.0.113.9',
        userAgent: 'curl/8',
        requestId: 'req-1',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        method: 'POST',
        route: '/api/projects/:projectId/services',
      },
    })
    expect(getIdTime(event?.id ?? '') - before).toBeLessThan(1_000)
  })

  test('lists the fields of an update as changes without former values', async () => {
    const { call } = setUp()
    const requestBody = { id: 'p1', name: 'Engine', token: 'abc', limits: { cpu: 2 } }
    const [event] = await call('PATCH /projects/:id', { path: '/projects/p1', requestBody })
    expect(event).toMatchObject({
      resource: { id: 'p1', name: 'Engine' },
      changes: [
        { path: '/name', to: 'Engine' },
        { path: '/token', to: '[redacted]' },
        { path: '/limits', to: { cpu: 2 } },
      ],
      redacted: ['/changes/1/to'],
    })
  })

  test.each([
    [{ status: 403 }, { status: 403, message: 'Forbidden' }],
    [
      { status: 403, responseBody: { error: 'Owners only' } },
      { status: 403, message: 'Owners only' },
    ],
    [
      { status: 422, responseBody: { code: 'too_long', message: 'Name is too long' } },
      { status: 422, code: 'too_long', message: 'Name is too long' },
    ],
    [
      { status: 409, responseBody: { error: { code: 'taken', message: 'Taken' } } },
      { status: 409, code: 'taken', message: 'Taken' },
    ],
    [
      { status: 400, responseBody: { title: 'Bad', detail: 'No name' } },
      { status: 400, message: 'No name' },
    ],
    [
      { status: 500, error: new Error('SELECT secret FROM t') },
      { status: 500, message: 'Internal Server Error' },
    ],
    [
      { status: 200, error: Object.assign(new Error('No'), { statusCode: 402, code: 'pay' }) },
      { status: 402, code: 'pay', message: 'Payment Required' },
    ],
    [
      { status: 402, error: Object.assign(new Error('Card expired'), { code: 'pay' }), exposed: true },
      { status: 402, code: 'pay', message: 'Card expired' },
    ],
    [
      { status: 200, aborted: true },
      { code: 'aborted', message: 'The client disconnected before the response was complete' },
    ],
    [
      { status: 403, aborted: true },
      { status: 403, message: 'Forbidden' },
    ],
  ])('fails with %o', async (outcome, error) => {
    const { call } = setUp()
    expect(await call('DELETE /projects/:id', { path: '/projects/p1', ...outcome })).toMatchObject([
      { action: 'project.deleted', status: 'failure', resource: { id: 'p1' }, error },
    ])
  })

  test('is no event when it reads, matches no route, or is excluded', async () => {
    const { call, lines } = setUp({
      ignore: (native) => native.user?.id === 'probe',
      routes: { 'POST /api/projects/:any/ping': false },
    })
    const left = {}
    skipCapture(left)
    expect(await call('GET /projects/:id')).toEqual([])
    expect(await call('OPTIONS /projects/:id')).toEqual([])
    expect(await call('POST /wp-login.php', { status: 404, route: null })).toEqual([])
    expect(await call('POST /*splat', { path: '/wp-login.php', status: 404 })).toEqual([])
    expect(await call('POST /projects', { native: { user: { id: 'probe' } } })).toEqual([])
    expect(await call('POST /api/projects/:id/ping', { path: '/api/projects/p1/ping' })).toEqual([])
    expect(await call('POST /projects', { native: left })).toEqual([])
    expect(lines).toEqual([
      'GET /projects/:id 200 is no event: GET is not recorded',
      'OPTIONS /projects/:id 200 is no event: OPTIONS is not recorded',
      'POST /wp-login.php 404 is no event: no route matched',
      'POST /wp-login.php 404 is no event: no route matched',
      'POST /projects 200 is no event: `ignore` returned true',
      'POST /api/projects/p1/ping 200 is no event: its action is set to false',
      'POST /projects 200 is no event: it is skipped',
    ])
  })

  test('a 404 of a route is a failure', async () => {
    const { call } = setUp()
    expect(await call('DELETE /projects/:id', { path: '/projects/p9', status: 404 })).toMatchObject([
      { status: 'failure' },
    ])
  })

  test('is inferred from its path when it is refused before any route', async () => {
    const { call } = setUp()
    expect(await call('DELETE -', { path: '/api/projects/42', route: null, status: 401, native: {} })).toMatchObject([
      { action: 'project.deleted', actor: ANONYMOUS, resource: { id: '42' }, context: { route: '/api/projects/:id' } },
    ])
  })

  test('records reads with `recordReads`', async () => {
    const { call } = setUp({ recordReads: (native) => native.user?.id === 'u1' })
    expect(await call('GET /projects/:id', { path: '/projects/p1' })).toMatchObject([
      { action: 'project.viewed', kind: 'other', resource: { id: 'p1' } },
    ])
    expect(await call('GET /projects/:id', { native: {} })).toEqual([])
    expect(await call('OPTIONS /projects/:id')).toEqual([])
  })

  test('has the action that `routes` sets', async () => {
    const { call } = setUp({
      routes: {
        'POST /api/jobs/:id/run': 'job.started',
        '* /api/members/:memberId/role': 'membership.role_changed',
        'GET /report': 'report.exported',
      },
    })
    expect(await call('POST /api/jobs/:jobId/run/', { path: '/api/jobs/j1/run' })).toMatchObject([
      { action: 'job.started', resource: { type: 'job', id: 'j1' } },
    ])
    expect(await call('PUT /api/members/:id/role', { path: '/api/members/m1/role' })).toMatchObject([
      { action: 'membership.role_changed', resource: { type: 'membership' } },
    ])
    expect(await call('GET /report')).toMatchObject([{ action: 'report.exported' }])
    expect(() => setUp({ routes: { 'api/jobs': false } })).toThrow('must be a method and a path')
  })
})

test('debug prints the event of a request and its source', async () => {
  const { call, trail, lines } = setUp({ routes: { 'POST /jobs/:id/run': 'job.started' } })
  await call('PATCH /projects/:id', { path: '/projects/p1' }, () => trail.annotate({ metadata: { a: 1 } }))
  await call('POST /jobs/:id/run', { path: '/jobs/j1/run' })
  await call('POST /things', { status: 409 }, () =>
    trail.record('billing.charged', { resource: { id: 'b1', name: 'May' } }),
  )
  await call('POST /search')
  expect(lines).toEqual([
    'PATCH /projects/p1 200 is project.updated of project p1 (inferred from PATCH /projects/:id, 1 annotated)',
    'POST /jobs/j1/run 200 is job.started of job j1 (set by `routes` for POST /jobs/:id/run)',
    'POST /things 409 is billing.charged of billing May (as recorded)',
    'POST /search 200 is no event: a search over POST',
  ])
})

test('delivery runs outside of every context, including the host’s', async () => {
  const { call, trail, writer } = setUp()
  const host = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  const { append } = writer
  Object.assign(writer, {
    append(batch: Parameters<typeof append>[0]) {
      seen.push(host.getStore())
      return append(batch)
    },
  })
  await call('PATCH /members/:id', { path: '/members/m1' }, () =>
    host.run('request', () => trail.record('membership.role_changed', { resource: { id: 'm1' } })),
  )
  expect(seen).toEqual([undefined])
})

describe('actor and tenant', () => {
  test('are looked up when the response ends, with its outcome, and may be async', async () => {
    const seen: unknown[] = []
    const { call } = setUp({
      actor: async (_, outcome) => {
        await Promise.resolve()
        seen.push(outcome?.status)
        return { id: 7, type: 'api_key', name: 'ci' }
      },
      tenant: (_, outcome) => (outcome?.status === 401 ? 'tried' : null),
    })
    const [event] = await call('POST /projects', { status: 401, headers: { 'sec-fetch-site': 'same-origin' } })
    expect(event).toMatchObject({ actor: { type: 'api_key', id: '7' }, tenantId: 'tried', context: { channel: 'api' } })
    expect(seen).toEqual([401])
    expect((await call('POST /projects'))[0]).not.toHaveProperty('tenantId')
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('no session')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no session'))],
  ])('keep the event when `actor` %s', async (_, actor) => {
    const { call, warnings } = setUp({ actor })
    expect(await call('POST /projects')).toMatchObject([
      { action: 'project.created', actor: ANONYMOUS, tenantId: 'acme' },
    ])
    expect(warnings).toEqual([expect.stringContaining('no session')])
  })

  test('come from the response of a sign-in', async () => {
    const { call } = setUp()
    const responseBody = { token: 't', user: { id: 'u2', name: 'Grace', email: 'grace@acme.test', passwordHash: 'x' } }
    const user = { id: 'u2', name: 'Grace' }
    expect(await call('POST /login', { native: {}, responseBody })).toMatchObject([
      { action: 'auth.logged_in', actor: { ...user, email: 'grace@acme.test' }, resource: { type: 'user', ...user } },
    ])
    expect(await call('POST /logout')).toMatchObject([{ resource: { type: 'user', id: 'u1', name: 'Ada' } }])
    expect(await call('PATCH /users/me', { requestBody: { theme: 'dark' } })).toMatchObject([
      { resource: { type: 'user', id: 'u1' }, changes: [{ path: '/theme', to: 'dark' }] },
    ])
  })

  test.each([
    [{ 'sec-fetch-site': 'same-origin', authorization: 'Bearer x' }, 'ui'],
    [{ origin: 'https://acme.test' }, 'ui'],
    [{ cookie: 'sid=1' }, 'ui'],
    [{ cookie: 'sid=1', authorization: 'Bearer x' }, 'api'],
    [{ 'sec-fetch-mode': 'cors' }, 'api'],
    [{}, 'api'],
  ])('have, for %o, the channel %s', async (headers, channel) => {
    const { call } = setUp()
    expect(await call('POST /projects', { headers })).toMatchObject([{ context: { channel } }])
    expect(await setUp({ channel: 'system' }).call('POST /projects', { headers })).toMatchObject([
      { context: { channel: 'system' } },
    ])
  })
})

describe('one action, one event', () => {
  const given = { path: '/projects/p1', responseBody: { id: 'p1', name: 'Engine' } }
  const resource = { type: 'project', id: 'p1' }

  test('has changes from the rows, and the rest from the route', async () => {
    const { call, trail } = setUp()
    const events = await call('PATCH /projects/:id', { ...given, requestBody: { name: 'Engine', secret: 1 } }, () => {
      trail.annotate({ before: { name: 'Motor' }, after: { name: 'Engine' } })
      trail.annotate({ metadata: { reason: 'typo' }, severity: 'warning' })
    })
    expect(events).toMatchObject([
      {
        action: 'project.updated',
        resource: { ...resource, name: 'Engine' },
        changes: [{ path: '/name', from: 'Motor', to: 'Engine' }],
        metadata: { reason: 'typo' },
        severity: 'warning',
      },
    ])
  })

  test('includes the row of its resource, of any kind', async () => {
    const { call, trail } = setUp()
    const row = { ...resource }
    const before = { name: 'Engine', deletedAt: null }
    const after = { name: 'Engine', deletedAt: 'now' }
    const soft = () => trail.annotate({ resource: row, before, after })
    expect(await call('DELETE /projects/:id', given, soft)).toMatchObject([
      { action: 'project.deleted', kind: 'delete', resource: { name: 'Engine' }, changes: [{ path: '/deletedAt' }] },
    ])
    expect(await call('POST /projects/:id/archive', { ...given, path: '/projects/p1/archive' }, soft)).toMatchObject([
      { action: 'project.archived', changes: [{ path: '/deletedAt' }] },
    ])
    expect(await call('PUT /projects/:id', given, () => trail.annotate({ resource: row, after }))).toMatchObject([
      { action: 'project.created' },
    ])
    expect(
      await call('POST /projects/:id/clone', { path: '/projects/p0/clone' }, () =>
        trail.annotate({ resource: row, after }),
      ),
    ).toMatchObject([{ action: 'project.cloned', resource: { id: 'p1' } }])
  })

  test('several rows are several events of one request', async () => {
    const { call, trail } = setUp()
    const events = await call('DELETE /projects/:id', given, () => {
      trail.annotate({ resource: { type: 'service', id: 's1', name: 'web' }, before: { name: 'web' } })
      trail.annotate({ resource: { type: 'service', id: 's2' }, before: { name: 'db' } })
      trail.annotate({ resource, before: { name: 'Engine' } })
    })
    expect(events.map(({ action, resource: { id, name } }) => [action, id, name])).toEqual([
      ['project.deleted', 'p1', 'Engine'],
      ['service.deleted', 's1', 'web'],
      ['service.deleted', 's2', 'db'],
    ])
    expect(new Set(events.map(({ context }) => context?.requestId)).size).toBe(1)
    expect(new Set(events.map(({ id }) => id)).size).toBe(3)
  })

  test('a recorded event replaces the inferred one', async () => {
    const { call, trail } = setUp()
    let id = ''
    const events = await call('PATCH /members/:id', { path: '/members/m1' }, async () => {
      trail.annotate({ resource: { type: 'billing', id: 'b1' }, before: { seats: 1 }, after: { seats: 2 } })
      id = (await trail.record('billing.charged', { resource: { id: 'b1', name: 'May' }, metadata: { cents: 5 } })).id
      trail.annotate({ metadata: { note: 'late' } })
    })
    expect(events).toMatchObject([
      {
        id,
        action: 'billing.charged',
        tenantId: 'acme',
        actor: { id: 'u1' },
        metadata: { cents: 5, note: 'late' },
        changes: [{ path: '/seats' }],
      },
    ])
  })

  test('a durable record is sent at once, and its request adds nothing to it', async () => {
    const { call, trail, writer } = setUp()
    let sent = 0
    const events = await call('PATCH /members/:id', { path: '/members/m1' }, async () => {
      trail.annotate({
        resource: { type: 'membership', id: 'm1' },
        before: { role: 'member' },
        after: { role: 'owner' },
      })
      await trail.record('membership.role_changed', { resource: { id: 'm1', name: 'Ada' } })
      sent = writer.events.length
    })
    expect(sent).toBe(1)
    expect(events).toMatchObject([
      {
        action: 'membership.role_changed',
        actor: { id: 'u1' },
        context: { method: 'PATCH' },
        changes: [{ path: '/role', from: 'member', to: 'owner' }],
      },
    ])
  })

  test('an event of the system has the request’s event as its cause', async () => {
    const { call, trail } = setUp()
    const events = await call('DELETE /projects/:id', given, async () => {
      trail.record('service.deleted', { resource: { id: 's1' }, actor: SYSTEM })
      await trail.run({ actor: SYSTEM }, async () => {
        await trail.record('service.deleted', { resource: { id: 's2' } })
      })
    })
    const cause = events.find((event) => event.action === 'project.deleted')?.id
    expect(cause).toEqual(expect.any(String))
    const [s1, s2] = ['s1', 's2'].map((id) => events.find((event) => event.resource.id === id))
    expect(s1).toMatchObject({ actor: SYSTEM, causedBy: cause, tenantId: 'acme', context: { method: 'DELETE' } })
    expect(s2).toMatchObject({ actor: SYSTEM, causedBy: cause, tenantId: 'acme', context: { channel: 'system' } })
    expect(events).toHaveLength(3)
  })

  test('a failure is one event without changes', async () => {
    const { call, trail } = setUp()
    const outcome = { ...given, status: 500 }
    const events = await call('PATCH /projects/:id', outcome, () => {
      trail.annotate({ resource: { type: 'service', id: 's1' }, before: { a: 1 }, after: { a: 2 } })
      trail.annotate({ resource, before: { name: 'A' }, after: { name: 'B' }, metadata: { step: 2 } })
    })
    expect(events).toMatchObject([
      { action: 'project.updated', status: 'failure', error: { status: 500 }, metadata: { step: 2 }, resource },
    ])
    expect(events[0]).not.toHaveProperty('changes')
    expect(
      await call('POST /billing', { status: 502 }, () => trail.record('billing.charged', { resource: { id: 'b1' } })),
    ).toMatchObject([{ action: 'billing.charged', status: 'failure', error: { status: 502 } }])
    const done = () => trail.record('billing.charged', { resource: { id: 'b1' }, status: 'success' })
    expect(await call('POST /billing', { status: 502 }, done)).toMatchObject([{ status: 'success' }])
  })

  test('an annotation sets the action, the error, and the description', async () => {
    const { call, trail } = setUp()
    const events = await call('POST /members/:id/change-role', { path: '/members/m1/change-role' }, () => {
      trail.annotate({ action: 'membership.role_changed', resource: { name: 'Ada' }, description: 'Ada rules' })
    })
    expect(events).toMatchObject([
      {
        action: 'membership.role_changed',
        resource: { type: 'membership', id: 'm1', name: 'Ada' },
        description: 'Ada rules',
      },
    ])
    const refused = await call('DELETE /projects/:id', { ...given, status: 403 }, () => {
      trail.annotate({ error: { code: 'not_owner', message: 'Owners only' } })
    })
    expect(refused).toMatchObject([{ status: 'failure', error: { code: 'not_owner', message: 'Owners only' } }])
  })

  test('a read with an annotated action is an event', async () => {
    const { call, trail } = setUp()
    expect(await call('GET /projects/:id', given, () => trail.annotate({ metadata: { a: 1 } }))).toEqual([])
    expect(
      await call('GET /projects/:id', given, () =>
        trail.annotate({ action: 'billing.charged', resource: { id: 'b1' } }),
      ),
    ).toMatchObject([{ action: 'billing.charged', resource: { type: 'billing', id: 'b1' } }])
  })

  test('an annotation after the end is its own event, or a warning', async () => {
    const { call, trail, warnings } = setUp()
    let goOn = () => {}
    let rest: Promise<void> | undefined
    const first = await call('POST /projects', { status: 201, aborted: true }, () => {
      rest = new Promise<void>((resolve) => {
        goOn = resolve
      }).then(async () => {
        trail.annotate({ resource, after: { name: 'Engine' } })
        trail.annotate({ metadata: { a: 1 } })
        await trail.record('project.archived', { resource: { id: 'p1' } })
      })
    })
    goOn()
    await rest
    const events = await call('GET /')
    expect(first).toMatchObject([{ status: 'failure', error: { code: 'aborted' } }])
    expect(events).toMatchObject([
      { action: 'project.created', status: 'success', causedBy: first[0]?.id, actor: { id: 'u1' } },
      { action: 'project.archived', status: 'success', actor: { id: 'u1' } },
    ])
    expect(warnings).toEqual([expect.stringContaining('after POST /projects had ended')])
  })

  test('a read still records after its end', async () => {
    const writer = createCollectingWriter()
    const trail: Trail = createTrail({ catalog, to: writer, flushOnExit: false })
    const request = trail.capture<Native>().begin({
      native: ada,
      method: 'GET',
      path: '/projects',
      headers: {},
    })
    request.end({ status: 200, route: '/projects' })
    request.run(() => trail.record('project.archived', { resource: { id: 'p1' } }))
    await trail.flush()
    expect(writer.events).toMatchObject([{ action: 'project.archived' }])
  })

  test('flush does not wait forever for an actor', async () => {
    const clock = createManualClock()
    const trail: Trail = createTrail({
      catalog,
      to: createCollectingWriter(),
      flushOnExit: false,
      clock,
      onWarning: () => {},
    })
    const capture = trail.capture<Native>({ actor: () => new Promise(() => {}) })
    capture
      .begin({ native: ada, method: 'POST', path: '/projects', headers: {} })
      .end({ status: 200, route: '/projects' })
    const flushed = trail.flush()
    await clock.advance(10_000)
    await flushed
    expect(trail.stats().delivered).toBe(1)
  })

  test('is recorded once by an adapter in front of an app and of its router', async () => {
    const { call, capture } = setUp()
    const events = await call('POST /projects', { native: ada }, () => {
      const inner = capture.begin({ native: ada, method: 'POST', path: '/projects', headers: {} })
      inner.run(() => {})
      inner.end({ status: 201, route: '/projects' })
    })
    expect(events).toMatchObject([{ action: 'project.created' }])
  })

  test('concurrent requests do not mix', async () => {
    const { call, trail } = setUp()
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const rename = (name: string) => async () => {
      await gate
      trail.annotate({ metadata: { name } })
    }
    const both = [
      call('PATCH /projects/:id', { path: '/projects/p1' }, rename('one')),
      call('PATCH /projects/:id', { path: '/projects/p2', native: { user: { id: 'u2' } } }, rename('two')),
    ]
    open()
    const events = (await Promise.all(both)).flat()
    expect(events).toHaveLength(2)
    expect(events.find(({ resource: { id } }) => id === 'p1')).toMatchObject({
      actor: { id: 'u1' },
      metadata: { name: 'one' },
    })
    expect(events.find(({ resource: { id } }) => id === 'p2')).toMatchObject({
      actor: { id: 'u2' },
      metadata: { name: 'two' },
    })
  })
})

describe('hold', () => {
  const closedCatalog = defineCatalog({
    project: { actions: { purged: { kind: 'delete', onFailure: 'closed' }, archived: {} } },
    secret: { actions: { deleted: { onFailure: 'closed', aliases: ['key.deleted'] }, read: { onFailure: 'closed' } } },
  })

  function setUpClosed(options: CaptureOptions<Native, `${string}.${string}`> = {}) {
    const writer = createCollectingWriter()
    const trail: Trail = createTrail({ catalog: closedCatalog, to: writer, flushOnExit: false })
    const capture = trail.capture<Native>(options)
    const begin = (method: string, path: string) => capture.begin({ native: {}, method, path, headers: {} })
    return { writer, trail, begin }
  }

  test.each([
    ['POST', '/projects/:id/purge', 'project.purged'],
    ['DELETE', '/keys/:id', 'secret.deleted'],
    ['POST', '/projects/:id/archive', undefined],
    ['GET', '/projects/:id', undefined],
  ])('%s %s waits for %s', async (method, route, action) => {
    const { writer, trail, begin } = setUpClosed()
    const request = begin(method, route.replace(':id', 'p1'))
    const held = request.hold({ status: 200, route })
    await held
    expect(writer.events.map((event) => event.action)).toEqual(action === undefined ? [] : [action])
    expect(held === undefined).toBe(action === undefined)
    request.end({ status: 200, route })
    await trail.flush()
    expect(writer.events.length).toBeLessThanOrEqual(1)
  })

  test('waits for annotations with a fail-closed action', async () => {
    const { writer, trail, begin } = setUpClosed()
    const route = '/things/:id/archive'
    const annotations: (Annotation<'secret.read'> & { readonly resource: ResourceInput })[] = [
      { resource: { type: 'secret', id: 's1' }, before: { a: 1 } },
      { resource: { type: 'key', id: 's2' }, before: { a: 1 } },
      { resource: { type: 'secret', id: 's3' }, action: 'secret.read' },
    ]
    for (const annotation of annotations) {
      const request = begin('POST', '/things/t1/archive')
      request.run(() => trail.annotate(annotation))
      await request.hold({ status: 200, route })
      expect(writer.events.splice(0)).toMatchObject([{ resource: { id: annotation.resource.id } }])
      request.end({ status: 200, route })
      await trail.flush()
      expect(writer.events).toEqual([])
    }
  })

  test('waits when one annotation names the type and another the kind', async () => {
    const { writer, trail, begin } = setUpClosed()
    const route = '/things'
    const annotations: readonly Annotation<'secret.read'>[][] = [
      [{ resource: { type: 'secret', id: 's1' } }, { before: { a: 1 } }],
      [{ resource: { type: 'secret' } }, { before: { a: 1 } }],
    ]
    for (const [first, second] of annotations) {
      const request = begin('GET', route)
      request.run(() => {
        if (first !== undefined) trail.annotate(first)
        if (second !== undefined) trail.annotate(second)
      })
      await request.hold({ status: 200, route })
      expect(writer.events.splice(0)).toMatchObject([{ action: 'secret.deleted' }])
      request.end({ status: 200, route })
      await trail.flush()
    }
  })

  test('emits the events of a request once, however often it is called', async () => {
    const { writer, trail, begin } = setUpClosed()
    const route = '/projects/:id/purge'
    const request = begin('POST', '/projects/p1/purge')
    await request.hold({ status: 200, route })
    await request.hold({ status: 200, route })
    request.end({ status: 200, route })
    await trail.flush()
    expect(writer.events).toHaveLength(1)
  })

  test('does not plan the events of a request twice', async () => {
    let planned = 0
    const { writer, trail, begin } = setUpClosed({
      ignore: () => {
        planned += 1
        return false
      },
    })
    for (const path of ['/projects', '/projects/p1/archive', '/projects/p1/purge']) {
      const request = begin('POST', path)
      const outcome = { status: 200, route: path.replace('p1', ':id') }
      await request.hold(outcome)
      request.end(outcome)
      await trail.flush()
      expect([path, planned]).toEqual([path, 1])
      planned = 0
    }
    expect(writer.events).toHaveLength(3)
  })
})

describe('a request with more than 1,000 events', () => {
  test('keeps 1,000 of them, and summarizes the others by action', async () => {
    const { call, trail, warnings } = setUp()
    const events = await call('POST /imports', { status: 201, native: {} }, () => {
      for (let count = 0; count < 4_000; count += 1) {
        const type = count % 4 === 3 ? 'service' : 'project'
        trail.annotate({ resource: { type, id: `r${count}` }, after: { name: `Row ${count}` } })
      }
    })
    expect(events).toHaveLength(1_002)
    expect(events[999]).toMatchObject({ action: 'service.created', resource: { id: 'r999', name: 'Row 999' } })
    const [projects, services] = events.slice(1_000)
    expect(projects).toMatchObject({
      action: 'project.created',
      description: '… and 2,250 more project events',
      resource: { type: 'project', id: null },
      metadata: { count: 2_250 },
    })
    expect(services).toMatchObject({ action: 'service.created', metadata: { count: 750 } })
    const ids = [projects, services].map((event) => event?.metadata?.ids)
    expect(ids[0]).toHaveLength(1_000)
    expect(ids[1]).toEqual(Array.from({ length: 750 }, (_, index) => `r${1_003 + 4 * index}`))
    expect(warnings).toEqual([expect.stringContaining('3000 are summarized')])
  })

  test('summarizes by tenant too, and in an event that is small enough to store', async () => {
    const { call, trail } = setUp()
    const events = await call('POST /imports', {}, () => {
      for (let count = 0; count < 3_000; count += 1)
        trail.record('project.archived', {
          resource: { id: `${'x'.repeat(200)}${count}` },
          tenant: count % 2 === 0 ? 'acme' : 'umbrella',
        })
    })
    const summaries = events.slice(1_000)
    expect(summaries).toMatchObject([
      { tenantId: 'acme', metadata: { count: 1_000 } },
      { tenantId: 'umbrella', metadata: { count: 1_000 } },
    ])
    for (const event of summaries) {
      prepareEvent(event, { catalog: catalog.json, tenantId: 'acme', receivedAt: Date.now() })
      const ids = event.metadata?.ids
      expect(Array.isArray(ids) && ids.length > 100).toBe(true)
    }
  })
})
