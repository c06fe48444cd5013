import { type TextRange, WhodidError } from '../errors.ts'
import { CHANNELS, KINDS, SEVERITIES, STATUSES } from '../event/event.ts'
import { parseTime } from '../event/id.ts'
import { FILTER_CONDITIONS, type Filter, type FilterCondition, INBOX_STATES, parseResourceRef } from './filter.ts'
import { matchEnd, readQuoted } from './search-text.ts'

/** Fields of the search language besides the filter conditions: the inbox and times. */
const OTHER_FIELDS = ['is', 'from', 'to', 'on'] as const
/** The fields of the search language. */
export const QUERY_FIELDS = [...FILTER_CONDITIONS, ...OTHER_FIELDS] as const
/** A field of the search language. */
type QueryField = (typeof QUERY_FIELDS)[number]

/** The allowed values of fields that have a fixed set. */
const QUERY_VALUES: { readonly [field in QueryField]?: readonly string[] } = {
  kind: KINDS,
  status: STATUSES,
  channel: CHANNELS,
  severity: SEVERITIES,
  is: INBOX_STATES,
}

const FIELD_BY_NAME = new Map(QUERY_FIELDS.map((field) => [field.toLowerCase(), field]))
const MAX_VALUE_LENGTH = 512
const MAX_VALUES = 1_000
const SPACES = /\s+/uy
const WORD = /\S+/uy
const UNQUOTED_VALUE = /[^\s,]+/uy
const NAME = /[a-z]{2,12}:/iy

/** Reads the field at the start of a word. `end` is the start of its values. */
function readField(text: string, at: number): { readonly field: QueryField; readonly end: number } | undefined {
  const end = matchEnd(NAME, text, at)
  const field = FIELD_BY_NAME.get(text.slice(at, end - 1).toLowerCase())
  return end > at && field !== undefined ? { field, end } : undefined
}

/** A value as written, and its range. */
interface QueryValue {
  readonly value: string
  /** True after an `=`, which matches an actor by exact id or email address only. */
  readonly exact: boolean
  readonly at: TextRange
}

/** A word, a phrase or a condition. */
interface QueryToken {
  readonly excluded: boolean
  /** Null for a word or a phrase, which is then the only value. */
  readonly field: QueryField | null
  readonly values: readonly QueryValue[]
  readonly at: TextRange
}

function fail(text: string, at: TextRange, problem: string): never {
  const shown = text.slice(at.start, Math.min(at.end, at.start + 64))
  throw new WhodidError(
    'invalid_input',
    `Invalid search at character ${at.start + 1}, ${JSON.stringify(shown)}: ${problem}.`,
    {
      at,
    },
  )
}

function readPhrase(text: string, at: number) {
  const { value, end } = readQuoted(text, at)
  return end === null
    ? fail(text, { start: at, end: text.length }, 'the quote is not closed. End the phrase with "')
    : { value, end }
}

function readValues(text: string, from: number, field: QueryField): { values: readonly QueryValue[]; end: number } {
  const values: QueryValue[] = []
  let at = from
  for (;;) {
    const exact = field === 'actor' && text.charAt(at) === '='
    const start = exact ? at + 1 : at
    if (text.charAt(start) === '"') {
      const { value, end } = readPhrase(text, start)
      if (value !== '') values.push({ value, exact, at: { start: at, end } })
      at = end
    } else {
      const end = matchEnd(UNQUOTED_VALUE, text, start)
      if (end > start) values.push({ value: text.slice(start, end), exact, at: { start: at, end } })
      at = end
    }
    if (text.charAt(at) !== ',') break
    at += 1
  }
  const end = matchEnd(WORD, text, at)
  if (end > at) fail(text, { start: at, end }, 'a quoted value must be followed by a space or a comma')
  return { values, end: at }
}

/**
 * Splits text into words, phrases and conditions, each with its range. Runs in linear time.
 *
 * @throws WhodidError `invalid_input` with `at` on an unclosed quote or a field without a value
 */
