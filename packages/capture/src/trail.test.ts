import { defineCatalog, getIdTime, SYSTEM, WhodidError } from '@whodid/core'
import { isEventId } from '@whodid/core/event'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createCollectingWriter } from '../test/collecting-writer.ts'
import { createTrail, type TrailOptions } from './trail.ts'

const catalog = defineCatalog(
  {
    project: { actions: { archived: '{resource.name} was archived' } },
    membership: {
      actions: {
        role_changed: {
          kind: 'update',
          say: 'Member role changed to {metadata.role}',
          severity: 'critical',
          delivery: 'durable',
        },
        removed: { kind: 'delete', aliases: ['membership.expelled'] },
      },
    },
    secret: { actions: { read: { onFailure: 'closed' } } },
  },
  { metadata: { 'membership.role_changed': z.object({ role: z.string(), since: z.string().default('today') }) } },
)

type Options = Partial<Omit<TrailOptions<typeof catalog.data, typeof catalog.schemas>, 'catalog' | 'to'>>

function setUp(options: Options = {}) {
  const writer = createCollectingWriter()
  const warnings: string[] = []
  const lines: string[] = []
  const trail = createTrail({
    catalog,
    to: writer,
    flushOnExit: false,
    onWarning: (message) => warnings.push(message),
    debug: (line) => lines.push(line),
    ...options,
  })
  return { trail, writer, warnings, lines, events: writer.events }
}

