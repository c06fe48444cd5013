import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CHANNELS, KINDS, SEVERITIES, STATUSES, type StoredEvent } from '../event/event.ts'
import { type Filter, INBOX_STATES, SORT_COLUMNS } from './filter.ts'
import { filterFromParams, filterToParams } from './params.ts'
import { getPosition } from './position.ts'
import { filterSchema } from './schema.ts'
import { parseTimeRange } from './time-range.ts'

function matchRejection(message: string) {
  return expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(message) })
}

function params(text: string) {
  return filterFromParams(new URLSearchParams(text))
}

const text = fc.string({ minLength: 1, unit: 'grapheme' })

function list(item: fc.Arbitrary<string>) {
  return fc.uniqueArray(item, { minLength: 1, maxLength: 4 })
}

const terms = {
  actor: list(text),
  actorName: list(text),
  resource: list(
    fc
      .tuple(
        text.filter((type) => !type.includes('/')),
        text,
      )
      .map((parts) => parts.join('/')),
  ),
  action: list(text),
  category: list(text),
  group: list(text),
  resourceType: list(text),
  resourceId: list(fc.oneof(text, fc.constantFrom(',', '\\', '\\,', 'a\\', ',,', 'a,b', '-x', ' '))),
  project: list(text),
  kind: fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1 }),
  status: fc.uniqueArray(fc.constantFrom(...STATUSES), { minLength: 1 }),
  channel: fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1 }),
  severity: fc.uniqueArray(fc.constantFrom(...SEVERITIES), { minLength: 1 }),
}
const bound = fc.oneof(
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }).map((date) => date.toISOString()),
  fc.constantFrom('2026-11-20', '2026-11-20T10:00:00+01:00'),
)
const filters: fc.Arbitrary<Filter> = fc.record(
  {
    ...terms,
    q: text,
    inbox: fc.constantFrom(...INBOX_STATES),
    from: bound,
    to: bound,
    not: fc.record({ ...terms, q: text }, { requiredKeys: [] }).filter((not) => Object.keys(not).length > 0),
  },
  { requiredKeys: [] },
)

describe('a filter in a query string', () => {
  test('survives a round trip', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(filterFromParams(new URLSearchParams(filterToParams(filter).toString()))).toEqual(filter)
        expect(filterSchema.parse(filter)).toEqual(filter)
      }),
      { numRuns: 500 },
    )
  })

  test('accepts commas and repetition, and ignores other parameters', () => {
    expect(params('category=project,member&category=billing&limit=10&cursor=x&actor=&kind=create&q=a%20b')).toEqual({
      q: 'a b',
      category: ['project', 'member', 'billing'],
      kind: ['create'],
    })
    expect(params('resourceId=a\\,b,DOMAIN\\user')).toEqual({ resourceId: ['a,b', 'DOMAIN\\user'] })
  })

  test('omits empty lists', () => {
    expect(filterToParams({ actor: [], q: '', not: { action: [] } }).toString()).toBe('')
  })

  test.each([
    ['kind=creat', 'kind must be one of create, update, delete, other, not "creat".'],
    ['not.status=ok', 'not.status must be one of success, failure, not "ok".'],
    ['resource=project', 'resource must be a type and an id such as project/42, not "project".'],
    ['not.resource=/42', 'not.resource must be a type and an id such as project/42, not "/42".'],
    ['inbox=trash', 'inbox must be one of unread, inbox, archived, not "trash".'],
    ['from=yesterday', 'from must be a date such as 2026-11-20 or a time'],
    ['to=2026-11-20T10:00', 'not "2026-11-20T10:00".'],
  ])('%s is rejected', (query, message) => {
    expect(() => params(query)).toThrow(matchRejection(message))
  })
})

describe('the time range', () => {
  const day = Date.parse('2026-11-20T00:00:00Z')

  test.each([
    [{}, {}],
    [{ from: '2026-11-20' }, { from: day }],
    [{ to: '2026-11-20' }, { to: day + 86_400_000 }],
    [
      { from: '2026-11-20', to: '2026-11-20' },
      { from: day, to: day + 86_400_000 },
    ],
    [
      { from: '2026-11-20T00:00:00Z', to: '2026-11-20T00:00:00.001Z' },
      { from: day, to: day + 1 },
    ],
    [{ from: '2026-11-20T01:30:00+01:30' }, { from: day }],
    [{ to: '2024-02-29' }, { to: Date.parse('2024-03-01T00:00:00Z') }],
  ])('%o', (filter, range) => {
    expect(parseTimeRange(filter)).toEqual(range)
  })

  test.each([
    '2026-02-30',
    '2026-13-01',
    '20261120',
    '2026-11-20 10:00:00Z',
    '2026-11-20T10:00:00',
    '2026-11-20T25:00:00Z',
    '0',
    '',
  ])('%o is invalid', (from) => {
    expect(() => parseTimeRange({ from })).toThrow(matchRejection('from must be a date'))
  })
})

test('the schema is documented JSON Schema without required fields', () => {
  const schema = z.toJSONSchema(filterSchema)
  expect(filterSchema.parse({})).toEqual({})
  expect(schema.required).toBeUndefined()
  for (const property of Object.values(schema.properties ?? {})) expect(property).toHaveProperty('description')
  expect(filterSchema.safeParse({ categorie: ['x'] }).success).toBe(false)
})

test('the position of an event is its id and its sort value', () => {
  const event: StoredEvent = {
    id: '0190a6f0-5b7c-7def-8abc-0123456789ab',
    seq: 1,
    occurredAt: '2026-11-20T10:00:00.000Z',
    receivedAt: '2026-11-20T10:00:00.000Z',
    tenantId: 'acme',
    action: 'project.created',
    category: 'project',
    kind: 'create',
    status: 'success',
    actor: { type: 'user', id: 'u1', email: 'ada@acme.test' },
    resource: { type: 'project', id: 'p1', href: null, deleted: false },
    scope: {},
    description: 'Engine was created',
    severity: 'info',
    changes: [],
    metadata: {},
    error: null,
    causedBy: null,
    context: { channel: 'ui', ip: null, userAgent: null, requestId: null, traceId: null, method: null, route: null },
    redacted: [],
    seen: false,
    archived: false,
  }
  expect(SORT_COLUMNS.map((column) => getPosition(event, column).value)).toEqual([
    null,
    'ada@acme.test',
    'project.created',
    'p1',
    'Engine was created',
    'success',
  ])
  expect(getPosition(event, 'occurredAt').id).toBe(event.id)
})
