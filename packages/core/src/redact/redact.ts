import { type Json, type JsonObject, REDACTED } from '../event/event.ts'
import { pointerOf } from '../event/pointer.ts'
import { isCardNumber, isSecretName, namesAny, withoutSecrets } from './secrets.ts'

/** How far {@link toJson} and `redact` go: a value beyond is replaced by `[truncated]`. */
export const JSON_LIMITS = {
  /** Levels of nesting. */
  depth: 20,
  /** Values altogether. */
  values: 10_000,
  /** Characters of one string. */
  text: 8_192,
  /** Characters altogether, keys counted in. */
  total: 65_536,
} as const

export const TRUNCATED = '[truncated]'
const CIRCULAR = '[circular]'
const UNREADABLE = '[unreadable]'
const NOT_STORABLE = /[\0\p{Surrogate}]/u
const NOT_STORABLE_EACH = /[\0\p{Surrogate}]/gu

/** A walk over a value: what it has found, and how much further it may go. */
interface Walk {
  readonly limits: { readonly depth: number; readonly values: number; readonly text: number; readonly total: number }
  readonly secret: ((name: string) => boolean) | null
  readonly keys: (string | number)[]
  readonly redacted: string[]
  readonly above: Set<object>
  values: number
  characters: number
  truncated: boolean
}

const UNLIMITED: Walk['limits'] = { depth: 100, values: Infinity, text: Infinity, total: Infinity }

function newWalk(secret: Walk['secret'], limits: Walk['limits'] = JSON_LIMITS): Walk {
  return { secret, limits, keys: [], redacted: [], above: new Set(), values: 0, characters: 0, truncated: false }
}

/**
 * Any value as JSON. Dates are ISO strings; bigints and integers beyond 2^53 - 1 strings of digits; `NaN` and infinities
 * their names; a Set is a list, a Map an object, or a list of pairs when its keys are not strings; errors are
 * `{ name, message }`; binary data is `[binary, 12 bytes]`. `undefined`, functions and symbols are left out of objects and
 * null in lists. A cycle is `[circular]`, a getter that throws `[unreadable]`, and what passes {@link JSON_LIMITS} `[truncated]`.
 * U+0000 and lone surrogates, which no database takes, become U+FFFD. Never throws, never changes its argument.
 */
export function toJson(value: unknown): Json {
  return convert(newWalk(null), value) ?? null
}

/** {@link toJson}, which also says whether anything had to be cut. */
export function boundedJson(value: unknown): { readonly value: Json | undefined; readonly truncated: boolean } {
  const walk = newWalk(null)
  const json = convert(walk, value)
  return { value: json, truncated: walk.truncated }
}

/**
 * A value as JSON, without its secrets: values under a secret name (`password`, `apiKey`, `set-cookie`, …) are the string
 * `[redacted]`, and so are the parts of strings that look like a key, a token, a password in a URL or a card number. What is
 * empty, null or a boolean is no secret. E-mail addresses stay.
 *
 * @returns the value, and the JSON pointers of what was redacted
 * @example
 * redact({ name: 'Ada', password: 'x' }) // { value: { name: 'Ada', password: '[redacted]' }, redacted: ['/password'] }
 * redact(body, { also: ['iban'] })       // names of your own, word by word
 */
export function redact(
  value: unknown,
  options: { readonly also?: readonly string[] | undefined } = {},
): { value: Json; redacted: string[] } {
  const walk = newWalk(secretNames(options.also))
  const json = convert(walk, value) ?? null
  return { value: json, redacted: walk.redacted }
}

/** {@link redact} for an object of JSON, cutting nothing off. */
export function redactObject(value: JsonObject): { readonly value: JsonObject; readonly redacted: readonly string[] } {
  const walk = newWalk(isSecretName, UNLIMITED)
  return { value: entriesOf(walk, value), redacted: walk.redacted }
}

/** {@link redact} for JSON, cutting nothing off. */
export function redactJson(
  value: Json,
  secret: (name: string) => boolean,
): { readonly value: Json; readonly redacted: readonly string[] } {
  const walk = newWalk(secret, UNLIMITED)
  return { value: convert(walk, value) ?? null, redacted: walk.redacted }
}

/** The test for names that are secret, the host's own among them. */
export function secretNames(also: readonly string[] | undefined): (name: string) => boolean {
  if (also === undefined || also.length === 0) return isSecretName
  const known = withOwn.get(also)
  if (known !== undefined) return known
  const verdicts = new Map<string, boolean>()
  const secret = (name: string) => {
    let verdict = verdicts.get(name)
    if (verdict === undefined) {
      verdict = isSecretName(name) || namesAny(name, also)
      if (verdicts.size >= 5_000) verdicts.clear()
      if (name.length <= 128) verdicts.set(name, verdict)
    }
    return verdict
  }
  withOwn.set(also, secret)
  return secret
}

const withOwn = new WeakMap<readonly string[], (name: string) => boolean>()

function convert(walk: Walk, value: unknown): Json | undefined {
  switch (typeof value) {
    case 'string':
      return textOf(walk, value)
    case 'number':
      return numberOf(walk, value)
    case 'boolean':
      return value
    case 'bigint':
      return textOf(walk, value.toString())
    case 'object':
      return value === null ? null : guarded(walk, value)
    default:
      return undefined
  }
}

