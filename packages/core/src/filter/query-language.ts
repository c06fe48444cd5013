import { type TextRange, WhodidError } from '../errors.ts'
import { CHANNELS, KINDS, SEVERITIES, STATUSES } from '../event/event.ts'
import { FILTER_CONDITIONS, type Filter, type FilterCondition, INBOX_STATES, resourceOf } from './filter.ts'
import { endOf, readQuoted } from './search-text.ts'
import { parseTime } from './time-range.ts'

/** The fields of the search language, beside the conditions of a filter: a part of the inbox, and times. */
const OTHER_FIELDS = ['is', 'from', 'to', 'on'] as const
/** The fields of the search language. */
export const QUERY_FIELDS = [...FILTER_CONDITIONS, ...OTHER_FIELDS] as const
/** A field of the search language. */
export type QueryField = (typeof QUERY_FIELDS)[number]

/** The values that a field knows, where there are but a few. */
export const QUERY_VALUES: { readonly [field in QueryField]?: readonly string[] } = {
  kind: KINDS,
  status: STATUSES,
  channel: CHANNELS,
  severity: SEVERITIES,
  is: INBOX_STATES,
}

const BY_NAME = new Map(QUERY_FIELDS.map((field) => [field.toLowerCase(), field]))
const MAX_VALUE = 512
const MAX_VALUES = 1_000
const SPACES = /\s+/uy
const WORD = /\S+/uy
const BARE = /[^\s,]+/uy
const NAME = /[a-z]{2,12}:/iy

/** The field that a word begins with, and where its values begin. */
export function fieldAt(text: string, at: number): { readonly field: QueryField; readonly end: number } | undefined {
  const end = endOf(NAME, text, at)
  const field = BY_NAME.get(text.slice(at, end - 1).toLowerCase())
  return end > at && field !== undefined ? { field, end } : undefined
}

/** A value as it was written, and where. */
export interface WrittenValue {
  readonly value: string
  /** Whether an `=` stands before it: the actor of exactly this id or e-mail address. */
  readonly exact: boolean
  readonly at: TextRange
}

/** A word, a phrase or a condition of a text. */
export interface QueryToken {
  readonly excluded: boolean
  /** Null for a word or a phrase, which is the one value. */
  readonly field: QueryField | null
  readonly values: readonly WrittenValue[]
  readonly at: TextRange
}

function refuse(text: string, at: TextRange, why: string): never {
  const shown = text.slice(at.start, Math.min(at.end, at.start + 64))
  throw new WhodidError('invalid_input', `The search at character ${at.start + 1}, ${JSON.stringify(shown)}: ${why}.`, {
    at,
  })
}

function quoted(text: string, at: number) {
  const { value, end } = readQuoted(text, at)
  return end === null
    ? refuse(text, { start: at, end: text.length }, 'the quote is not closed; end the phrase with "')
    : { value, end }
}

function valuesAt(text: string, from: number, field: QueryField): { values: readonly WrittenValue[]; end: number } {
  const values: WrittenValue[] = []
  let at = from
  for (;;) {
    const exact = field === 'actor' && text.charAt(at) === '='
    const start = exact ? at + 1 : at
    if (text.charAt(start) === '"') {
      const { value, end } = quoted(text, start)
      if (value !== '') values.push({ value, exact, at: { start: at, end } })
      at = end
    } else {
      const end = endOf(BARE, text, start)
      if (end > start) values.push({ value: text.slice(start, end), exact, at: { start: at, end } })
      at = end
    }
    if (text.charAt(at) !== ',') break
    at += 1
  }
  const end = endOf(WORD, text, at)
  if (end > at) refuse(text, { start: at, end }, 'after a quoted value comes a space, or a comma and another value')
  return { values, end: at }
}

/**
 * The words, phrases and conditions of a text, each with its place. Takes time in proportion to the text.
 *
 * @throws WhodidError `invalid_input` with `at` on a quote that is never closed, or a field without a value
 */
