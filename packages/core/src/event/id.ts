const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const MAX_MS = 2 ** 48 - 1

// For each of the latest milliseconds asked for, 26 bits that count within it: `rand_a` and the first 14 of `rand_b`
// (RFC 9562, section 6.2, method 1). Several, since requests that overlap make ids of their own beginnings.
const counters = new Map<number, number>()
const MAX_COUNTERS = 256
const MAX_COUNT = 2 ** 26 - 1

function nextCount(ms: number, random: Uint8Array): number {
  const last = counters.get(ms)
  // The first bit of a new counter stays clear, so that there is room to count.
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
 * A UUIDv7 of a time in milliseconds, by default now. Ids of the same millisecond made one after the other ascend.
 *
 * @throws RangeError when `ms` is no integer between 0 and 2^48 - 1
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
    throw new RangeError(`An id needs a time in whole milliseconds between 0 and 2^48 - 1, not ${ms}.`)
  }
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

/** The time in milliseconds that an id holds. */
export function getIdTime(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** The smallest id of a time in milliseconds, for ranges: events at or after `ms` have an id at or above it. */
export function getMinId(ms: number): string {
  return `${formatTimePrefix(ms)}-7000-8000-000000000000`
}

/** Whether a string is an event's id: a UUIDv7 in lower case. */
export function isEventId(value: string): boolean {
  return EVENT_ID.test(value)
}

const DATE_PATTERN = /^\d{4}-\d{2}-\d{2}$/
const TIME_PATTERN =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i

/** The milliseconds of an ISO 8601 time with a zone, or of the beginning of a date in UTC; undefined when it is neither. */
export function parseTime(text: string): number | undefined {
  const date = TIME_PATTERN.exec(text)?.[1] ?? text
  // `Date.parse` takes the 30th of February for the 1st of March.
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

/** Random bytes from a pool, since asking the platform for sixteen at a time is slow. Valid until the next call. */
export function randomBytes(count: number): Uint8Array {
  if (used + count > pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += count
  return pool.subarray(used - count, used)
}

const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Bytes as lower-case hexadecimal digits. */
export function bytesToHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += HEX_BYTES[byte]
  return hex
}
