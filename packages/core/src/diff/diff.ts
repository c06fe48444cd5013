import type { Change, Json, JsonObject } from '../event/event.ts'
import { formatPointer, TRUNCATED, toBoundedJson } from '../redact/redact.ts'

/** How far {@link diff} goes. */
export interface DiffOptions {
  /** Changes at most. @default 100 */
  readonly maxChanges?: number | undefined
  /** Levels to descend; below, a value that differs is one change. @default 8 */
  readonly maxDepth?: number | undefined
  /** Characters of JSON of one side of a change; a larger value is `[truncated]`. @default 4096 */
  readonly maxValue?: number | undefined
}

interface DiffState {
  readonly changes: Change[]
  readonly keys: (string | number)[]
  readonly maxChanges: number
  readonly maxDepth: number
  readonly maxValue: number
  truncated: boolean
}

/**
 * What has changed from one value to another, as JSON pointers with the former and the present value. Both are taken as JSON
 * (see `toJson`), so dates, bigints, Maps, Sets and cycles compare by value.
 *
 * A change without `from` was added, one without `to` removed. In a list, what stays in front and at the end is left out, the
 * rest is compared by index; applied in their order, with additions inserted and removals closing the gap (as JSON Patch
 * does), the changes turn `before` into `after`. When the bounds were met, `truncated` says that it is not all.
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
  const former = toBoundedJson(before)
  const present = toBoundedJson(after)
  const found: DiffState = {
    changes: [],
    keys: [],
    maxChanges: options.maxChanges ?? 100,
    maxDepth: options.maxDepth ?? 8,
    maxValue: options.maxValue ?? 4_096,
    truncated: former.truncated || present.truncated,
  }
  // What did not exist had no fields: a creation and a deletion list theirs one by one.
  const absent = (value: Json | undefined) => value === undefined || value === null
  if (absent(former.value) && isObject(present.value)) compareObjects(found, {}, present.value)
  else if (isObject(former.value) && absent(present.value)) compareObjects(found, former.value, {})
  else compare(found, former.value, present.value)
  return { changes: found.changes, truncated: found.truncated }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function compare(found: DiffState, from: Json | undefined, to: Json | undefined): void {
  const descend = found.keys.length < found.maxDepth
  if (descend && isObject(from) && isObject(to)) compareObjects(found, from, to)
  else if (descend && isList(from) && isList(to)) compareLists(found, from, to)
  else if (!isEqual(from, to)) addChange(found, from, to)
}

function compareObjects(found: DiffState, from: JsonObject, to: JsonObject): void {
  for (const key of Object.keys(from)) compareAt(found, key, from[key], Object.hasOwn(to, key) ? to[key] : undefined)
  for (const key of Object.keys(to)) if (!Object.hasOwn(from, key)) compareAt(found, key, undefined, to[key])
}

function compareLists(found: DiffState, from: readonly Json[], to: readonly Json[]): void {
  const shorter = Math.min(from.length, to.length)
  let start = 0
  if (from.length !== to.length) {
    while (start < shorter && isEqual(from[start], to[start])) start += 1
    let tail = 0
    while (tail < shorter - start && isEqual(from.at(-1 - tail), to.at(-1 - tail))) tail += 1
    const end = shorter - tail
    for (let index = start; index < end; index += 1) compareAt(found, index, from[index], to[index])
    for (let index = end; index < to.length - tail; index += 1) compareAt(found, index, undefined, to[index])
    for (let index = from.length - tail - 1; index >= end; index -= 1) compareAt(found, index, from[index], undefined)
    return
  }
  for (; start < shorter; start += 1) compareAt(found, start, from[start], to[start])
}

function compareAt(found: DiffState, key: string | number, from: Json | undefined, to: Json | undefined): void {
  if (found.changes.length >= found.maxChanges && found.truncated) return
  found.keys.push(key)
  if (from === undefined || to === undefined) addChange(found, from, to)
  else compare(found, from, to)
  found.keys.pop()
}

function addChange(found: DiffState, from: Json | undefined, to: Json | undefined): void {
  if (found.changes.length >= found.maxChanges) {
    found.truncated = true
    return
  }
  found.changes.push({
    path: formatPointer(found.keys),
    ...(from !== undefined && { from: truncate(found, from) }),
    ...(to !== undefined && { to: truncate(found, to) }),
  })
}

function truncate(found: DiffState, value: Json): Json {
  if (typeof value === 'string' ? value.length <= found.maxValue : typeof value !== 'object') return value
  if (JSON.stringify(value).length <= found.maxValue) return value
  found.truncated = true
  return typeof value === 'string' ? `${value.slice(0, found.maxValue)}… ${TRUNCATED}` : TRUNCATED
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
