import { newId } from '@whodid/core'
import type { Random } from '../random.ts'

function repeat(text: string, times: number) {
  return text.repeat(times)
}

/** Texts that are known to break programs. */
const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff\ud800y',
  '\ufeff',
  '\u202eabc\u2066',
  '🙂👩‍👩‍👧‍👦',
  '漢字かな',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  "' or 1=1 --",
  "'; drop table events; --",
  '"',
  '\\',
  '\\u0000',
  '%',
  '%%%_\\_',
  '$1',
  '{resource.name}',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '=1+1',
  'null',
  'undefined',
  'NaN',
  'true',
  '-1',
  '0',
  '1.5',
  '1e309',
  '0x10',
  '9007199254740993',
  repeat('9', 400),
  repeat('a', 3_000),
  repeat('\u0301', 500),
  '*',
  '-',
  ',',
  ',,,a',
  '1970-01-01',
  '1969-12-31T23:59:59.999Z',
  '0000-00-00',
  '2026-13-45',
  '2026-02-30T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59.999Z',
  '2026-11-20T10:00:00+23:59',
  '7d',
  '99999999999999d',
  'ffffffff-ffff-7fff-bfff-ffffffffffff',
  '00000000-0000-7000-8000-000000000000',
  '00000000-0000-0000-0000-000000000000',
]

/** Valid and invalid searches. */
export const SEARCHES: readonly string[] = [
  'engine',
  'actor:ada',
  'actor:"ada',
  'actor:',
  ':ada',
  'action:project.created status:failure',
  'action:project.*',
  'resource:project/p1',
  'resource:project/',
  'resource:/',
  'from:7d',
  'from:-7d',
  'from:99999999999999999999d',
  'from:2026-13-01 to:1',
  'from:2026-11-20 to:2026-11-19',
  '-category:webhook',
  '--category:webhook',
  '-',
  '- -',
  '-"exact words"',
  '"exact words" "',
  'status:maybe',
  'severity:critical channel:ui kind:delete group:Security',
  'unknown:term',
  'inbox:unread',
  'not:actor:ada',
  '(a OR b) AND NOT c',
  'a:b:c:d',
  'http://example.test/?a=b',
  'actor:ada,grace,"linus t"',
  'actor:*',
  '\\"',
  repeat('actor:a ', 300),
  repeat('"', 1_001),
  repeat('-', 2_000),
  repeat('x y ', 500),
  'e\u0301 É ﬁ ß ẞ İ ı',
  '🙂',
  '漢',
]

function nest(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value }
  return value
}

const OTHERS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e21,
  Number.MAX_SAFE_INTEGER + 2,
  -0,
  [],
  {},
  [[]],
  [null],
  nest(20),
  nest(70),
  { length: 1e9 },
  { toString: 1, valueOf: 2 },
  JSON.parse('{"then":"x"}'),
  JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{}}}'),
  Array.from({ length: 60 }, (_, index) => `v${index}`),
]

function createRandomText(random: Random): string {
  return String.fromCodePoint(
    ...Array.from({ length: 1 + random.integer(12) }, () =>
      random.chance(0.5) ? 0x20 + random.integer(0x60) : random.integer(random.chance(0.5) ? 0x800 : 0x10ffff),
    ),
  )
}

/** Creates a text that tries to break the service. */
export function createHostileText(random: Random): string {
  return random.chance(0.2)
    ? createRandomText(random)
    : random.chance(0.15)
      ? random.pick(SEARCHES)
      : random.pick(TEXTS)
}

/** Creates a JSON value that tries to break the service. */
export function createHostileValue(random: Random): unknown {
  return random.chance(0.5) ? createHostileText(random) : random.pick(OTHERS)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Returns a value with one part replaced, removed, repeated or wrapped. */
export function mutate(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random.chance(0.8)) {
    const at = random.integer(value.length)
    if (random.chance(0.2)) return [...value, ...value]
    return value.map((item, index) => (index === at ? mutate(item, random) : item))
  }
  if (isRecord(value) && !Array.isArray(value) && random.chance(0.85)) {
    const names = Object.keys(value)
    if (names.length === 0 || random.chance(0.15))
      return { ...value, [createHostileText(random)]: createHostileValue(random) }
    const name = random.pick(names)
    if (random.chance(0.15)) return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name))
    return { ...value, [name]: mutate(value[name], random) }
  }
  if (typeof value === 'string' && random.chance(0.4)) return damage(value, random)
  if (random.chance(0.1)) return [value]
  if (random.chance(0.1)) return { value }
  return createHostileValue(random)
}

/** Returns a text that is cut, repeated, or has a character or text changed, removed or inserted. */
export function damage(text: string, random: Random): string {
  const at = random.integer(text.length + 1)
  switch (random.integer(5)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + createHostileText(random) + text.slice(at)
    case 2:
      return text.slice(0, at) + text.slice(at + 1)
    case 3:
      return text.slice(0, at) + String.fromCharCode(random.integer(0x100)) + text.slice(at + 1)
    default:
      return text + text
  }
}

/** Creates an id that no event has, from a random time. */
export function createUnknownId(random: Random): string {
  return newId(random.integer(2 ** 31) * (1 + random.integer(60_000)))
}
