import {
  type AppendResult,
  type AppRoute,
  type CatalogData,
  defineCatalog,
  type NewEvent,
  WhodidError,
} from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { createManualClock } from '../../test/manual-clock.ts'
import { createTrail, type Trail, type TrailOptions } from '../trail.ts'
import type { CaptureOptions, Outcome, RequestFacts } from './options.ts'

const catalog = defineCatalog({
  project: { actions: { purged: { kind: 'delete', onFailure: 'closed' }, renamed: {} } },
  membership: { actions: { role_changed: { delivery: 'durable' } } },
})

type AnyOptions = CaptureOptions<object, `${string}.${string}`>

/** A trail whose service stores events when the test says so. */
function setUp(options: AnyOptions = {}, trailOptions: Partial<TrailOptions<CatalogData, object>> = {}) {
  const events: NewEvent[] = []
  const routes: AppRoute[][] = []
  const warnings: string[] = []
  const waiting: (() => void)[] = []
  let isOpen = true
  const writer = {
    async append(batch: readonly NewEvent[]): Promise<AppendResult[]> {
      if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve))
      events.push(...batch)
      return batch.map(({ id = '' }) => ({ id, outcome: 'stored', seq: 1, leafHash: '' }))
    },
    async reportRoutes(batch: readonly AppRoute[]): Promise<void> {
      routes.push([...batch])
    },
  }
  const trail: Trail = createTrail({
    catalog,
    to: writer,
    flushOnExit: false,
    onWarning: (message) => warnings.push(message),
    ...trailOptions,
  })
  const capture = trail.capture<object>({ actor: () => ({ id: 'ada' }), tenant: () => 'acme', ...options })
  function begin(method: string, path: string, facts: Partial<RequestFacts<object>> = {}) {
    return capture.begin({ native: {}, method, path, headers: {}, ...facts })
  }
  return {
    trail,
    capture,
    begin,
    events,
    routes,
    warnings,
    close: () => {
      isOpen = false
    },
    open: () => {
      isOpen = true
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
}

/** Resolves with true if the promise is still pending when all work of this turn is done. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  const turns = async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
    return pending
  }
  return (await Promise.race([promise, turns()])) === pending
}

describe('end', () => {
  test('resolves when the service has stored the events of the request', async () => {
    const { begin, events, close, open } = setUp()
    close()
    const ended = begin('POST', '/projects').end({ status: 201, route: '/projects' })
    expect(await isPending(ended)).toBe(true)
    open()
    await ended
    expect(events).toMatchObject([{ action: 'project.created' }])
  })

  test('resolves at once for a request without events, and again for a second call', async () => {
    const { begin, close } = setUp()
    close()
    await begin('GET', '/projects/p1').end({ status: 200 })
    const call = begin('POST', '/nothing')
    await call.end({ status: 404, route: null })
    await call.end({ status: 200 })
  })

  test('waits for events that were recorded before, also in a read', async () => {
    const { trail, begin, close, open } = setUp()
    close()
    const call = begin('GET', '/projects/p1')
    call.run(() => trail.record('membership.role_changed', { resource: { id: 'm1' } }))
    const ended = call.end({ status: 200, route: '/projects/:id' })
    expect(await isPending(ended)).toBe(true)
    open()
    await ended
  })

  test('resolves when the service rejects the events', async () => {
    const rejecting = {
      append: async (batch: readonly NewEvent[]): Promise<AppendResult[]> =>
        batch.map(({ id = '' }) => ({ id, outcome: 'rejected', code: 'invalid_event', reason: 'No' })),
    }
    const { begin } = setUp({}, { to: rejecting })
    await begin('POST', '/projects').end({ status: 201, route: '/projects' })
  })

  test('gives up after flushTimeoutMs', async () => {
    const clock = createManualClock()
    const { begin, close } = setUp({}, { clock, limits: { flushTimeoutMs: 1_000 } })
    close()
    let isDone = false
    const ended = begin('POST', '/projects').end({ status: 201, route: '/projects' })
    ended.then(() => (isDone = true))
    await clock.advance(999)
    expect(isDone).toBe(false)
    await clock.advance(1)
    expect(isDone).toBe(true)
  })

  test('each request waits for its own events only', async () => {
    const { begin, close, open, events } = setUp({}, { limits: { batchEvents: 1 } })
    close()
    const first = begin('POST', '/projects').end({
      status: 201,
      route: '/projects',
      responseBody: () => ({ id: 'p1' }),
    })
    expect(await isPending(first)).toBe(true)
    const second = begin('POST', '/projects').end({ status: 201, route: '/projects' })
    expect(await isPending(second)).toBe(true)
    open()
    close()
    await first
    expect(events).toHaveLength(1)
    expect(await isPending(second)).toBe(true)
    open()
    await second
  })

  test('delivers at once and without a timer with `flush`', async () => {
    const clock = createManualClock()
    const { begin, events } = setUp({}, { clock, limits: { lingerMs: 60_000 } })
    // Some runtimes stop a request after its response, and its callbacks never run.
    void begin('POST', '/projects').end({ status: 201, route: '/projects' })
    await begin('POST', '/projects').end({ status: 201, route: '/projects' }, { flush: true })
    expect(events).toHaveLength(2)
    await begin('DELETE', '/projects/p1').end(
      { status: 200, route: '/projects/:id', requestBody: async () => ({}) },
      { flush: true },
    )
    expect(events).toHaveLength(3)
  })

  test('runs its work when the callback of an earlier request was lost', async () => {
    const clock = createManualClock()
    let isLost = true
    const losing = {
      ...clock,
      after: (...args: Parameters<typeof clock.after>) => (isLost ? () => {} : clock.after(...args)),
    }
    const { begin, events } = setUp({}, { clock: losing })
    void begin('POST', '/projects').end({ status: 201, route: '/projects' })
    await clock.advance(100)
    expect(events).toEqual([])
    isLost = false
    void begin('POST', '/projects').end({ status: 201, route: '/projects' })
    await clock.advance(0)
    expect(events).toHaveLength(2)
  })

  test('never rejects: not when a lookup fails, nor when a body cannot be read', async () => {
    const { begin, events } = setUp({
      actor: async () => {
        throw new Error('No database')
      },
    })
    await begin('POST', '/projects').end({
      status: 201,
      route: '/projects',
      requestBody: () => {
        throw new Error('Not read')
      },
      responseBody: () => Promise.reject(new Error('Cut off')),
    })
    expect(events).toMatchObject([{ action: 'project.created', actor: { id: 'anonymous' } }])
  })
})

describe('bodies', () => {
  test('are read only for requests that may become events', async () => {
    const { begin, trail } = setUp()
    let reads = 0
    const read = () => {
      reads += 1
      return {}
    }
    await begin('GET', '/projects/p1').end({ status: 200, requestBody: read, responseBody: read })
    await trail.flush()
    expect(reads).toBe(0)
  })

  test('may be promises', async () => {
    const { begin, events, trail } = setUp()
    void begin('POST', '/projects').end(() => ({
      status: 201,
      route: '/projects',
      requestBody: async () => ({ name: 'Engine' }),
      responseBody: async () => ({ id: 'p1' }),
    }))
    await trail.flush()
    expect(events).toMatchObject([{ resource: { id: 'p1', name: 'Engine' } }])
  })
})

describe('an outcome', () => {
  const cases: [string, string, Partial<Outcome>, object][] = [
    ['the values of parameters', '/old/42', { route: '/projects/:id', params: { id: 'p1' } }, { id: 'p1' }],
    ['parameters of a rewritten path', '/a/b/c/d', { route: '/projects/:id', params: { id: 'p1' } }, { id: 'p1' }],
    [
      'a path with one name twice',
      '/orgs/o1/projects/p1',
      { route: '/orgs/:id/projects/:id', params: { id: 'p1' } },
      { id: 'p1' },
    ],
  ]
  test.each(cases)('has %s', async (_title, path, outcome, resource) => {
    const { begin, events } = setUp()
    await begin('PATCH', path).end({ status: 200, ...outcome })
    expect(events).toMatchObject([{ action: 'project.updated', resource: { type: 'project', ...resource } }])
  })

  test('keeps the scope of a path with one name twice', async () => {
    const { begin, events } = setUp()
    await begin('PATCH', '/orgs/o1/projects/p1').end({
      status: 200,
      route: '/orgs/:id/projects/:id',
      params: { id: 'p1' },
    })
    expect(events).toMatchObject([{ resource: { id: 'p1' }, scope: { org: { id: 'o1' } } }])
  })

  test('has the method that the app has changed', async () => {
    const { begin, events } = setUp({ routes: { 'DELETE /projects/:id': 'project.purged' } })
    await begin('POST', '/projects/p1').end({ status: 204, route: '/projects/:id', method: 'DELETE' })
    expect(events).toMatchObject([{ action: 'project.purged', resource: { id: 'p1' } }])
  })

  test.each([
    ['project.crash', 'project.crashed'],
    ['project.rename', 'project.renamed'],
    ['project.list', 'project.listed'],
    ['project.member.add', 'member.created'],
    ['membership.changeRole', 'membership.role_changed'],
    ['auth.login', 'auth.logged_in'],
  ])('names the procedure %s: %s', async (call, action) => {
    const { begin, events } = setUp()
    await begin('POST', '/trpc').end({
      status: 200,
      call,
      requestBody: () => ({ id: 'p1' }),
      responseBody: () => ({ user: { id: 'u1' } }),
    })
    expect(events).toMatchObject([{ action }])
  })

  test('has the action of the framework, unless `routes` has one', async () => {
    const { begin, events } = setUp({ routes: { 'POST /jobs/:id': 'job.started' } })
    await begin('POST', '/things/t1').end({ status: 200, route: '/things/:id', action: 'project.renamed' })
    await begin('POST', '/things/t1').end({ status: 200, route: '/things/:id', action: false })
    await begin('POST', '/jobs/j1').end({ status: 200, route: '/jobs/:id', action: 'project.renamed' })
    expect(events.map(({ action }) => action)).toEqual(['project.renamed', 'job.started'])
  })

  test('has the message of an error only when the client received it', async () => {
    const { begin, events } = setUp()
    const error = new Error('relation "secrets" does not exist')
    await begin('DELETE', '/projects/p1').end({ status: 418, error })
    await begin('DELETE', '/projects/p1').end({ status: 418, error: new Error('Tea only'), exposed: true })
    expect(events.map((event) => event.error?.message)).toEqual(["I'm a Teapot", 'Tea only'])
  })
})

describe('an inner call', () => {
  const headers = { 'x-request-id': 'r1', 'user-agent': 'curl/8' }

  test('has the origin of the request around it, which infers nothing more', async () => {
    const { capture, begin, events, trail } = setUp()
    const outer = begin('POST', '/trpc/project.create,project.rename', { headers, ip: () => '203.0.113.9' })
    await outer.run(async () => {
      for (const call of ['project.create', 'project.rename']) {
        const inner = capture.begin({ native: {}, method: 'POST', path: `/trpc/${call}`, inner: true })
        inner.run(() => trail.annotate({ metadata: { call } }))
        await inner.end({ status: 200, route: `/trpc/${call}`, call, requestBody: () => ({ id: 'p1' }) })
      }
    })
    await outer.end({ status: 207, route: '/trpc/*' })
    const context = { ip: '203.0.113.9', requestId: 'r1', userAgent: 'curl/8', method: 'POST' }
    expect(events).toMatchObject([
      {
        action: 'project.created',
        metadata: { call: 'project.create' },
        context: { ...context, route: '/trpc/project.create' },
      },
      {
        action: 'project.renamed',
        metadata: { call: 'project.rename' },
        actor: { id: 'ada' },
        tenantId: 'acme',
        context,
      },
    ])
    expect(events).toHaveLength(2)
  })

  test('has the actor and the tenant of the request, unless its capture has its own', async () => {
    const { trail, begin, events } = setUp()
    const plain = trail.capture<object>()
    const own = trail.capture<object>({ actor: async () => ({ id: 'grace' }), tenant: () => 'globex' })
    const outer = begin('POST', '/graphql')
    await outer.run(async () => {
      for (const capture of [plain, own])
        await capture
          .begin({ native: {}, method: 'POST', path: '/graphql', inner: true })
          .end({ status: 200, call: 'project.create' })
    })
    expect(events).toMatchObject([
      { actor: { id: 'ada' }, tenantId: 'acme' },
      { actor: { id: 'grace' }, tenantId: 'globex' },
    ])
  })

  test('is a request of its own outside of a request', async () => {
    const { begin, events } = setUp()
    await begin('POST', '/trpc', { inner: true }).end({ status: 200, call: 'project.create' })
    expect(events).toMatchObject([{ action: 'project.created', actor: { id: 'ada' }, tenantId: 'acme' }])
  })

  test('leaves what the request itself records', async () => {
    const { trail, capture, begin, events } = setUp()
    const outer = begin('POST', '/graphql')
    await outer.run(async () => {
      void trail.record('project.renamed', { resource: { id: 'p9' } })
      await capture
        .begin({ native: {}, method: 'POST', path: '/', inner: true })
        .end({ status: 200, call: 'project.create' })
    })
    await outer.end({ status: 200, route: '/graphql' })
    expect(events.map(({ action }) => action).sort()).toEqual(['project.created', 'project.renamed'])
  })
})

describe('hold', () => {
  test('waits while a body is read, and before the end that follows', async () => {
    const { begin, events, close, open } = setUp()
    close()
    const call = begin('POST', '/projects/p1/purge')
    const outcome: Outcome = {
      status: 200,
      route: '/projects/:id/purge',
      requestBody: async () => ({}),
      responseBody: async () => ({ id: 'p1', name: 'Engine' }),
    }
    const held = call.hold(outcome)
    const ended = call.end(outcome)
    expect(held).toBeInstanceOf(Promise)
    expect(await isPending(held ?? Promise.resolve())).toBe(true)
    open()
    await held
    await ended
    expect(events).toMatchObject([{ action: 'project.purged', resource: { id: 'p1', name: 'Engine' } }])
    expect(events).toHaveLength(1)
  })

  test('gives up a lookup that never settles, and keeps the event', async () => {
    const clock = createManualClock()
    const { begin, events, warnings } = setUp({ actor: () => new Promise(() => {}) }, { clock })
    const outcome: Outcome = { status: 200, route: '/projects/:id/purge' }
    const call = begin('POST', '/projects/p1/purge')
    let isHeld = true
    call.hold(outcome)?.then(() => (isHeld = false))
    let isEnded = false
    call.end(outcome).then(() => (isEnded = true))
    await clock.advance(4_999)
    expect(isHeld).toBe(true)
    await clock.advance(2)
    expect([isHeld, isEnded]).toEqual([false, true])
    expect(events).toMatchObject([{ action: 'project.purged', actor: { id: 'anonymous' } }])
    expect(warnings).toEqual([expect.stringContaining('It took longer than 5000 ms.')])
  })

  test('rejects when the event cannot be created', async () => {
    const { begin, warnings } = setUp({
      actor: () => ({
        get id(): string {
          throw new Error('No id')
        },
      }),
    })
    await expect(
      begin('POST', '/projects/p1/purge').hold({ status: 200, route: '/projects/:id/purge' }),
    ).rejects.toThrow('No id')
    expect(warnings).toEqual([expect.stringContaining('is a bug in whodid: Error: No id')])
  })

  test('waits for no durable action', () => {
    const { trail, begin, close } = setUp()
    close()
    const call = begin('POST', '/memberships/m1/role')
    call.run(() => trail.record('membership.role_changed', { resource: { id: 'm1' } }))
    expect(call.hold({ status: 200, route: '/memberships/:id/role' })).toBeUndefined()
  })
})

describe('a host in JavaScript', () => {
  test('may have names that are no strings', async () => {
    const { trail, events } = setUp()
    const user: object = { id: 'a', name: 42, email: { value: 'a@x.test' } }
    const capture = Reflect.apply(trail.capture, trail, [{ actor: () => user }])
    await capture.begin({ native: {}, method: 'POST', path: '/projects' }).end({ status: 201, route: '/projects' })
    expect(events).toMatchObject([{ actor: { type: 'user', id: 'a', name: '42' } }])
  })

  test('may have an `onWarning` that throws', async () => {
    const onWarning = () => {
      throw new Error('No logger')
    }
    const { begin, events } = setUp({ actor: () => Promise.reject(new Error('Down')) }, { onWarning })
    await begin('POST', '/projects').end({ status: 201, route: '/projects' })
    expect(events).toHaveLength(1)
  })
})

describe('the service', () => {
  test('may be a promise', async () => {
    const events: NewEvent[] = []
    const service = {
      append: async (batch: readonly NewEvent[]): Promise<AppendResult[]> => {
        events.push(...batch)
        return batch.map(({ id = '' }) => ({ id, outcome: 'stored', seq: 1, leafHash: '' }))
      },
    }
    const { begin } = setUp({}, { to: Promise.resolve(service) })
    await begin('POST', '/projects').end({ status: 201, route: '/projects' })
    expect(events).toHaveLength(1)
  })

  test('that fails to start is a warning, and no unhandled rejection', async () => {
    const clock = createManualClock()
    const to = Promise.reject(new WhodidError('store_locked', 'The folder is open in process 41.'))
    const { begin, warnings } = setUp({}, { to, clock })
    void begin('POST', '/projects').end({ status: 201, route: '/projects' })
    await clock.advance(0)
    expect(warnings.filter((each) => each.includes('The folder is open in process 41.'))).toHaveLength(1)
  })

  test('must be a writer or a promise of one', () => {
    for (const to of [undefined, null, {}, () => {}])
      expect(() => Reflect.apply(createTrail, undefined, [{ catalog, to }])).toThrow(/`to` must be an EventWriter/)
  })
})

describe('routes', () => {
  test('are listed once, after the first request, with the actions that they get', async () => {
    const { begin, routes, trail } = setUp({ routes: { 'POST /jobs/:id': false, 'POST /old': 'project.renamed' } })
    let lists = 0
    const listRoutes = () => {
      lists += 1
      return [
        { method: 'GET', path: '/projects/:id' },
        { method: 'POST', path: '/projects' },
        { method: '*', path: '/projects/:id/archive' },
        { method: 'POST', path: '/jobs/:id' },
        { method: 'POST', path: '/old' },
        { method: 'POST', path: '/search' },
      ]
    }
    for (let count = 0; count < 3; count += 1)
      void begin('POST', '/projects', { listRoutes }).end({ status: 201, route: '/projects' })
    await trail.flush()
    expect(lists).toBe(1)
    expect(routes).toEqual([
      [
        { method: 'POST', path: '/projects', action: 'project.created' },
        { method: '*', path: '/projects/:id/archive', action: 'project.archived' },
        { method: 'POST', path: '/jobs/:id', action: null },
        { method: 'POST', path: '/old', action: 'project.renamed' },
        { method: 'POST', path: '/search', action: null },
      ],
    ])
  })

  test('are learned as they are used where they cannot be listed', async () => {
    const { begin, routes, trail } = setUp()
    void begin('PATCH', '/projects/p1').end({ status: 200, route: '/projects/:id' })
    void begin('PATCH', '/projects/p2').end({ status: 403, route: '/projects/:id' })
    void begin('POST', '/nothing').end({ status: 404, route: '/*' })
    void begin('GET', '/projects').end({ status: 200, route: '/projects' })
    await begin('DELETE', '/projects/p1/purge').hold({ status: 200, route: '/projects/:id/purge' })
    // A router that does not tell its pattern.
    void begin('PATCH', '/orgs/acme-1/projects/p1').end({ status: 200, route: '/orgs/acme-1/projects/:id' })
    void begin('POST', '/files/a/b9').end({ status: 200, route: '/files/a/b9' })
    await trail.flush()
    expect(routes.flat()).toEqual([
      { method: 'DELETE', path: '/projects/:id/purge', action: 'project.purged' },
      { method: 'PATCH', path: '/projects/:id', action: 'project.updated' },
    ])
  })

  test('are sent at most once a minute, and again after a failure', async () => {
    const clock = createManualClock()
    const sent: string[][] = []
    let isDown = true
    const to = {
      append: async (batch: readonly NewEvent[]): Promise<AppendResult[]> =>
        batch.map(({ id = '' }) => ({ id, outcome: 'stored', seq: 1, leafHash: '' })),
      async reportRoutes(batch: readonly AppRoute[]) {
        sent.push(batch.map(({ path }) => path))
        if (isDown) throw new WhodidError('delivery_failed', 'Down')
      },
    }
    const { begin } = setUp({}, { to, clock })
    const use = async (route: string) => {
      void begin('POST', route).end({ status: 200, route })
      await clock.advance(0)
    }
    await use('/a')
    await use('/b')
    expect(sent).toEqual([['/a']])
    isDown = false
    await clock.advance(60_000)
    await use('/c')
    expect(sent).toEqual([['/a'], ['/a', '/b', '/c']])
    await clock.advance(60_000)
    await use('/c')
    expect(sent).toHaveLength(2)
  })
})