function textOf(walk: Walk, value: string): string {
  let text = value
  if (text.length > walk.limits.text) {
    walk.truncated = true
    text = `${text.slice(0, walk.limits.text)}… ${TRUNCATED}`
  }
  if (NOT_STORABLE.test(text)) text = text.replace(NOT_STORABLE_EACH, '\ufffd')
  walk.characters += text.length
  if (walk.secret === null) return text
  const clean = withoutSecrets(text, walk.secret)
  if (clean !== text) walk.redacted.push(pointerOf(walk.keys))
  return clean
}

function numberOf(walk: Walk, value: number): Json {
  if (!Number.isFinite(value)) return String(value)
  if (walk.secret !== null && value >= 1e12 && Number.isInteger(value) && isCardNumber(String(value))) {
    walk.redacted.push(pointerOf(walk.keys))
    return REDACTED
  }
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value).toString() : value
}

function guarded(walk: Walk, value: object): Json | undefined {
  if (walk.above.has(value)) return CIRCULAR
  if (walk.above.size >= walk.limits.depth || walk.values > walk.limits.values || walk.characters > walk.limits.total) {
    walk.truncated = true
    return TRUNCATED
  }
  walk.above.add(value)
  const depth = walk.keys.length
  try {
    return objectOf(walk, value)
  } catch {
    walk.keys.length = depth
    return UNREADABLE
  } finally {
    walk.above.delete(value)
  }
}

function objectOf(walk: Walk, value: object): Json | undefined {
  if (Array.isArray(value)) return listOf(walk, value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) {
    return 'toJSON' in value && typeof value.toJSON === 'function'
      ? convert(walk, value.toJSON())
      : entriesOf(walk, value)
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString()
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[binary, ${value.byteLength} bytes]`
  if (value instanceof Set) return listOf(walk, [...value])
  if (value instanceof Map) {
    const entries = [...value]
    return entries.every(([key]) => typeof key === 'string')
      ? entriesOf(walk, Object.fromEntries(entries))
      : listOf(walk, entries)
  }
  if (value instanceof Error) return entriesOf(walk, { ...value, name: value.name, message: value.message })
  if (value instanceof RegExp) return textOf(walk, String(value))
  if (value instanceof String || value instanceof Number || value instanceof Boolean)
    return convert(walk, value.valueOf())
  return 'toJSON' in value && typeof value.toJSON === 'function'
    ? convert(walk, value.toJSON())
    : entriesOf(walk, value)
}

function listOf(walk: Walk, list: readonly unknown[]): Json {
  const result: Json[] = []
  for (let at = 0; at < list.length; at += 1) {
    walk.values += 1
    if (walk.values > walk.limits.values || walk.characters > walk.limits.total) {
      walk.truncated = true
      result.push(TRUNCATED)
      break
    }
    walk.keys.push(at)
    result.push(convert(walk, list[at]) ?? null)
    walk.keys.pop()
  }
  return result
}

function entriesOf(walk: Walk, value: object): JsonObject {
  const result: { [key: string]: Json } = {}
  const secretValue = walk.secret !== null && isSecretPair(value, walk.secret)
  for (const name of Object.keys(value)) {
    walk.values += 1
    walk.characters += name.length
    if (walk.values > walk.limits.values || walk.characters > walk.limits.total) {
      walk.truncated = true
      result[TRUNCATED] = TRUNCATED
      break
    }
    const key = NOT_STORABLE.test(name) ? name.replace(NOT_STORABLE_EACH, '\ufffd') : name
    walk.keys.push(key)
    const item = read(value, name)
    const secret =
      walk.secret !== null &&
      (walk.secret(key) || (secretValue && PAIR_VALUES.includes(name))) &&
      isSecretValue(key, item)
    if (secret) walk.redacted.push(pointerOf(walk.keys))
    const json = secret ? REDACTED : convert(walk, item)
    walk.keys.pop()
    if (json === undefined) continue
    if (key === '__proto__')
      Object.defineProperty(result, key, { value: json, enumerable: true, configurable: true, writable: true })
    else result[key] = json
  }
  return result
}

function read(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name)
  } catch {
    return UNREADABLE
  }
}

/** `{ name: 'password', value: '…' }`, as forms and headers are often listed. */
function isSecretPair(value: object, secret: (name: string) => boolean): boolean {
  if (!PAIR_VALUES.some((name) => name in value)) return false
  return PAIR_NAMES.some((key) => {
    const name = key in value ? read(value, key) : undefined
    return typeof name === 'string' && secret(name)
  })
}

const PAIR_NAMES = ['name', 'key', 'field', 'header', 'Name', 'Key']
const PAIR_VALUES = ['value', 'val', 'Value']

function isSecretValue(name: string, value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value !== '' && value !== REDACTED
    // Under a plural it is a count: `max_tokens: 4096`.
    case 'number':
      return !name.endsWith('s')
    case 'bigint':
      return true
    case 'object':
      return value !== null
    default:
      return false
  }
}
