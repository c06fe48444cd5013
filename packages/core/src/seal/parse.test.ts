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
  test('requires action, actor and resource', () => {
    expect(parseEvent(event)).toEqual({ event })
  })

  test('can have all other fields', () => {
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

  test('can have null for absent fields', () => {
    expect(
      parseEvent({ ...event, id: null, scope: null, metadata: null, actor: { type: 'user', id: 'u1', name: null } }),
    ).toEqual({
      event: { ...event, actor: { type: 'user', id: 'u1' } },
    })
  })

  test('can be sent again after a read: fields of the service are ignored', () => {
    const read = { ...event, category: 'project', receivedAt: 'x', seq: 4, seen: true, archived: false }
    const resource = { ...event.resource, href: null, deleted: false }
    expect(parseEvent({ ...read, resource })).toEqual({ event })
  })

  test('gets its id in lower case', () => {
    const id = newId()
    expect(parseEvent({ ...event, id: id.toUpperCase() })).toEqual({ event: { ...event, id } })
  })
})

describe('a reason names the path, the value and the requirement', () => {
  test.each([
    [{ ...event, actor: { type: 'user' } }, 'actor.id is missing: it must be a string.'],
    [{ ...event, actor: undefined }, 'actor is missing: it must be an object.'],
    [{ ...event, actor: { type: 'user', id: 42 } }, 'actor.id is 42: it must be a string.'],
    [
      { ...event, actor: { type: 'robot', id: 'r' } },
      'actor.type is "robot": it must be one of user, system, api_key, service, agent.',
    ],
    [{ ...event, actor: { type: 'user', id: '' } }, 'actor.id is empty: the minimum is 1.'],
    [
      { ...event, action: 'Project' },
      'action is "Project": it must be category.verb in lower case, such as project.created.',
    ],
    [{ ...event, action: `a.${'b'.repeat(130)}` }, 'action is 132 characters long: the maximum is 128.'],
    [{ ...event, resource: { type: 'project' } }, 'resource.id is missing: it must be a string.'],
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
    [{ ...event, metadata: [1] }, 'metadata is an array: it must be an object.'],
    [{ ...event, metadata: { n: 1n } }, 'metadata.n is 1: it must be JSON.'],
    [{ ...event, error: { status: 4.5 } }, 'error.status is 4.5: it must be an integer.'],
    ['nonsense', 'The event is "nonsense": it must be an object.'],
    [null, 'The event is null: it must be an object.'],
    [
      {},
      'action is missing: it must be a string; actor is missing: it must be an object; resource is missing: it must be an object.',
    ],
    [
      { a: 1, b: 2 },
      'action is missing: it must be a string; actor is missing: it must be an object; resource is missing: it must be an object; and 2 more.',
    ],
  ])('%#: %s', (input, reason) => {
    expect(getReason(input)).toBe(reason)
  })

  test('and is short for any input', () => {
    expect(getReason({ ...event, action: 'x'.repeat(1e6), [`${'k'.repeat(1e5)}`]: 1 }).length).toBeLessThan(600)
  })
})

describe('an event that is far too large', () => {
  const many = (value: unknown, count = 20_000) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]))
  const FAR = 'The event has more than 131070 bytes. The limit is 65535. Shorten its metadata or changes.'

  test.each([
    ['in metadata', { metadata: many(1) }],
    ['in a scope, whose entries are wrong too', { scope: many(1) }],
    ['in members that no event has', many(1)],
    ['in a list', { metadata: { list: Array(70_000).fill(0) } }],
    ['in changes', { changes: [{ path: '', from: many(1, 10_000), to: many(1, 10_000) }] }],
    ['far within', { metadata: { a: [{ b: many({}) }] } }],
    ['by the length of its keys', { metadata: { ['k'.repeat(140_000)]: 1 } }],
  ])('is rejected: %s', (_where, more) => {
    expect(getReason({ ...event, ...more })).toBe(FAR)
  })

  test('is read only as far as needed', () => {
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

  test('differs from one that redaction makes small, one slightly too large, and one too deep', () => {
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

test('the schema converts to JSON Schema', () => {
  expect(z.toJSONSchema(z.object({ event: newEventSchema }), { io: 'input' })).toMatchObject({
    properties: { event: { $ref: '#/$defs/NewEvent' } },
    $defs: {
      NewEvent: { type: 'object', required: ['action', 'actor', 'resource'], additionalProperties: false },
    },
  })
})