export function tokenizeQuery(text: string): QueryToken[] {
  const tokens: QueryToken[] = []
  for (let at = matchEnd(SPACES, text, 0); at < text.length; at = matchEnd(SPACES, text, at)) {
    const start = at
    const excluded = text.charAt(at) === '-' && /[^\s-]/.test(text.charAt(at + 1))
    if (excluded) at += 1
    const named = readField(text, at)
    if (named) {
      const { values, end } = readValues(text, named.end, named.field)
      if (values.length === 0) {
        fail(
          text,
          { start, end },
          `${named.field}: needs a value right after the colon, such as ${EXAMPLES[named.field]}`,
        )
      }
      tokens.push({ excluded, field: named.field, values, at: { start, end } })
      at = end
    } else {
      const word = { value: text.slice(at, matchEnd(WORD, text, at)), end: matchEnd(WORD, text, at) }
      const { value, end } = text.charAt(at) === '"' ? readPhrase(text, at) : word
      tokens.push({
        excluded,
        field: null,
        values: [{ value, exact: false, at: { start: at, end } }],
        at: { start, end },
      })
      at = end
    }
  }
  return tokens
}

const EXAMPLES: { readonly [field in QueryField]: string } = {
  actor: 'actor:ada, or actor:=u1 for an exact id',
  actorName: 'actorName:ada',
  action: 'action:project.deleted',
  category: 'category:project',
  group: 'group:Security',
  kind: 'kind:delete',
  resource: 'resource:project/42',
  resourceType: 'resourceType:project',
  resourceId: 'resourceId:42',
  project: 'project:42',
  status: 'status:failure',
  channel: 'channel:api',
  severity: 'severity:critical',
  is: 'is:unread',
  from: 'from:7d or from:2026-11-20',
  to: 'to:yesterday or to:2026-11-20',
  on: 'on:2026-11-20',
}

const DAY_MS = 86_400_000
const UNIT_MS: { readonly [unit: string]: number } = { m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS }
const DAYS_AGO: { readonly [word: string]: number } = { today: 0, yesterday: 1 }

/** Resolves a time to ISO 8601. Spans are rounded to whole minutes, so that repeated queries are equal. */
function resolveTime(value: string, now: number): string | undefined {
  const word = value.toLowerCase()
  if (Object.hasOwn(DAYS_AGO, word)) {
    return new Date(Math.max(now - (DAYS_AGO[word] ?? 0) * DAY_MS, 0)).toISOString().slice(0, 10)
  }
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(word) ?? []
  if (count !== undefined && unit !== undefined) {
    const begin = now - Number(count) * (UNIT_MS[unit] ?? 0)
    return new Date(Math.max(Math.floor(begin / 60_000) * 60_000, 0)).toISOString()
  }
  return parseTime(value) === undefined ? undefined : value
}

const TIMES = 'today, yesterday, a span such as 30m, 24h, 7d or 2w, a date such as 2026-11-20, or a time with a zone'

/**
 * Parses the search language of the search box and of `q` into a filter. Words and "phrases" must occur; `-word` and
 * `-"phrase"` must not. `field:value` is a condition, `field:a,b` and repeated fields match either value, and `-field:value`
 * excludes. Dates are in UTC. A colon after anything but a field is plain text, as in `https://x`.
 *
 * @param options.now The time in milliseconds from which spans such as `from:7d` count back
 * @throws WhodidError `invalid_input`. `at` is the range of the mistake.
 * @example
 * parseQuery('engine -draft resource:project/42 from:2026-11-20', { now: Date.now() })
 * // { q: 'engine', resource: ['project/42'], from: '2026-11-20', not: { q: 'draft' } }
 */
