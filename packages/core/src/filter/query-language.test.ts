import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WhodidError } from '../errors.ts'
import { CHANNELS, KINDS, SEVERITIES, STATUSES } from '../event/event.ts'
import { FILTER_CONDITIONS, type Filter, INBOX_STATES } from './filter.ts'
import { formatQuery } from './format-query.ts'
import { formatPhrase, parseQuery, QUERY_FIELDS, tokenizeQuery } from './query-language.ts'
import { splitPhrases } from './search-text.ts'
import { parseTimeRange } from './time-range.ts'

const now = Date.parse('2026-11-20T12:34:56.789Z')

function parse(text: string) {
  return parseQuery(text, { now })
}

function getError(text: string): WhodidError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof WhodidError) return error
    throw error
  }
  throw new Error(`${text} was not refused.`)
}

describe('the search language', () => {
  test.each<readonly [text: string, filter: Filter]>([
    ['', {}],
    [' \t ', {}],
    ['engine  Motor', { q: 'engine Motor' }],
    ['"exact words" engine', { q: '"exact words" engine' }],
    ['-draft -"old one"', { not: { q: 'draft "old one"' } }],
    ['"say \\"hi\\" C:\\\\dir"', { q: '"say \\"hi\\" C:\\\\dir"' }],
    ['"one"', { q: 'one' }],
    ['"" " "', {}],
    ['- -- a-b a- 5" it\'s', { q: '"-" "--" a-b a- 5" it\'s' }],
    ['https://x 10:30 unknown:word C:\\dir', { q: 'https://x 10:30 unknown:word C:\\dir' }],
    ['"actor:ada"', { q: '"actor:ada"' }],
    ['-"status:failure" -https://x', { not: { q: '"status:failure" https://x' } }],
    ['actor:ada', { actor: ['ada'], actorName: ['ada'] }],
    ['actor:ada@acme.test', { actor: ['ada@acme.test'] }],
    ['actor:=u1,="u 2",grace', { actor: ['u1', 'u 2', 'grace'], actorName: ['grace'] }],
    ['actor:"Ada Lovelace"', { actor: ['Ada Lovelace'], actorName: ['Ada Lovelace'] }],
    ['actorName:ada', { actorName: ['ada'] }],
    ['ACTION:a.b,c.d action:e.f,a.b', { action: ['a.b', 'c.d', 'e.f'] }],
    ['resource:project/42', { resource: ['project/42'] }],
    ['resource:file/a/b,"file/c d"', { resource: ['file/a/b', 'file/c d'] }],
    [
      'resourcetype:project resourceId:42 project:p1 group:Security',
      { resourceType: ['project'], resourceId: ['42'], project: ['p1'], group: ['Security'] },
    ],
    [
      'status:Failure kind:delete channel:api severity:critical',
      { status: ['failure'], kind: ['delete'], channel: ['api'], severity: ['critical'] },
    ],
    [
      '-category:webhook,auth -actor:ada',
      { not: { category: ['webhook', 'auth'], actor: ['ada'], actorName: ['ada'] } },
    ],
    ['is:unread', { inbox: 'unread' }],
    ['category:"a,b",c,', { category: ['a,b', 'c'] }],
    ['resourceId:10:30,a"b', { resourceId: ['10:30', 'a"b'] }],
    ['from:7d', { from: '2026-11-13T12:34:00.000Z' }],
    ['from:24h to:30m', { from: '2026-11-19T12:34:00.000Z', to: '2026-11-20T12:04:00.000Z' }],
    ['from:2w', { from: '2026-11-06T12:34:00.000Z' }],
    ['from:999999w', { from: '1970-01-01T00:00:00.000Z' }],
    ['from:yesterday to:today', { from: '2026-11-19', to: '2026-11-20' }],
    ['on:2026-11-20', { from: '2026-11-20', to: '2026-11-20' }],
    ['on:Yesterday', { from: '2026-11-19', to: '2026-11-19' }],
    ['from:2026-11-20T10:00:00+01:00', { from: '2026-11-20T10:00:00+01:00' }],
    ['🚀 東京 "東京 タワー" مرحبا', { q: '🚀 東京 "東京 タワー" مرحبا' }],
  ])('%s', (text, filter) => {
    expect(parse(text)).toEqual(filter)
  })

  test.each<readonly [text: string, start: number, end: number, message: RegExp]>([
    ['engine status:okay', 14, 18, /character 15, "okay": status: takes success, failure\./],
    ['kind:create,explode x', 12, 19, /"explode": kind: takes create, update, delete, other\./],
    ['is:seen', 3, 7, /is: takes unread, inbox, archived\./],
    ['a actor: ada', 2, 8, /"actor:": actor: needs a value right after the colon, such as actor:ada/],
    ['action:,,', 0, 9, /action: needs a value/],
    ['actor:=', 0, 7, /actor: needs a value/],
    ['-status:', 0, 8, /"-status:": status: needs a value/],
    ['a "exact wo', 2, 11, /the quote is not closed\. End the phrase with "/],
    ['actor:"ada', 6, 10, /the quote is not closed/],
    ['actor:"ada"x y', 11, 12, /a quoted value must be followed by a space or a comma/],
    [
      'resource:project',
      9,
      16,
      /resource: takes a type and an id, such as resource:project\/42\. For all of a type, use resourceType:/,
    ],
    [
      'action:a.b,project.*',
      11,
      20,
      /action: takes a full action name\. For all of a category, use category:project\./,
    ],
    ['from:soon', 5, 9, /from: takes today, yesterday, a span such as 30m, 24h, 7d or 2w, a date/],
    ['to:2026-02-30', 3, 13, /to: takes today/],
    ['on:7d', 3, 5, /on: takes today, yesterday or a date/],
    ['on:2026-11-20T10:00:00Z', 3, 23, /on: takes/],
    ['from:7d from:8d', 8, 15, /from is set twice/],
    ['from:7d on:today', 8, 16, /from is set twice/],
    ['is:unread is:inbox', 10, 18, /is: is set twice/],
    ['from:7d,8d', 8, 10, /from: takes one value/],
    ['-is:unread', 0, 10, /is: cannot be excluded/],
    ['-from:7d', 0, 8, /from: cannot be excluded/],
    [`category:${'x'.repeat(513)}`, 9, 522, /a value can have at most 512 characters/],
  ])('%s is rejected with its range', (text, start, end, message) => {
    const error = getError(text)
    expect(error).toMatchObject({ code: 'invalid_input', at: { start, end } })
    expect(error.message).toMatch(message)
  })

  test('accepts at most 1,000 values of a condition', () => {
    const values = Array.from({ length: 1_001 }, (_, index) => `v${index}`)
    expect(parse(`category:${values.slice(1).join()}`).category).toHaveLength(1_000)
    expect(getError(`category:${values.join()}`).message).toMatch(/at most 1000 values/)
  })
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom('"', '\\', '-', ':', ',', '=', ' ', '\n', '/', 'a', 'É', '🚀', '\0', '\ud800', ...QUERY_FIELDS),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
)

describe('any text', () => {
  test('is a valid filter, or is rejected with a range within it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          const filter = parse(text)
          parseTimeRange(filter)
          for (const term of FILTER_CONDITIONS) {
            expect(filter[term]?.length).not.toBe(0)
            expect(filter[term]?.every((value) => value !== '')).not.toBe(false)
          }
        } catch (error) {
          if (!(error instanceof WhodidError)) throw error
          expect(error.code).toBe('invalid_input')
          expect(error.at?.start).toBeGreaterThanOrEqual(0)
          expect(error.at?.end).toBeGreaterThan(error.at?.start ?? 0)
          expect(error.at?.end).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 5_000 },
    )
  })

  test('is read once: tokens are in order and cover all but white space', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        let end = 0
        try {
          for (const { at } of tokenizeQuery(text)) {
            expect(at.start).toBeGreaterThanOrEqual(end)
            expect(text.slice(end, at.start).trim()).toBe('')
            expect(at.end).toBeGreaterThan(at.start)
            end = at.end
          }
          expect(text.slice(end).trim()).toBe('')
        } catch (error) {
          if (!(error instanceof WhodidError)) throw error
        }
      }),
      { numRuns: 5_000 },
    )
  })

  // Quadratic time would take minutes.
  test.each(['"', '\\"', '-', 'actor:', 'a:', 'actor:"', 'category:a,', ',', '"a" ', '=', ' ', 'actor:=', 'é'])(
    'of 100 kB of %j is read',
    (part) => {
      const text = part.repeat(100_000 / part.length)
      try {
        parse(text)
      } catch (error) {
        expect(error).toBeInstanceOf(WhodidError)
      }
      expect(splitPhrases(text).length).toBeLessThanOrEqual(text.length)
    },
  )
})

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
  fc.constantFrom(
    '-x',
    '--',
    '"',
    '\\',
    '\\"',
    'a"b',
    '=u',
    'a,b',
    'actor:ada',
    'Status:x',
    'https://x',
    'a b',
    ' a',
    '@',
    'a@b',
    ',',
  ),
)

