import { bytesToHex } from './hex.ts'
import { randomBytes } from './random.ts'

const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const LAST_MS = 2 ** 48 - 1

let lastMs = -1
// 26 bits that count within a millisecond: `rand_a` and the first 14 of `rand_b` (RFC 9562, section 6.2, method 1).
let counter = 0

/**
 * A UUIDv7 of a time in milliseconds, by default now. Ids of the same millisecond made one after the other ascend.
 *
 * @throws RangeError when `ms` is no integer between 0 and 2^48 - 1
 */
export function newId(ms: number = Date.now()): string {
  const head = timeOf(ms)
  const random = randomBytes(9)
  if (ms === lastMs && counter < 0x3ffffff) counter += 1
  // The first bit stays clear, so that there is room to count.
  else
    counter = (((random[0] ?? 0) & 0x01) << 24) | ((random[1] ?? 0) << 16) | ((random[2] ?? 0) << 8) | (random[3] ?? 0)
  lastMs = ms
  const high = (counter >>> 14).toString(16).padStart(3, '0')
  const low = (0x8000 | (counter & 0x3fff)).toString(16)
  return `${head}-7${high}-${low}-${tail(random)}`
}

function tail(random: Uint8Array): string {
  return bytesToHex(random.subarray(3, 9))
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
