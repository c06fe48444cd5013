import { EVENT_LIMITS } from './limits.ts'

/**
 * Whether a value has more than so many bytes as JSON, as far as its keys and the number of its values tell, which is found
 * without looking at more of them than that. Texts count for nothing, since redacting may shorten them, and what is deeper
 * than an event may be, or is no JSON, is left to whoever checks that.
 */
export function isSurelyOver(bytes: number, value: unknown): boolean {
  return leftOf(bytes, value, 1) < 0
}

/** The bytes that are left after a value, each of whose members has at least `"":0,` and each of whose items `0,`. */
function leftOf(bytes: number, value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null || depth > EVENT_LIMITS.depth) return bytes
  if (Array.isArray(value)) {
    let left = bytes - 2 * value.length
    for (let at = 0; left >= 0 && at < value.length; at += 1) left = leftOf(left, value[at], depth + 1)
    return left
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return bytes
  const keys = Object.keys(value)
  let left = bytes - 5 * keys.length
  for (const key of keys) {
    if (left < 0) break
    left = leftOf(left - key.length, Reflect.get(value, key), depth + 1)
  }
  return left
}
