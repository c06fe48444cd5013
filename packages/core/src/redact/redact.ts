import { type Change, type Json, type JsonObject, REDACTED } from '../event/event.ts'
import { createSecretMatcher, isCardNumber, isSecretName, isSecretValue, redactText } from './secrets.ts'

/**
 * Converts a value to JSON and redacts its secrets. Values under a secret name (`password`, `apiKey`, `set-cookie`, …) become
 * `[redacted]`, as do parts of strings that look like a key, a token, a password in a URL or a card number. Empty strings,
 * null and booleans are not redacted, and email addresses stay.
 *
 * @param options.also Additional secret names, compared word by word
 * @returns The value, and the JSON pointers of the redacted values
 * @example
 * redact({ name: 'Ada', password: 'x' }) // { value: { name: 'Ada', password: '[redacted]' }, redacted: ['/password'] }
 * redact(body, { also: ['iban'] })       // also redacts `iban` and `customerIban`
 */
export function redact(
  value: unknown,
  options: { readonly also?: readonly string[] | undefined } = {},
): { value: Json; redacted: string[] } {
  const conversion = createConversion(createSecretMatcher(options.also))
  const json = convert(conversion, value) ?? null
  return { value: json, redacted: conversion.redacted }
}

/** Redacts a JSON object without truncating it. */
export function redactObject(value: JsonObject): { readonly value: JsonObject; readonly redacted: readonly string[] } {
  const conversion = createConversion(isSecretName, UNLIMITED)
  return { value: convertEntries(conversion, value), redacted: conversion.redacted }
}

/**
 * Redacts changes: both values when the path contains a secret name, otherwise the secrets inside the values.
 *
 * @returns The changes, and the JSON pointers of the redacted values, such as `/0/from`
 */
export function redactChanges(
  changes: readonly Change[],
  options: { readonly also?: readonly string[] | undefined } = {},
): { changes: Change[]; redacted: string[] } {
  const isSecret = createSecretMatcher(options.also)
  const conversion = createConversion(isSecret, UNLIMITED)
  const { keys, redacted } = conversion

  function redactSide(index: number, name: 'from' | 'to', value: Json | undefined, isSecretPath: boolean) {
    if (value === undefined) return undefined
    if (isSecretPath && shouldRedact(value)) {
      if (value !== REDACTED) redacted.push(`/${index}/${name}`)
      return REDACTED
    }
    keys.push(index, name)
    const json = convert(conversion, value) ?? null
    keys.length = 0
    return json
  }

  const clean = changes.map(({ path, from, to }, index) => {
    const isSecretPath = parsePointer(path).some(isSecret)
    return createChange(path, redactSide(index, 'from', from, isSecretPath), redactSide(index, 'to', to, isSecretPath))
  })
  return { changes: clean, redacted }
}

/** Creates a change. A value that is undefined is left out. */
export function createChange(path: string, from: Json | undefined, to: Json | undefined): Change {
  if (from === undefined) return to === undefined ? { path } : { path, to }
  return to === undefined ? { path, from } : { path, from, to }
}

/** Checks if a value under a path with a secret name is one to redact. */
export function shouldRedact(value: Json): boolean {
  return value !== null && typeof value !== 'boolean' && value !== ''
}

/** Limits of {@link toJson} and {@link redact}. A value beyond them becomes `[truncated]`. */
export const JSON_LIMITS = {
  /** Levels of nesting. */
  depth: 20,
  /** Number of values. */
  values: 10_000,
  /** Characters of one string. */
  text: 8_192,
  /** Characters of all strings and keys. */
  total: 65_536,
} as const

export const TRUNCATED = '[truncated]'
const CIRCULAR = '[circular]'
const UNREADABLE = '[unreadable]'
const PAIR_NAMES = ['name', 'key', 'field', 'header', 'Name', 'Key']
export const PAIR_VALUES = ['value', 'val', 'Value']

