import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { CSV_COLUMNS, eventsToCsv, eventsToJson, rowsToCsv } from './csv.ts'
import type { StoredEvent } from './event/event.ts'

function stored(more: Partial<StoredEvent> = {}): StoredEvent {
  return {
    id: '0190a6f0-5b7c-7def-8abc-0123456789ab',
    seq: 41,
    occurredAt: '2026-11-20T10:00:00.000Z',
    receivedAt: '2026-11-20T10:00:00.100Z',
    tenantId: 'acme',
    action: 'project.updated',
    category: 'project',
    kind: 'update',
    status: 'success',
    actor: { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' },
    resource: { type: 'project', id: 'p1', name: 'Engine', href: '/projects/p1', deleted: false },
    scope: { project: { id: 'p1', name: 'Engine' } },
    description: 'Engine was updated',
    severity: 'info',
    changes: [{ path: '/name', from: 'Motor', to: 'Engine' }],
    metadata: {},
    error: null,
    causedBy: null,
    context: {
      channel: 'ui',
      ip: '203.0.113.9',
      userAgent: 'Mozilla',
      requestId: 'r1',
      traceId: null,
      method: 'PATCH',
      route: '/p/:id',
    },
    redacted: [],
    seen: false,
    archived: false,
    ...more,
  }
}

function parseRow(event: StoredEvent) {
  const [columns = [], cells = []] = Papa.parse<string[]>(eventsToCsv([event]), {
    delimiter: ',',
    newline: '\r\n',
  }).data
  return Object.fromEntries(columns.map((column, index) => [column, cells[index]]))
}

describe('CSV', () => {
  test('begins with the six documented columns', () => {
    const [header, line] = eventsToCsv([stored()]).split('\r\n')
    expect(header).toMatch(/^event_id,actor,category,action,description,timestamp,status,/)
    expect(header?.split(',')).toEqual(CSV_COLUMNS)
    expect(line).toMatch(
      /^0190a6f0-5b7c-7def-8abc-0123456789ab,Ada Lovelace,project,project\.updated,Engine was updated,2026-11-20T10:00:00\.000Z,success,/,
    )
  })

  test('contains the rest of the event in flat columns', () => {
    const actor = {
      type: 'agent' as const,
      id: 'u1',
      name: 'Ada Lovelace',
      email: 'ada@acme.test',
      onBehalfOf: { id: 'u2', name: 'Grace' },
      impersonatedBy: { id: 'u3', name: 'Linus' },
    }
    expect(parseRow(stored({ actor, error: { status: 403 } }))).toMatchObject({
      actor_id: 'u1',
      actor_name: 'Ada Lovelace',
      on_behalf_of: 'u2',
      on_behalf_of_name: 'Grace',
      impersonated_by: 'u3',
      impersonated_by_name: 'Linus',
      actor_email: 'ada@acme.test',
      resource_id: 'p1',
      resource_deleted: 'false',
      project: 'p1',
      ip: '203.0.113.9',
      request_id: 'r1',
      error_status: '403',
      changes: '[{"path":"/name","from":"Motor","to":"Engine"}]',
      metadata: '',
      trace_id: '',
      seq: '41',
    })
  })

  test('can be joined from parts', () => {
    const [one, two] = [stored(), stored({ seq: 42 })]
    expect(eventsToCsv([one]) + eventsToCsv([two], { header: false })).toBe(eventsToCsv([one, two]))
    expect(eventsToCsv([], { header: false })).toBe('')
    expect(eventsToCsv([])).toBe(`${CSV_COLUMNS.join(',')}\r\n`)
  })

  test.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\tx',
    '\rx',
    '\nx',
    '\0x',
    '=a\n"b"',
    ' =1+1',
    ' \u00a0\ufeff@x',
    '\n=1',
    '＝1+1',
  ])('%o cannot be a formula', (description) => {
    expect(parseRow(stored({ description })).description).toBe(`'${description}`)
  })

  test.each(['a=1', ' plain', 'a\tb', 'x\0y', "'=1"])('%o is not a formula and is unchanged', (description) => {
    expect(parseRow(stored({ description })).description).toBe(description)
  })

  test('round-trips any text, quoted as RFC 4180 requires', () => {
    expect(eventsToCsv([stored({ description: 'a "b",\r\nc' })])).toContain(',"a ""b"",\r\nc",')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (description) => {
        const cell = parseRow(stored({ description })).description
        expect([description, `'${description}`]).toContain(cell)
        expect(cell).not.toMatch(/^[\s\0]*[=+\-@]/)
      }),
    )
  })

  test('is what Papa Parse writes, byte for byte', () => {
    const escapeFormulae = /^(?:[\t\r\n\0]|[\s\0\u200B\uFEFF]*[=+\-@＝＋－＠])/
    const character = fc.constantFrom(...'ab1",\r\n\t\0 =+-@＝＋－＠\u00a0\u200b\ufeff\u2028;\'')
    const text = fc.oneof(fc.string({ unit: character, maxLength: 6 }), fc.string({ unit: 'binary' }))
    const cell = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined))
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 5 }), { minLength: 1, maxLength: 4 }), (rows) => {
        expect(rowsToCsv(rows)).toBe(`${Papa.unparse(rows, { newline: '\r\n', escapeFormulae })}\r\n`)
      }),
      { numRuns: 2_000 },
    )
  })
})

test('JSON is exact', () => {
  const events = [stored({ description: '=1+1', metadata: { n: 0.1 } })]
  expect(JSON.parse(eventsToJson(events))).toEqual(events)
  expect(JSON.parse(eventsToJson([]))).toEqual([])
})
