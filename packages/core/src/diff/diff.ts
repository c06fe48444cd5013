import { type Change, type Json, type JsonObject, REDACTED } from '../event/event.ts'
import {
  createChange,
  formatPointer,
  isSecretPair,
  PAIR_VALUES,
  setProperty,
  shouldRedact,
  TRUNCATED,
  toBoundedJson,
  toStorableText,
} from '../redact/redact.ts'
import { createSecretMatcher, isCardNumber, isSecretValue, redactText } from '../redact/secrets.ts'

/** Options for {@link diff}. */
export interface DiffOptions {
  /** Maximum number of changes. @default 100 */
  readonly maxChanges?: number | undefined
  /** Maximum depth. A difference below it is one change of the whole value. @default 8 */
  readonly maxDepth?: number | undefined
  /** Maximum characters of `from` and `to` each, as JSON. A larger value is `[truncated]`. @default 4096 */
  readonly maxValue?: number | undefined
}

interface DiffState {
  readonly changes: Change[]
  readonly keys: (string | number)[]
  readonly maxChanges: number
  readonly maxDepth: number
  readonly maxValue: number
  /** Null when secrets stay. */
  readonly isSecret: ((name: string) => boolean) | null
  truncated: boolean
}

/**
 * Computes the changes from one value to another, as JSON pointers with the old and the new value. Both values are converted
 * to JSON first, so that dates, bigints, Maps, Sets and cycles compare by value.
 *
 * A change without `from` is an addition, one without `to` a removal. In arrays, equal items at the start and the end are
 * skipped, and the rest is compared by index. Applied in order, as JSON Patch does, the changes turn `before` into `after`.
 * `truncated` is true when a limit was reached.
 *
 * @example
 * diff({ name: 'Motor', tags: ['a'] }, { name: 'Engine', tags: ['a', 'b'] }).changes
 * // [{ path: '/name', from: 'Motor', to: 'Engine' }, { path: '/tags/1', to: 'b' }]
 */
export function diff(
  before: unknown,
  after: unknown,
  options: DiffOptions = {},
): { changes: Change[]; truncated: boolean } {
  return computeDiff(before, after, options, null)
}

/** Computes the changes like `redactChanges(diff(before, after).changes, options)`, which is slower. */
export function diffAndRedact(
  before: unknown,
  after: unknown,
  options: { readonly also?: readonly string[] | undefined } = {},
): Change[] {
  return computeDiff(before, after, {}, createSecretMatcher(options.also)).changes
}