/** Replaces U+0000 and lone surrogates, which databases reject, with U+FFFD. */
export function toStorableText(text: string): string {
  if (!text.isWellFormed()) return toStorableText(text.toWellFormed())
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}

/** The state of a conversion: its limits and what it has found. */
interface Conversion {
  readonly limits: { readonly depth: number; readonly values: number; readonly text: number; readonly total: number }
  readonly isSecret: ((name: string) => boolean) | null
  readonly keys: (string | number)[]
  readonly redacted: string[]
  readonly ancestors: object[]
  values: number
  characters: number
  truncated: boolean
}

const UNLIMITED: Conversion['limits'] = { depth: 100, values: Infinity, text: Infinity, total: Infinity }

function createConversion(isSecret: Conversion['isSecret'], limits: Conversion['limits'] = JSON_LIMITS): Conversion {
  return {
    isSecret,
    limits,
    keys: [],
    redacted: [],
    ancestors: [],
    values: 0,
    characters: 0,
    truncated: false,
  }
}

/**
 * Converts any value to JSON. It never throws and never changes its argument.
 *
 * Dates become ISO strings. Bigints and integers beyond 2^53 - 1 become strings of digits, `NaN` and infinities their names. A
 * Set becomes an array, and a Map an object, or an array of pairs when it has keys that are not strings. Errors become
 * `{ name, message }`, binary data `[binary, 12 bytes]`. `undefined`, functions and symbols are omitted from objects, and null in
 * arrays. A cycle becomes `[circular]`, a getter that throws `[unreadable]`, and a value beyond {@link JSON_LIMITS} `[truncated]`.
 * U+0000 and lone surrogates, which databases reject, become U+FFFD.
 */
export function toJson(value: unknown): Json {
  return convert(createConversion(null), value) ?? null
}

/** Converts any value to JSON. `truncated` is true when a limit was reached. */
export function toBoundedJson(value: unknown): { readonly value: Json | undefined; readonly truncated: boolean } {
  const conversion = createConversion(null)
  const json = convert(conversion, value)
  return { value: json, truncated: conversion.truncated }
}

function convert(conversion: Conversion, value: unknown): Json | undefined {
  switch (typeof value) {
    case 'string':
      return convertText(conversion, value)
    case 'number':
      return convertNumber(conversion, value)
    case 'boolean':
      return value
    case 'bigint':
      return convertText(conversion, value.toString())
    case 'object':
      return value === null ? null : convertGuarded(conversion, value)
    default:
      return undefined
  }
}

function convertText(conversion: Conversion, value: string): string {
  let text = value
  if (text.length > conversion.limits.text) {
    conversion.truncated = true
    text = `${text.slice(0, conversion.limits.text)}… ${TRUNCATED}`
  }
  text = toStorableText(text)
  conversion.characters += text.length
  if (conversion.isSecret === null) return text
  const clean = redactText(text, conversion.isSecret)
  if (clean !== text) conversion.redacted.push(formatPointer(conversion.keys))
  return clean
}

function convertNumber(conversion: Conversion, value: number): Json {
  if (!Number.isFinite(value)) return String(value)
  if (conversion.isSecret !== null && value >= 1e12 && Number.isInteger(value) && isCardNumber(String(value))) {
    conversion.redacted.push(formatPointer(conversion.keys))
    return REDACTED
  }
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value).toString() : value
}

function convertGuarded(conversion: Conversion, value: object): Json | undefined {
  if (conversion.ancestors.includes(value)) return CIRCULAR
  if (
    conversion.ancestors.length >= conversion.limits.depth ||
    conversion.values > conversion.limits.values ||
    conversion.characters > conversion.limits.total
  ) {
    conversion.truncated = true
    return TRUNCATED
  }
  conversion.ancestors.push(value)
  const depth = conversion.keys.length
  try {
    return convertObject(conversion, value)
  } catch {
    conversion.keys.length = depth
    return UNREADABLE
  } finally {
    conversion.ancestors.pop()
  }
}