function list(item: fc.Arbitrary<string>) {
  return fc.uniqueArray(item, { minLength: 1, maxLength: 4 })
}

const q = fc
  .array(
    text.filter((each) => each.trim() !== ''),
    { minLength: 1, maxLength: 4 },
  )
  .map((phrases) => phrases.map(formatPhrase).join(' '))
const terms = {
  actor: list(text),
  actorName: list(text),
  action: list(text.filter((value) => !value.endsWith('.*'))),
  category: list(text),
  group: list(text),
  resource: list(
    fc
      .tuple(
        text.filter((type) => !type.includes('/')),
        text,
      )
      .map((parts) => parts.join('/')),
  ),
  resourceType: list(text),
  resourceId: list(text),
  project: list(text),
  kind: fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1 }),
  status: fc.uniqueArray(fc.constantFrom(...STATUSES), { minLength: 1 }),
  channel: fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1 }),
  severity: fc.uniqueArray(fc.constantFrom(...SEVERITIES), { minLength: 1 }),
  q,
}
const bound = fc.oneof(
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }).map((date) => date.toISOString()),
  fc.constantFrom('2026-11-20', '2026-11-20T10:00:00+01:00'),
)
const filters: fc.Arbitrary<Filter> = fc.record(
  {
    ...terms,
    inbox: fc.constantFrom(...INBOX_STATES),
    from: bound,
    to: bound,
    not: fc.record(terms, { requiredKeys: [] }).filter((not) => Object.keys(not).length > 0),
  },
  { requiredKeys: [] },
)

/** Sorts actors and names, because `formatQuery` groups those that are equal. */
function sorted({ not, ...filter }: Filter): Filter {
  return {
    ...filter,
    ...(filter.actor && { actor: [...filter.actor].sort() }),
    ...(filter.actorName && { actorName: [...filter.actorName].sort() }),
    ...(not && { not: sorted(not) }),
  }
}

describe('a filter formatted in the search language', () => {
  test('survives a round trip', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(sorted(parse(formatQuery(filter)))).toEqual(sorted(filter))
      }),
      { numRuns: 1_000 },
    )
  })

  test('is short', () => {
    const filter = parse(
      'engine "exact words" actor:ada,grace@acme.test -category:webhook from:2026-11-20 -draft is:unread',
    )
    expect(formatQuery(filter)).toBe(
      'engine "exact words" actor:ada,grace@acme.test is:unread from:2026-11-20 -draft -category:webhook',
    )
    expect(formatQuery({ actor: ['u1'], actorName: ['x'], category: [] })).toBe('actor:=u1 actorName:x')
  })

  test('keeps its meaning when its words alone are parsed again', () => {
    fc.assert(
      fc.property(q, (words) => {
        expect(parse(words)).toEqual({ q: words })
      }),
    )
  })
})
