const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const MAX_MS = 2 ** 48 - 1

// A 26-bit counter per recent millisecond: `rand_a` and the first 14 bits of `rand_b` (RFC 9562, section 6.2, method 1).
// There are several, because overlapping requests create ids for the time at which each began.
const counters = new Map<number, number>()
const MAX_COUNTERS = 256
const MAX_COUNT = 2 ** 26 - 1

function nextCount(ms: number, random: Uint8Array): number {
  const last = counters.get(ms)
  // The first bit of a new counter stays 0 to leave room for counting.
  const seed = (((random[0] ?? 0) & 1) << 24) | ((random[1] ?? 0) << 16) | ((random[2] ?? 0) << 8) | (random[3] ?? 0)
  const count = last === undefined || last === MAX_COUNT ? seed : last + 1
  if (last === undefined && counters.size >= MAX_COUNTERS) {
    const [oldest] = counters.keys()
    if (oldest !== undefined) counters.delete(oldest)
  }
  counters.set(ms, count)
  return count
}

/**
 * Creates a UUIDv7 for a time in milliseconds. Successive ids of the same millisecond ascend.
 *
 * @param ms The time. Defaults to now.
 * @throws RangeError when `ms` is not an integer between 0 and 2^48 - 1
 */
export function newId(ms: number = Date.now()): string {
  const head = formatTimePrefix(ms)
  const random = randomBytes(10)
  const count = nextCount(ms, random)
  const high = (count >>> 14).toString(16).padStart(3, '0')
  const low = (0x8000 | (count & 0x3fff)).toString(16)
  return `${head}-7${high}-${low}-${bytesToHex(random.subarray(4))}`
}

function formatTimePrefix(ms: number): string {
  if (!Number.isInteger(ms) || ms < 0 || ms > MAX_MS) {
    throw new RangeError(`Invalid time ${ms}: pass an integer between 0 and 2^48 - 1 milliseconds.`)
  }
  // Two small integers, because larger ones are slow to format.
  const high = Math.floor(ms / 0x10000).toString(16)
  const low = (ms % 0x10000).toString(16)
  return `${high.padStart(8, '0')}-${low.padStart(4, '0')}`
}

/** Returns the time of an id in milliseconds. */
export function getIdTime(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** Returns the smallest id of a time in milliseconds. Use it for ranges: later events have greater ids. */
export function getMinId(ms: number): string {
  return `${formatTimePrefix(ms)}-7000-8000-000000000000`
}

/** Checks if a string is an event id: a lower-case UUIDv7. */
export function isEventId(value: string): boolean {
  return EVENT_ID.test(value)
}

const DATE_PATTERN = /^\d{4}-\d{2}-\d{2}$/
const TIME_PATTERN =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i

/** Parses an ISO 8601 time with a zone, or a date at 00:00 UTC, to milliseconds. Returns undefined for all other text. */
export function parseTime(text: string): number | undefined {
  const date = TIME_PATTERN.exec(text)?.[1] ?? text
  // `Date.parse` reads February 30 as March 1.
  if (!isDate(date)) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** Checks if a string is a date such as `2026-11-20`. */
export function isDate(text: string): boolean {
  if (!DATE_PATTERN.test(text)) return false
  const ms = Date.parse(`${text}T00:00:00.000Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

const pool = new Uint8Array(4_096)
let used = pool.length

/** Returns random bytes from a pool, which is faster than a system call each time. They are valid until the next call. */
export function randomBytes(count: number): Uint8Array {
  if (used + count > pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += count
  return pool.subarray(used - count, used)
}

const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Formats bytes as lower-case hexadecimal digits. */
export function bytesToHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += HEX_BYTES[byte]
  return hex
}
