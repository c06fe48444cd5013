import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { newId } from '../event/id.ts'
import { newEventSchema, parseEvent } from './parse.ts'

const event = {
  action: 'project.updated',
  actor: { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' },
  resource: { type: 'project', id: 'p1', name: 'Engine' },
}

function getReason(input: unknown): string {
  const result = parseEvent(input)
  return 'reason' in result ? result.reason : 'taken'
}

describe('an event', () => {
  test('needs its action, its actor and its resource', () => {
    expect(parseEvent(event)).toEqual({ event })
  })

  test('may have everything else', () => {
    const whole = {
      ...event,
      id: newId(1_700_000_000_000),
      occurredAt: '2023-11-14T22:13:20.000Z',
      tenantId: 'acme',
      kind: 'update',
      status: 'failure',
      actor: { ...event.actor, onBehalfOf: { id: 'u2', name: 'Grace' }, impersonatedBy: { id: 'u3' } },
      resource: { type: 'project', id: null, href: '/projects/p1' },
      scope: { project: { id: 'p1', name: 'Engine' } },
      description: 'Engine was updated',
      severity: 'critical',
      changes: [{ path: '/name', from: 'Motor', to: { nested: [1, null] } }, { path: '' }],
      metadata: { jobId: 7, nested: { list: [true] } },
      error: { status: 403, code: 'forbidden', message: 'no' },
      causedBy: newId(),
      context: { channel: 'api', ip: '::1', userAgent: null },
      redacted: ['/metadata/x'],
    }
    expect(parseEvent(whole)).toEqual({ event: whole })
  })

  test('may have null for what it does not have', () => {
    expect(
      parseEvent({ ...event, id: null, scope: null, metadata: null, actor: { type: 'user', id: 'u1', name: null } }),
    ).toEqual({
      event: { ...event, actor: { type: 'user', id: 'u1' } },
    })
  })

  test('that was read may be sent again: what the service made is ignored', () => {
    const read = { ...event, category: 'project', receivedAt: 'x', seq: 4, seen: true, archived: false }
    const resource = { ...event.resource, href: null, deleted: false }
    expect(parseEvent({ ...read, resource })).toEqual({ event })
  })

  test('has its id in lower case', () => {
    const id = newId()
    expect(parseEvent({ ...event, id: id.toUpperCase() })).toEqual({ event: { ...event, id } })
  })
})

describe('a reason names the path, what was found and what is wanted', () => {
  test.each([
    [{ ...event, actor: { type: 'user' } }, 'actor.id is missing: a string is needed.'],
    [{ ...event, actor: undefined }, 'actor is missing: an object is needed.'],
    [{ ...event, actor: { type: 'user', id: 42 } }, 'actor.id is 42: a string is needed.'],
    [
      { ...event, actor: { type: 'robot', id: 'r' } },
      'actor.type is "robot": it must be one of user, system, api_key, service, agent.',
    ],
    [{ ...event, actor: { type: 'user', id: '' } }, 'actor.id is empty: at least 1 is needed.'],
    [
      { ...event, action: 'Project' },
      'action is "Project": it must be category.verb in lower case, such as project.created.',
    ],
    [{ ...event, action: `a.${'b'.repeat(130)}` }, 'action is 132 characters long: at most 128 are allowed.'],
    [{ ...event, resource: { type: 'project' } }, 'resource.id is missing: a string is needed.'],
    [{ ...event, nmae: 1 }, 'nmae is not a field of an event.'],
    [{ ...event, resource: { ...event.resource, tpye: 1 } }, 'resource.tpye is not a field of an event.'],
    [{ ...event, id: '42' }, 'id is "42": it must be a UUIDv7.'],
    [
      { ...event, occurredAt: 'yesterday' },
      'occurredAt is "yesterday": it must be an ISO 8601 time with a zone, such as 2026-11-20T10:00:00.000Z.',
    ],
    [
      { ...event, occurredAt: '2026-02-30T10:00:00Z' },
      'occurredAt is "2026-02-30T10:00:00Z": it must be an ISO 8601 time with a zone, such as 2026-11-20T10:00:00.000Z.',
    ],
    [{ ...event, changes: [{ path: 'name' }] }, 'changes[0].path is "name": it must be a JSON pointer such as /name.'],
    [{ ...event, metadata: [1] }, 'metadata is a list: an object is needed.'],
    [{ ...event, metadata: { n: 1n } }, 'metadata.n is 1: it must be JSON.'],
    [{ ...event, error: { status: 4.5 } }, 'error.status is 4.5: an int is needed.'],
    ['nonsense', 'The event is "nonsense": an object is needed.'],
    [null, 'The event is null: an object is needed.'],
    [
      {},
      'action is missing: a string is needed; actor is missing: an object is needed; resource is missing: an object is needed.',
    ],
    [
      { a: 1, b: 2 },
      'action is missing: a string is needed; actor is missing: an object is needed; resource is missing: an object is needed; and 2 more.',
    ],
  ])('%#: %s', (input, reason) => {
    expect(getReason(input)).toBe(reason)
  })

  test('and is short, whatever was sent', () => {
    expect(getReason({ ...event, action: 'x'.repeat(1e6), [`${'k'.repeat(1e5)}`]: 1 }).length).toBeLessThan(600)
  })
})

describe('an event that is far too large', () => {
  const many = (value: unknown, count = 20_000) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]))
  const FAR = 'The event has more than 131070 bytes, where 65535 are allowed: shorten its metadata or its changes.'

  test.each([
    ['in metadata', { metadata: many(1) }],
    ['in a scope, whose entries are wrong too', { scope: many(1) }],
    ['in members that no event has', many(1)],
    ['in a list', { metadata: { list: Array(70_000).fill(0) } }],
    ['in changes', { changes: [{ path: '', from: many(1, 10_000), to: many(1, 10_000) }] }],
    ['far within', { metadata: { a: [{ b: many({}) }] } }],
    ['by the length of its keys', { metadata: { ['k'.repeat(140_000)]: 1 } }],
  ])('is refused: %s', (_where, more) => {
    expect(getReason({ ...event, ...more })).toBe(FAR)
  })

  test('is looked at no further than that takes', () => {
    let looks = 0
    const tripwire = {
      get value() {
        looks += 1
        return 1
      },
    }
    expect(getReason({ ...event, metadata: { before: many(1), tripwire } })).toBe(FAR)
    expect(getReason({ ...event, metadata: { list: [tripwire, ...Array(70_000)] } })).toBe(FAR)
    expect(looks).toBe(0)
  })

  test('is told apart from one that redacting makes small, one a little too large, and one too deep', () => {
    const endless: { [key: string]: unknown } = {}
    endless.self = endless
    const metadata = [
      { password: 'x'.repeat(200_000) },
      many(1, 7_000),
      { endless },
      { bytes: new Uint8Array(200_000) },
    ]
    for (const each of metadata) expect(getReason({ ...event, metadata: each })).toBe('taken')
  })
})

test('the schema is JSON Schema too', () => {
  expect(z.toJSONSchema(z.object({ event: newEventSchema }), { io: 'input' })).toMatchObject({
    properties: { event: { $ref: '#/$defs/NewEvent' } },
    $defs: {
      NewEvent: { type: 'object', required: ['action', 'actor', 'resource'], additionalProperties: false },
    },
  })
})