export function parseQuery(text: string, options: { readonly now: number }): Filter {
  const includedValues = new Map<FilterCondition, Set<string>>()
  const excludedValues = new Map<FilterCondition, Set<string>>()
  const words: string[] = []
  const notWords: string[] = []
  const single: { inbox?: Filter['inbox']; from?: string; to?: string } = {}

  const add = (excluded: boolean, condition: FilterCondition, value: string, at: TextRange) => {
    const conditions = excluded ? excludedValues : includedValues
    const values = conditions.get(condition) ?? new Set<string>()
    if (value.length > MAX_VALUE_LENGTH) fail(text, at, `a value can have at most ${MAX_VALUE_LENGTH} characters`)
    conditions.set(condition, values.add(value))
    if (values.size > MAX_VALUES) fail(text, at, `a condition can have at most ${MAX_VALUES} values`)
  }
  const setTime = (bound: 'from' | 'to', value: string, at: TextRange) => {
    if (single[bound] !== undefined) fail(text, at, `${bound} is set twice. Remove one of them`)
    single[bound] = value
  }

  for (const { excluded, field, values, at } of tokenizeQuery(text)) {
    if (field === null) {
      for (const { value } of values) if (value.trim() !== '') (excluded ? notWords : words).push(value)
      continue
    }
    if (isCondition(field)) {
      for (const written of values) {
        for (const [condition, value] of resolveConditions(text, field, written))
          add(excluded, condition, value, written.at)
      }
      continue
    }
    const [first, second] = values
    if (excluded) fail(text, at, `${field}: cannot be excluded. Remove the -`)
    if (second !== undefined) fail(text, second.at, `${field}: takes one value`)
    if (first === undefined) continue
    if (field === 'is') {
      if (single.inbox !== undefined) fail(text, at, 'is: is set twice. Remove one of them')
      single.inbox = INBOX_STATES.find((state) => state === resolveEnum(text, field, first))
      continue
    }
    const time = resolveTime(first.value, options.now)
    if (time === undefined) return fail(text, first.at, `${field}: takes ${field === 'on' ? DATES : TIMES}`)
    if (field !== 'on') setTime(field, time, at)
    else {
      if (time.includes('T')) fail(text, first.at, `on: takes ${DATES}`)
      setTime('from', time, at)
      setTime('to', time, at)
    }
  }

  const not = { ...toText(notWords), ...toConditions(excludedValues) }
  return { ...toText(words), ...toConditions(includedValues), ...single, ...(Object.keys(not).length > 0 && { not }) }
}

const DATES = 'today, yesterday or a date such as 2026-11-20'

function isCondition(field: QueryField): field is FilterCondition {
  return FILTER_CONDITIONS.some((condition) => condition === field)
}

function toConditions(conditions: ReadonlyMap<FilterCondition, ReadonlySet<string>>) {
  return Object.fromEntries([...conditions].map(([condition, values]) => [condition, [...values]]))
}

function toText(words: readonly string[]) {
  return words.length > 0 ? { q: words.map(formatPhrase).join(' ') } : {}
}

/** Resolves a value to conditions. An actor without `=` or `@` matches by id or by a part of the name. */
function resolveConditions(
  text: string,
  field: FilterCondition,
  written: QueryValue,
): readonly (readonly [FilterCondition, string])[] {
  const { value, exact, at } = written
  if (QUERY_VALUES[field]) return [[field, resolveEnum(text, field, written)]]
  if (field === 'resource' && !parseResourceRef(value)) {
    return fail(
      text,
      at,
      `resource: takes a type and an id, such as ${EXAMPLES.resource}. For all of a type, use resourceType:`,
    )
  }
  if (field === 'action' && value.endsWith('.*')) {
    return fail(text, at, `action: takes a full action name. For all of a category, use category:${value.slice(0, -2)}`)
  }
  if (field !== 'actor' || exact || value.includes('@')) return [[field, value]]
  return [
    ['actor', value],
    ['actorName', value],
  ]
}

function resolveEnum(text: string, field: QueryField, { value, at }: QueryValue): string {
  const allowed = QUERY_VALUES[field] ?? []
  return allowed.find((each) => each === value.toLowerCase()) ?? fail(text, at, `${field}: takes ${allowed.join(', ')}`)
}

function quote(value: string) {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}

/** Formats a word or phrase, with quotes where it would not be read as one word. */
export function formatPhrase(phrase: string): string {
  const plain = phrase !== '' && !/^["-]|\s/u.test(phrase) && readField(phrase, 0) === undefined
  return plain ? phrase : quote(phrase)
}

function formatValue(value: string): string {
  return /^["=]|[\s,]/u.test(value) ? quote(value) : value
}

/** Formats a condition in the search language: `status:failure`, `-action:"a b",c`. */
export function formatCondition(field: QueryField, values: readonly string[], excluded = false): string {
  return `${excluded ? '-' : ''}${field}:${values.map(formatValue).join(',')}`
}