function convertObject(conversion: Conversion, value: object): Json | undefined {
  if (Array.isArray(value)) return convertList(conversion, value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) {
    return 'toJSON' in value && typeof value.toJSON === 'function'
      ? convert(conversion, value.toJSON())
      : convertEntries(conversion, value)
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString()
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[binary, ${value.byteLength} bytes]`
  if (value instanceof Set) return convertList(conversion, [...value])
  if (value instanceof Map) {
    const entries = [...value]
    return entries.every(([key]) => typeof key === 'string')
      ? convertEntries(conversion, Object.fromEntries(entries))
      : convertList(conversion, entries)
  }
  if (value instanceof Error) return convertEntries(conversion, { ...value, name: value.name, message: value.message })
  if (value instanceof RegExp) return convertText(conversion, String(value))
  if (value instanceof String || value instanceof Number || value instanceof Boolean)
    return convert(conversion, value.valueOf())
  return 'toJSON' in value && typeof value.toJSON === 'function'
    ? convert(conversion, value.toJSON())
    : convertEntries(conversion, value)
}

function convertList(conversion: Conversion, list: readonly unknown[]): Json {
  const result: Json[] = []
  for (let at = 0; at < list.length; at += 1) {
    conversion.values += 1
    if (conversion.values > conversion.limits.values || conversion.characters > conversion.limits.total) {
      conversion.truncated = true
      result.push(TRUNCATED)
      break
    }
    conversion.keys.push(at)
    result.push(convert(conversion, list[at]) ?? null)
    conversion.keys.pop()
  }
  return result
}

function convertEntries(conversion: Conversion, value: object): JsonObject {
  const result: { [key: string]: Json } = {}
  const secretValue = conversion.isSecret !== null && isSecretPair(value, conversion.isSecret)
  for (const name of Object.keys(value)) {
    conversion.values += 1
    conversion.characters += name.length
    if (conversion.values > conversion.limits.values || conversion.characters > conversion.limits.total) {
      conversion.truncated = true
      result[TRUNCATED] = TRUNCATED
      break
    }
    const key = toStorableText(name)
    conversion.keys.push(key)
    const item = readProperty(value, name)
    const secret =
      conversion.isSecret !== null &&
      (conversion.isSecret(key) || (secretValue && PAIR_VALUES.includes(name))) &&
      isSecretValue(key, item)
    if (secret) conversion.redacted.push(formatPointer(conversion.keys))
    const json = secret ? REDACTED : convert(conversion, item)
    conversion.keys.pop()
    if (json === undefined) continue
    setProperty(result, key, json)
  }
  return result
}

/** Sets a property. `__proto__` becomes a property like any other. */
export function setProperty(target: { [key: string]: Json }, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

function readProperty(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name)
  } catch {
    return UNREADABLE
  }
}

/** Checks for `{ name: 'password', value: '…' }`, a common form of fields and headers. */
export function isSecretPair(value: object, isSecret: (name: string) => boolean): boolean {
  if (!PAIR_VALUES.some((name) => name in value)) return false
  return PAIR_NAMES.some((key) => {
    const name = key in value ? readProperty(value, key) : undefined
    return typeof name === 'string' && isSecret(name)
  })
}

/** Formats keys as a JSON pointer (RFC 6901): `['a/b', 0]` is `/a~1b/0`. */
export function formatPointer(keys: readonly (string | number)[]): string {
  let pointer = ''
  for (const key of keys) pointer += `/${typeof key === 'number' ? key : escapeKey(key)}`
  return pointer
}

function escapeKey(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
}

/** Parses a JSON pointer into keys. */
export function parsePointer(pointer: string): string[] {
  if (pointer === '') return []
  const keys = pointer.slice(1).split('/')
  return pointer.includes('~') ? keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')) : keys
}