function computeDiff(
  before: unknown,
  after: unknown,
  options: DiffOptions,
  isSecret: DiffState['isSecret'],
): { changes: Change[]; truncated: boolean } {
  const from = toBoundedJson(before)
  const to = toBoundedJson(after)
  const state: DiffState = {
    changes: [],
    keys: [],
    maxChanges: options.maxChanges ?? 100,
    maxDepth: options.maxDepth ?? 8,
    maxValue: options.maxValue ?? 4_096,
    isSecret,
    truncated: from.truncated || to.truncated,
  }
  // A created or deleted object lists its fields one by one.
  const isAbsent = (value: Json | undefined) => value === undefined || value === null
  if (isAbsent(from.value) && isObject(to.value)) compareObjects(state, {}, to.value)
  else if (isObject(from.value) && isAbsent(to.value)) compareObjects(state, from.value, {})
  else compare(state, from.value, to.value)
  return { changes: state.changes, truncated: state.truncated }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function compare(state: DiffState, from: Json | undefined, to: Json | undefined): void {
  const descend = state.keys.length < state.maxDepth
  if (descend && isObject(from) && isObject(to)) compareObjects(state, from, to)
  else if (descend && isList(from) && isList(to)) compareLists(state, from, to)
  else if (!isEqual(from, to)) addChange(state, from, to)
}

function compareObjects(state: DiffState, from: JsonObject, to: JsonObject): void {
  for (const key of Object.keys(from)) compareAt(state, key, from[key], Object.hasOwn(to, key) ? to[key] : undefined)
  for (const key of Object.keys(to)) if (!Object.hasOwn(from, key)) compareAt(state, key, undefined, to[key])
}

function compareLists(state: DiffState, from: readonly Json[], to: readonly Json[]): void {
  const shorter = Math.min(from.length, to.length)
  let start = 0
  if (from.length !== to.length) {
    while (start < shorter && isEqual(from[start], to[start])) start += 1
    let tail = 0
    while (tail < shorter - start && isEqual(from.at(-1 - tail), to.at(-1 - tail))) tail += 1
    const end = shorter - tail
    for (let index = start; index < end; index += 1) compareAt(state, index, from[index], to[index])
    for (let index = end; index < to.length - tail; index += 1) compareAt(state, index, undefined, to[index])
    for (let index = from.length - tail - 1; index >= end; index -= 1) compareAt(state, index, from[index], undefined)
    return
  }
  for (; start < shorter; start += 1) compareAt(state, start, from[start], to[start])
}

function compareAt(state: DiffState, key: string | number, from: Json | undefined, to: Json | undefined): void {
  if (state.changes.length >= state.maxChanges && state.truncated) return
  state.keys.push(key)
  if (from === undefined || to === undefined) addChange(state, from, to)
  else compare(state, from, to)
  state.keys.pop()
}

function addChange(state: DiffState, from: Json | undefined, to: Json | undefined): void {
  if (state.changes.length >= state.maxChanges) {
    state.truncated = true
    return
  }
  const { keys, isSecret } = state
  const isSecretPath = isSecret !== null && keys.some((key) => isSecret(String(key)))
  state.changes.push(
    createChange(formatPointer(keys), toValue(state, from, isSecretPath), toValue(state, to, isSecretPath)),
  )
}

/** Truncates a value, and redacts its secrets if they must not stay. */
function toValue(state: DiffState, value: Json | undefined, isSecretPath: boolean): Json | undefined {
  if (value === undefined) return undefined
  const short = truncate(state, value)
  if (state.isSecret === null) return short
  return isSecretPath && shouldRedact(short) ? REDACTED : redactJson(short, state.isSecret)
}

function truncate(state: DiffState, value: Json): Json {
  if (typeof value === 'string' ? value.length <= state.maxValue : typeof value !== 'object') return value
  if (getMaxJsonLength(value) <= state.maxValue || JSON.stringify(value).length <= state.maxValue) return value
  state.truncated = true
  return typeof value === 'string' ? `${value.slice(0, state.maxValue)}… ${TRUNCATED}` : TRUNCATED
}

function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((item, index) => isEqual(item, other[index]))
  if (!isObject(one) || !isObject(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
  )
}

/**
 * Redacts JSON that {@link toBoundedJson} returned, in the same way as `redact`. Copies only the objects and lists that have
 * secrets.
 */
function redactJson(value: Json, isSecret: (name: string) => boolean): Json {
  if (typeof value === 'string') return redactText(toStorableText(value), isSecret)
  if (typeof value === 'number') return value >= 1e12 && isCardNumber(String(value)) ? REDACTED : value
  if (typeof value !== 'object' || value === null) return value
  return isList(value) ? redactList(value, isSecret) : redactEntries(value, isSecret)
}

function redactList(list: readonly Json[], isSecret: (name: string) => boolean): readonly Json[] {
  let clean: Json[] | undefined
  for (const [index, item] of list.entries()) {
    const cleanItem = redactJson(item, isSecret)
    if (cleanItem === item) continue
    clean ??= [...list]
    clean[index] = cleanItem
  }
  return clean ?? list
}

function redactEntries(value: JsonObject, isSecret: (name: string) => boolean): JsonObject {
  let clean: { [key: string]: Json } | undefined
  const isPair = isSecretPair(value, isSecret)
  for (const key of Object.keys(value)) {
    const item = value[key] ?? null
    const isHidden = (isSecret(key) || (isPair && PAIR_VALUES.includes(key))) && isSecretValue(key, item)
    const cleanItem = isHidden ? REDACTED : redactJson(item, isSecret)
    if (cleanItem === item) continue
    clean ??= { ...value }
    setProperty(clean, key, cleanItem)
  }
  return clean ?? value
}

/** Characters of the longest number as JSON, such as `-2.2250738585072014e-308`. */
const MAX_NUMBER = 24
/** Characters of the longest escape sequence, such as `\u0001`. */
const MAX_ESCAPE = 6

/** Returns an upper bound of the characters and the UTF-8 bytes of a value as JSON. Faster than formatting the value. */
export function getMaxJsonLength(value: Json): number {
  if (typeof value === 'string') return getMaxTextLength(value)
  if (typeof value !== 'object' || value === null) return MAX_NUMBER
  let length = 2
  if (isList(value)) {
    for (const item of value) length += getMaxJsonLength(item) + 1
    return length
  }
  for (const key of Object.keys(value)) length += getMaxTextLength(key) + getMaxJsonLength(value[key] ?? null) + 2
  return length
}

function getMaxTextLength(text: string): number {
  return MAX_ESCAPE * text.length + 2
}
