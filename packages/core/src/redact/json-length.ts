import type { Json } from '../event/event.ts'

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

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function getMaxTextLength(text: string): number {
  return MAX_ESCAPE * text.length + 2
}