export function queryTokens(text: string): QueryToken[] {
  const tokens: QueryToken[] = []
  for (let at = endOf(SPACES, text, 0); at < text.length; at = endOf(SPACES, text, at)) {
    const start = at
    const excluded = text.charAt(at) === '-' && /[^\s-]/.test(text.charAt(at + 1))
    if (excluded) at += 1
    const named = fieldAt(text, at)
    if (named) {
      const { values, end } = valuesAt(text, named.end, named.field)
      if (values.length === 0) {
        refuse(
          text,
          { start, end },
          `${named.field}: wants a value right after the colon, such as ${EXAMPLES[named.field]}`,
        )
      }
      tokens.push({ excluded, field: named.field, values, at: { start, end } })
      at = end
    } else {
      const word = { value: text.slice(at, endOf(WORD, text, at)), end: endOf(WORD, text, at) }
      const { value, end } = text.charAt(at) === '"' ? quoted(text, at) : word
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
  actor: 'actor:ada or actor:=u1 for exactly that id',
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

const DAY = 86_400_000
const UNITS: { readonly [unit: string]: number } = { m: 60_000, h: 3_600_000, d: DAY, w: 7 * DAY }
const DAYS_AGO: { readonly [word: string]: number } = { today: 0, yesterday: 1 }

/** A time as a filter has it: words are resolved, spans to whole minutes so that asking twice asks the same. */
function timeOf(value: string, now: number): string | undefined {
  const word = value.toLowerCase()
  if (Object.hasOwn(DAYS_AGO, word)) {
    return new Date(Math.max(now - (DAYS_AGO[word] ?? 0) * DAY, 0)).toISOString().slice(0, 10)
  }
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(word) ?? []
  if (count !== undefined && unit !== undefined) {
    const begin = now - Number(count) * (UNITS[unit] ?? 0)
    return new Date(Math.max(Math.floor(begin / 60_000) * 60_000, 0)).toISOString()
  }
  return parseTime(value) === undefined ? undefined : value
}

const TIMES = 'today, yesterday, a span such as 30m, 24h, 7d or 2w, a date such as 2026-11-20, or a time with a zone'

/**
 * The filter that a text asks for, in the language of the search box and of `q`. Words and "phrases" must occur, `-word` and
 * `-"phrase"` must not; `field:value` is a condition, `field:a,b` and repetition mean either, `-field:value` excludes. Dates and
 * the days `today` and `yesterday` are those of UTC. A colon after anything but a field is plain text, as in `https://x`.
 *
 * @param options `now` in milliseconds, which spans such as `from:7d` are counted back from
 * @throws WhodidError `invalid_input` whose message and `at` point at the place
 * @example
 * parseQuery('engine -draft resource:project/42 from:2026-11-20', { now: Date.now() })
 * // { q: 'engine', resource: ['project/42'], from: '2026-11-20', not: { q: 'draft' } }
 */
export function parseQuery(text: string, options: { readonly now: number }): Filter {
  const found = { wanted: new Map<FilterCondition, Set<string>>(), unwanted: new Map<FilterCondition, Set<string>>() }
  const words: string[] = []
  const notWords: string[] = []
  const single: { inbox?: Filter['inbox']; from?: string; to?: string } = {}

  const add = (excluded: boolean, term: FilterCondition, value: string, at: TextRange) => {
    const terms = excluded ? found.unwanted : found.wanted
    const values = terms.get(term) ?? new Set<string>()
    if (value.length > MAX_VALUE) refuse(text, at, `a value has at most ${MAX_VALUE} characters`)
    terms.set(term, values.add(value))
    if (values.size > MAX_VALUES) refuse(text, at, `a condition takes at most ${MAX_VALUES} values`)
  }
  const setTime = (bound: 'from' | 'to', value: string, at: TextRange) => {
    if (single[bound] !== undefined) refuse(text, at, `${bound} is said already; leave one of the two out`)
    single[bound] = value
  }

  for (const { excluded, field, values, at } of queryTokens(text)) {
    if (field === null) {
      for (const { value } of values) if (value.trim() !== '') (excluded ? notWords : words).push(value)
      continue
    }
    if (isTerm(field)) {
      for (const written of values) {
        for (const [term, value] of conditionsOf(text, field, written)) add(excluded, term, value, written.at)
      }
      continue
    }
    const [first, second] = values
    if (excluded) refuse(text, at, `${field}: cannot be excluded; leave the - out and say what is wanted`)
    if (second !== undefined) refuse(text, second.at, `${field}: takes one value`)
    if (first === undefined) continue
    if (field === 'is') {
      if (single.inbox !== undefined) refuse(text, at, 'is: is said already; leave one of the two out')
      single.inbox = INBOX_STATES.find((state) => state === oneOf(text, field, first))
      continue
    }
    const time = timeOf(first.value, options.now)
    if (time === undefined) return refuse(text, first.at, `${field}: takes ${field === 'on' ? DATES : TIMES}`)
    if (field !== 'on') setTime(field, time, at)
    else {
      if (time.includes('T')) refuse(text, first.at, `on: takes ${DATES}`)
      setTime('from', time, at)
      setTime('to', time, at)
    }
  }

  const not = { ...textOf(notWords), ...termsOf(found.unwanted) }
  return { ...textOf(words), ...termsOf(found.wanted), ...single, ...(Object.keys(not).length > 0 && { not }) }
}

const DATES = 'today, yesterday or a date such as 2026-11-20'

function isTerm(field: QueryField): field is FilterCondition {
  return FILTER_CONDITIONS.some((term) => term === field)
}

function termsOf(terms: ReadonlyMap<FilterCondition, ReadonlySet<string>>) {
  return Object.fromEntries([...terms].map(([term, values]) => [term, [...values]]))
}

function textOf(words: readonly string[]) {
  return words.length > 0 ? { q: words.map(writePhrase).join(' ') } : {}
}

/** What a value of a field asks for. An actor without `=` or `@` is anybody with that id or a name with that in it. */
function conditionsOf(
  text: string,
  field: FilterCondition,
  written: WrittenValue,
): readonly (readonly [FilterCondition, string])[] {
  const { value, exact, at } = written
  if (QUERY_VALUES[field]) return [[field, oneOf(text, field, written)]]
  if (field === 'resource' && !resourceOf(value)) {
    return refuse(
      text,
      at,
      `resource: takes a type and an id, such as ${EXAMPLES.resource}; for all of a type write resourceType:`,
    )
  }
  if (field === 'action' && value.endsWith('.*')) {
    return refuse(text, at, `action: takes a whole action; for all of a category write category:${value.slice(0, -2)}`)
  }
  if (field !== 'actor' || exact || value.includes('@')) return [[field, value]]
  return [
    ['actor', value],
    ['actorName', value],
  ]
}

function oneOf(text: string, field: QueryField, { value, at }: WrittenValue): string {
  const allowed = QUERY_VALUES[field] ?? []
  return (
    allowed.find((each) => each === value.toLowerCase()) ?? refuse(text, at, `${field}: takes ${allowed.join(', ')}`)
  )
}

function inQuotes(value: string) {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}

/** A word as it is; in quotes what would else be read as anything but one word. */
export function writePhrase(phrase: string): string {
  const plain = phrase !== '' && !/^["-]|\s/u.test(phrase) && fieldAt(phrase, 0) === undefined
  return plain ? phrase : inQuotes(phrase)
}

function writeValue(value: string): string {
  return /^["=]|[\s,]/u.test(value) ? inQuotes(value) : value
}

/** A condition as the search language has it: `status:failure`, `-action:"a b",c`. */
export function writeCondition(field: QueryField, values: readonly string[], excluded = false): string {
  return `${excluded ? '-' : ''}${field}:${values.map(writeValue).join(',')}`
}
