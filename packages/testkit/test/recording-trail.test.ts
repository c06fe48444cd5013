import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { recordingTrail } from '../src/index.ts'
import { catalog } from './catalog.ts'

/** Returns the error that a matcher throws. */
async function catchError(matcher: Promise<unknown>): Promise<Error & { actual?: unknown; expected?: unknown }> {
  try {
    await matcher
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('The matcher did not fail.')
}

describe('matchers', () => {
  const recorded = recordingTrail({ catalog, timeoutMs: 20, onWarning: () => {} })
  const { trail } = recorded
  beforeEach(recorded.clear)

  function create(id: string, name = 'Engine') {
    return trail.run({ actor: { id: 'u1', name: 'Ada' }, tenant: 'acme' }, () =>
      trail.record('project.created', { resource: { id, name }, metadata: { plan: 'pro', tags: ['a', 'b'] } }),
    )
  }

  test('expectEvent returns an event with everything that the service adds', async () => {
    void create('p1')
    const event = await recorded.expectEvent('project.created')
    expect(event).toMatchObject({
      category: 'project',
      kind: 'create',
      status: 'success',
      severity: 'info',
      tenantId: 'acme',
      actor: { type: 'user', id: 'u1', name: 'Ada' },
      resource: { type: 'project', id: 'p1', name: 'Engine' },
      description: 'Engine was created',
      error: null,
    })
    expect(event).not.toHaveProperty('canonical')
  })

  test('expectEvent compares parts, at any depth, and accepts asymmetric matchers', async () => {
    void create('p1')
    void create('p2', 'Loom')
    expect(await recorded.expectEvent('project.created', { resource: { id: 'p2' } })).toMatchObject({
      description: 'Loom was created',
    })
    await recorded.expectEvent('project.created', { metadata: { plan: 'pro', tags: ['a', 'b'] }, actor: { id: 'u1' } })
    await recorded.expectEvent('project.created', {
      id: expect.any(String),
      description: expect.stringContaining('Loom'),
      metadata: expect.objectContaining({ tags: expect.arrayContaining(['b']) }),
      resource: { id: { asymmetricMatch: (id) => id === 'p2' } },
    })
  })

  test('a retired name of an action means its current name', async () => {
    void trail.record('project.archived', { resource: { id: 'p1' } })
    // @ts-expect-error Only current names are typed.
    await recorded.expectEvent('project.hidden')
  })

  test('expectEvent fails when nothing was recorded, and says what to check', async () => {
    const error = await catchError(recorded.expectEvent('project.created', { resource: { id: 'p1' } }))
    expect(error).toMatchObject({ name: 'AssertionError', code: 'ERR_ASSERTION', showDiff: false, operator: 'fail' })
    expect(error.message).toBe(
      'project.created with {"resource":{"id":"p1"}} was not recorded.\nNothing was recorded: give `recorded.trail` to the app, await the action first, and see how requests become events with `recordingTrail({ catalog, debug: true })`.',
    )
  })

  test('expectEvent fails with the recorded events, and the differences of the nearest one', async () => {
    void trail.record('project.archived', { resource: { id: 'p1', name: 'Engine' }, tenant: 'acme' })
    void create('p2')
    void create('p3', 'Loom')
    const pattern = {
      actor: { id: expect.any(Number) },
      resource: { id: 'p4', name: 'Loom' },
      metadata: { tags: ['a'] },
      description: expect.stringContaining('Loom'),
    }
    const error = await catchError(recorded.expectEvent('project.created', pattern))
    expect(error.message.split('\n')).toEqual([
      'project.created with {"actor":{"id":"Any<Number>"},"resource":{"id":"p4","name":"Loom"},"metadata":{"tags":["a"]},"description":"StringContaining \'Loom\'"} was not recorded. Recorded:',
      '  1. project.archived: project p1, by system, tenant acme: Engine was archived',
      '  2. project.created: project p2, by u1, tenant acme: Engine was created',
      '  3. project.created: project p3, by u1, tenant acme: Loom was created',
      'The nearest is 3, which differs in:',
      '  actor.id: expected "Any<Number>", received "u1"',
      '  resource.id: expected "p4", received "p3"',
      '  metadata.tags: expected ["a"], received ["a","b"]',
    ])
    expect(error.expected).toEqual({ action: 'project.created', ...pattern })
    expect(error.actual).toEqual({
      action: 'project.created',
      actor: { id: 'u1' },
      resource: { id: 'p3', name: 'Loom' },
      metadata: { tags: ['a', 'b'] },
      description: pattern.description,
    })
  })

  test('expectEvent compares with another action when its own was not recorded', async () => {
    void create('p1')
    const error = await catchError(recorded.expectEvent('project.archived', { resource: { id: 'p1' } }))
    expect(error.message.split('\n').slice(-1)).toEqual([
      '  action: expected "project.archived", received "project.created"',
    ])
  })

  test('expectEvent prefers an event of its action, although another one differs less', async () => {
    void create('p1', 'Loom')
    void trail.record('project.archived', { resource: { id: 'p2', name: 'Engine' } })
    const error = await catchError(recorded.expectEvent('project.created', { resource: { id: 'p2', name: 'Engine' } }))
    expect(error.message).toContain('The nearest is 1,')
  })

  test('a long list of recorded events is cut', async () => {
    for (let index = 0; index < 25; index += 1) void create(`p${index}`)
    const error = await catchError(recorded.expectEvent('project.archived'))
    expect(error.message).toContain('\n  20. ')
    expect(error.message).not.toContain('\n  21. ')
    expect(error.message).toContain('\n  and 5 more\n')
  })

  test('an error tells what the service would reject', async () => {
    void trail.record('project.created', { resource: { id: 'p1' }, occurredAt: new Date(Date.now() + 3_600_000) })
    const error = await catchError(recorded.expectEvent('project.created'))
    expect(error.message).toMatch(/\nThe trail warned:\n {2}The service rejected project\.created .*5 minutes ahead/)
  })

  test('an error begins at the test that called the matcher', async () => {
    void create('p1')
    for (const expectIt of [() => recorded.expectEvent('project.archived'), () => recorded.expectNoEvent()]) {
      const error = await catchError(expectIt())
      expect(error.stack).toMatch(/^AssertionError: [\s\S]*?\n {4}at [^\n]*recording-trail\.test\.ts/)
      expect(error.stack).not.toContain('src/recording')
    }
  })

  test('expectNoEvent fails with every event that matches', async () => {
    void create('p1')
    void create('p2')
    await recorded.expectNoEvent('project.archived')
    await recorded.expectNoEvent('project.created', { resource: { id: 'p3' } })
    const error = await catchError(recorded.expectNoEvent('project.created', { resource: { id: 'p2' } }))
    expect(error.message.split('\n')).toEqual([
      'project.created with {"resource":{"id":"p2"}} was not expected, but recorded:',
      '  1. project.created: project p2, by u1, tenant acme: Engine was created',
    ])
    expect(error).toMatchObject({ expected: [], actual: [{ action: 'project.created', resource: { id: 'p2' } }] })
    await expect(recorded.expectNoEvent('project.created')).rejects.toThrow(/p1.*\n.*p2/)
    await expect(recorded.expectNoEvent()).rejects.toThrow('An event was not expected, but recorded:')
  })

  test('events returns all in order, and clear forgets them', async () => {
    void create('p2')
    void create('p1')
    expect((await recorded.events()).map(({ resource }) => resource.id)).toEqual(['p2', 'p1'])
    await recorded.clear()
    expect(await recorded.events()).toEqual([])
    await recorded.expectNoEvent()
  })

  test('actions and members are typed by the catalog and the event', async () => {
    // @ts-expect-error The catalog has no such action.
    await expect(recorded.expectEvent('project.renamed')).rejects.toThrow()
    // @ts-expect-error An event has no such member.
    await expect(recorded.expectEvent('project.created', { title: 'Engine' })).rejects.toThrow()
    // @ts-expect-error The id of a resource is a string.
    await expect(recorded.expectEvent('project.created', { resource: { id: 1 } })).rejects.toThrow()
  })
})

test('it works with fake timers', async () => {
  const recorded = recordingTrail({ catalog, timeoutMs: 20 })
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 31) })
  try {
    void recorded.trail.record('project.created', { resource: { id: 'p1' } })
    await recorded.expectEvent('project.created', { occurredAt: '2026-01-31T00:00:00.000Z' })
    await expect(recorded.expectEvent('project.archived')).rejects.toThrow('was not recorded')
    await recorded.clear()
    await recorded.expectNoEvent()
  } finally {
    vi.useRealTimers()
  }
})

test('it needs no test framework, starts at once, and leaves no timer and no listener', () => {
  const output = execFileSync(process.execPath, [join(import.meta.dirname, 'without-framework.ts')], {
    encoding: 'utf8',
  })
  const { startMs, ...rest } = JSON.parse(output)
  expect(rest).toEqual({ recorded: 'project.created', failure: 'AssertionError', timers: [], listeners: 0 })
  // A slow machine takes some; a database takes hundreds.
  expect(startMs).toBeLessThan(50)
})