describe('record', () => {
  test('creates a complete event with the catalog’s sentence', async () => {
    const { trail, events } = setUp()
    const before = Date.now()
    const { id } = await trail.record('project.archived', {
      resource: { id: 7, name: 'Engine' },
      tenant: 'acme',
      actor: { id: 1, name: 'Ada', email: null },
      scope: { account: { id: 'a1' } },
      metadata: { at: new Date(0), apiKey: 'sk_live_1', list: [1n] },
    })
    await trail.flush()
    expect(events).toEqual([
      {
        id,
        tenantId: 'acme',
        action: 'project.archived',
        kind: 'update',
        status: 'success',
        actor: { type: 'user', id: '1', name: 'Ada' },
        resource: { type: 'project', id: '7', name: 'Engine' },
        scope: { account: { id: 'a1' } },
        severity: 'info',
        description: 'Engine was archived',
        metadata: { at: '1970-01-01T00:00:00.000Z', apiKey: '[redacted]', list: ['1'] },
        redacted: ['/metadata/apiKey'],
        context: {
          channel: 'system',
          ip: null,
          userAgent: null,
          requestId: null,
          traceId: null,
          method: null,
          route: null,
        },
      },
    ])
    expect(isEventId(id)).toBe(true)
    expect(getIdTime(id)).toBeGreaterThanOrEqual(before)
  })

  test('has the system as its actor and no tenant outside of requests', async () => {
    const { trail, events } = setUp()
    trail.record('project.created', { resource: { id: 'p1' } })
    await trail.flush()
    expect(events).toMatchObject([{ actor: SYSTEM }])
    expect(events[0]).not.toHaveProperty('tenantId')
  })

  test('has an id of the time when it happened', async () => {
    const { trail, events } = setUp()
    const { id } = await trail.record('project.created', {
      resource: { id: 'p1' },
      occurredAt: '2026-01-02T03:04:05.678Z',
    })
    await trail.flush()
    expect(new Date(getIdTime(id)).toISOString()).toBe('2026-01-02T03:04:05.678Z')
    expect(events[0]?.id).toBe(id)
  })

  test('lists changes without secrets', async () => {
    const { trail, events } = setUp({ redact: ['iban'] })
    const before = { name: 'Motor', password: 'a', iban: 'DE1', tags: ['x'] }
    const after = { ...before, name: 'Engine', password: 'b', iban: 'DE2' }
    trail.record('project.updated', { resource: { id: 'p1' }, before, after })
    after.name = 'changed later'
    await trail.flush()
    expect(events).toMatchObject([
      {
        resource: { name: 'Engine' },
        changes: [
          { path: '/name', from: 'Motor', to: 'Engine' },
          { path: '/password', from: '[redacted]', to: '[redacted]' },
          { path: '/iban', from: '[redacted]', to: '[redacted]' },
        ],
        redacted: ['/changes/1/from', '/changes/1/to', '/changes/2/from', '/changes/2/to'],
      },
    ])
  })

  test('is a failure with an error', async () => {
    const { trail, events } = setUp()
    const error = Object.assign(new Error('Quota exceeded'), { code: 'quota' })
    trail.record('project.created', { resource: { id: null, name: 'Engine' }, error })
    await trail.flush()
    expect(events).toMatchObject([
      {
        status: 'failure',
        error: { code: 'quota', message: 'Quota exceeded' },
        description: expect.stringContaining('Could not create'),
      },
    ])
  })

  test('replaces a retired name by the current one', async () => {
    const { trail, events } = setUp()
    const name: string = 'membership.expelled'
    // @ts-expect-error a retired name
    trail.record(name, { resource: { id: 'm1' } })
    await trail.flush()
    expect(events).toMatchObject([{ action: 'membership.removed', resource: { type: 'membership' } }])
  })

  test('rejects an action that is not in the catalog, at run time too', async () => {
    const { trail, events, warnings } = setUp()
    // @ts-expect-error no such action
    await expect(trail.record('project.exploded', { resource: { id: 'p1' } })).rejects.toMatchObject({
      code: 'invalid_event',
    })
    expect(warnings).toEqual([expect.stringContaining('project.exploded')])
    await trail.flush()
    expect(events).toEqual([])
  })

  test('types metadata by the action’s schema', async () => {
    const { trail, events, warnings } = setUp()
    expectTypeOf(trail.record<'membership.role_changed'>)
      .parameter(1)
      .toHaveProperty('metadata')
      .toExtend<{ role: string }>()
    void trail.record('membership.role_changed', { resource: { id: 'm1' }, metadata: { role: 'owner' } })
    // @ts-expect-error metadata is needed
    const incomplete = () => trail.record('membership.role_changed', { resource: { id: 'm1' } })
    // @ts-expect-error a role is a string
    void trail.record('membership.role_changed', { resource: { id: 'm2' }, metadata: { role: 1 } })
    await trail.flush()
    expect(incomplete).toBeTypeOf('function')
    expect(events).toMatchObject([
      {
        metadata: { role: 'owner', since: 'today' },
        description: 'Member role changed to owner',
        severity: 'critical',
      },
      { metadata: { role: 1 } },
    ])
    expect(warnings).toEqual([expect.stringMatching(/role_changed.*role: .*expected string/)])
  })

  test('of a durable action resolves when it is stored, and rejects when the service rejects it', async () => {
    const { trail, writer, events } = setUp()
    let answer = () => {}
    writer.failures.push(new Promise((resolve) => (answer = resolve)))
    let isSettled = false
    const recorded = trail.record('membership.role_changed', { resource: { id: 'm1' }, metadata: { role: 'owner' } })
    recorded.then(() => (isSettled = true))
    await trail.record('project.created', { resource: { id: 'p1' } })
    expect(isSettled).toBe(false)
    answer()
    const { id } = await recorded
    expect(events[0]).toMatchObject({ id, action: 'membership.role_changed' })
    writer.rejectedIds.add('m2')
    const poison = trail.record('membership.role_changed', { resource: { id: 'm2' }, metadata: { role: 'owner' } })
    await expect(poison).rejects.toMatchObject({
      code: 'invalid_event',
      message: expect.stringContaining('it is invalid'),
    })
  })

  test('never crashes a host that does not await it', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const { trail, writer } = setUp()
    writer.failures.push(new WhodidError('not_found', 'No such path.'))
    trail.record('membership.role_changed', { resource: { id: 'm1' }, metadata: { role: 'owner' } })
    trail.record('secret.read', { resource: { id: 's1' } })
    await trail.flush()
    await trail.close()
    trail.record('secret.read', { resource: { id: 's1' } })
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
    expect(trail.stats()).toMatchObject({ rejected: 2, lost: 1 })
  })

  test('keeps an event within the service’s limits', async () => {
    const { trail, events } = setUp()
    const long = 'é'.repeat(5_000)
    const after = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`field${index}`, long.slice(0, 3_000)]))
    trail.record('project.updated', {
      resource: { id: 'p'.repeat(2_000), name: long },
      before: {},
      after,
      actor: { id: 'u', name: long },
    })
    await trail.flush()
    const size = Buffer.byteLength(JSON.stringify(events[0]))
    expect(events[0]?.changes?.length).toBeGreaterThan(2)
    expect(size).toBeGreaterThan(20_000)
    expect(size).toBeLessThan(60_000)
  })
})

