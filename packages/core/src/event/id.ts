import { bytesToHex } from './hex.ts'
import { randomBytes } from './random.ts'

const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const LAST_MS = 2 ** 48 - 1

// For each of the latest milliseconds asked for, 26 bits that count within it: `rand_a` and the first 14 of `rand_b`
// (RFC 9562, section 6.2, method 1). Several, since requests that overlap make ids of their own beginnings.
const counters = new Map<number, number>()
const COUNTERS_AT_MOST = 256
const LAST_COUNT = 2 ** 26 - 1

function countOf(ms: number, random: Uint8Array): number {
  const last = counters.get(ms)
  // The first bit of a new counter stays clear, so that there is room to count.
  const seed = (((random[0] ?? 0) & 1) << 24) | ((random[1] ?? 0) << 16) | ((random[2] ?? 0) << 8) | (random[3] ?? 0)
  const count = last === undefined || last === LAST_COUNT ? seed : last + 1
  if (last === undefined && counters.size >= COUNTERS_AT_MOST) {
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
  const head = timeOf(ms)
  const random = randomBytes(10)
  const count = countOf(ms, random)
  const high = (count >>> 14).toString(16).padStart(3, '0')
  const low = (0x8000 | (count & 0x3fff)).toString(16)
  return `${head}-7${high}-${low}-${bytesToHex(random.subarray(4))}`
}

function timeOf(ms: number): string {
  if (!Number.isInteger(ms) || ms < 0 || ms > LAST_MS) {
    throw new RangeError(`An id needs a time in whole milliseconds between 0 and 2^48 - 1, not ${ms}.`)
  }
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

/** The time in milliseconds that an id holds. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** The smallest id of a time in milliseconds, for ranges: events at or after `ms` have an id at or above it. */
export function idFloor(ms: number): string {
  return `${timeOf(ms)}-7000-8000-000000000000`
}

/** Whether a string is an event's id: a UUIDv7 in lower case. */
export function isEventId(value: string): boolean {
  return EVENT_ID.test(value)
}
