import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { newId } from './id.ts'
import { newEventSchema, parseEvent } from './schema.ts'

const event = {
  action: 'project.updated',
  actor: { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' },
  resource: { type: 'project', id: 'p1', name: 'Engine' },
}

const reasonOf = (input: unknown): string => {
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
    expect(reasonOf(input)).toBe(reason)
  })

  test('and is short, whatever was sent', () => {
    expect(reasonOf({ ...event, action: 'x'.repeat(1e6), [`${'k'.repeat(1e5)}`]: 1 }).length).toBeLessThan(600)
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