describe('run', () => {
  test('sets the context, and contexts nest', async () => {
    const { trail, events } = setUp()
    await trail.run({ actor: { id: 'u1', name: 'Ada' }, tenant: 'acme', requestId: 'job-7' }, async () => {
      trail.record('project.created', { resource: { id: 'p1' } })
      await Promise.resolve()
      await trail.run({ actor: SYSTEM, causedBy: 'e1', scope: { project: { id: 'p1' } } }, async () => {
        await new Promise((resolve) => setImmediate(resolve))
        trail.record('project.archived', { resource: { id: 'p2' } })
      })
      trail.record('project.deleted', { resource: { id: 'p1' } })
    })
    await trail.flush()
    expect(events).toMatchObject([
      {
        action: 'project.created',
        actor: { id: 'u1' },
        tenantId: 'acme',
        context: { channel: 'system', requestId: 'job-7' },
      },
      {
        action: 'project.archived',
        actor: SYSTEM,
        tenantId: 'acme',
        causedBy: 'e1',
        scope: { project: { id: 'p1' } },
        context: { channel: 'system', requestId: 'job-7' },
      },
      { action: 'project.deleted', actor: { id: 'u1' } },
    ])
  })

  test('returns the result of the function, and throws its error', async () => {
    const { trail } = setUp()
    expect(trail.run({}, () => 7)).toBe(7)
    await expect(trail.run({}, async () => 7)).resolves.toBe(7)
    expect(() => trail.run({}, () => JSON.parse('{'))).toThrow(SyntaxError)
    await expect(trail.run({}, async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  test('merges annotations into one event per resource and kind', async () => {
    const { trail, events } = setUp()
    await trail.run({ tenant: 'acme' }, async () => {
      const resource = { type: 'project', id: 'p1' }
      trail.annotate({ resource, before: { name: 'A', size: 1 }, after: { name: 'B', size: 1 } })
      trail.annotate({ resource, before: { name: 'B', size: 1 }, after: { name: 'C', size: 2 } })
      trail.annotate({ resource: { type: 'project', id: 'p2' }, before: { name: 'Old' } })
      trail.annotate({ metadata: { run: 'nightly' } })
      expect(events).toEqual([])
    })
    await trail.flush()
    expect(events).toMatchObject([
      {
        action: 'project.updated',
        tenantId: 'acme',
        changes: [
          { path: '/name', from: 'A', to: 'C' },
          { path: '/size', from: 1, to: 2 },
        ],
        metadata: { run: 'nightly' },
      },
      { action: 'project.deleted', resource: { id: 'p2', name: 'Old' } },
    ])
  })

  test('merges annotations into a record of the same resource', async () => {
    const { trail, events } = setUp()
    await trail.run({}, async () => {
      trail.annotate({ resource: { type: 'project', id: 'p1' }, before: { state: 'on' }, after: { state: 'off' } })
      trail.annotate({ metadata: { reason: 'idle' } })
      trail.record('project.archived', { resource: { id: 'p1', name: 'Engine' } })
    })
    await trail.flush()
    expect(events).toMatchObject([
      {
        action: 'project.archived',
        changes: [{ path: '/state', from: 'on', to: 'off' }],
        metadata: { reason: 'idle' },
      },
    ])
  })

  test('becomes one failure without changes when it throws', async () => {
    const { trail, events } = setUp()
    const failed = trail.run({}, async () => {
      trail.annotate({ resource: { type: 'project', id: 'p1' }, before: { n: 1 }, after: { n: 2 } })
      trail.annotate({ resource: { type: 'project', id: 'p2' }, after: { n: 2 } })
      throw Object.assign(new Error('Deadlock'), { code: '40P01' })
    })
    await expect(failed).rejects.toThrow('Deadlock')
    await trail.flush()
    expect(events).toMatchObject([
      { action: 'project.updated', status: 'failure', error: { code: '40P01', message: 'Deadlock' } },
    ])
    expect(events[0]).not.toHaveProperty('changes')
  })

  test('flush sends the annotations of a job that never ends', async () => {
    const { trail, events } = setUp()
    void trail.run({}, () => {
      trail.annotate({ resource: { type: 'project', id: 'p1' }, after: { name: 'A' } })
      return new Promise(() => {})
    })
    await trail.flush()
    expect(events).toMatchObject([{ action: 'project.created' }])
  })
})

describe('annotate outside of a request', () => {
  test('is an event with a resource, and a warning without', async () => {
    const { trail, events, warnings } = setUp()
    trail.annotate({ resource: { type: 'project', id: 'p1' }, before: { name: 'A' }, after: { name: 'B' } })
    trail.annotate({ metadata: { a: 1 } })
    await trail.flush()
    expect(events).toMatchObject([{ action: 'project.updated', actor: SYSTEM }])
    expect(warnings).toEqual([expect.stringContaining('annotate() was called outside')])
  })
})

test('the system acts within the request, but not from the person’s address and browser', async () => {
  const { trail, events } = setUp()
  const native = {}
  const capture = trail.capture({ actor: () => ({ id: 'u1', name: 'Ada' }), tenant: () => 'acme' })
  const headers = { 'user-agent': 'Firefox', 'x-request-id': 'r1' }
  const request = capture.begin({ native, method: 'DELETE', path: '/projects/p1', headers, ip: () => '203.0.113.9' })
  request.run(() =>
    trail.run({ actor: SYSTEM }, () =>
      trail.record('membership.removed', { resource: { type: 'membership', id: 'm1' } }),
    ),
  )
  request.end({ status: 204, route: '/projects/:id' })
  await trail.flush()
  const bySystem = events.find(({ actor }) => actor.type === 'system')
  const byAda = events.find(({ actor }) => actor.id === 'u1')
  expect(byAda?.context).toMatchObject({ ip: '203.0.113.9', userAgent: 'Firefox', requestId: 'r1' })
  expect(bySystem?.context).toMatchObject({
    channel: 'system',
    ip: null,
    userAgent: null,
    method: null,
    requestId: 'r1',
  })
  expect(bySystem).toMatchObject({ tenantId: 'acme', causedBy: byAda?.id })
})
