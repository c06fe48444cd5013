import canonicalize from 'canonicalize'
import { WhodidError } from '../errors.ts'
import type { Json } from '../event/event.ts'
import { EVENT_LIMITS } from '../event/limits.ts'
import { randomBytes } from '../event/random.ts'
import { ofText, sha256 } from './sha256.ts'

const encoder = new TextEncoder()
const NOT_STORABLE = /[\0\p{Surrogate}]/u

/** The error of an event that cannot be stored. */
export function invalidEvent(reason: string): WhodidError {
  return new WhodidError('invalid_event', reason)
}

/**
 * Holds a value against what can be hashed and stored the same everywhere: JSON of at most 32 levels, without U+0000, lone
 * surrogates, infinite numbers, and integers that JavaScript rounds.
 *
 * @throws WhodidError `invalid_event`, naming the path
 */
export function assertStorable(value: unknown, path = '', depth = 1): void {
  switch (typeof value) {
    case 'string':
      if (NOT_STORABLE.test(value)) throw unstorableText(path, value)
      return
    case 'number':
      if (!Number.isFinite(value)) throw invalidEvent(`${path} is ${value}: a number must be finite.`)
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw invalidEvent(`${path} is ${value}, which is beyond 2^53 - 1 and would be rounded: send it as a string.`)
      }
      return
    case 'object':
      break
    case 'boolean':
    case 'undefined':
      return
    default:
      throw invalidEvent(`${path} is a ${typeof value}, which is not JSON.`)
  }
  if (value === null) return
  if (depth > EVENT_LIMITS.depth) {
    throw invalidEvent(
      `The event is nested deeper than ${EVENT_LIMITS.depth} levels at ${path.slice(0, 128)}: flatten it.`,
    )
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) assertStorable(value[index], `${path}[${index}]`, depth + 1)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw invalidEvent(
      `${path} is a ${value.constructor?.name ?? 'class instance'}, which is not JSON: convert it first.`,
    )
  }
  for (const [key, item] of Object.entries(value)) {
    if (NOT_STORABLE.test(key)) throw unstorableText(`A key of ${path === '' ? 'the event' : path}`, key)
    if (item !== null && item !== undefined && item !== '')
      assertStorable(item, path === '' ? key : `${path}.${key}`, depth + 1)
  }
}

function unstorableText(path: string, text: string): WhodidError {
  return invalidEvent(
    text.includes('\0')
      ? `${path} holds the character U+0000, which cannot be stored: remove it.`
      : `${path} holds half of a surrogate pair, which is no character: send well-formed Unicode.`,
  )
}

/**
 * The canonical bytes of a storable value: RFC 8785 (JCS) in UTF-8. Members that are undefined are left out.
 *
 * @example
 * canonicalBytes({ b: 1, a: 'ä' }) // the bytes of {"a":"ä","b":1}
 */
export function canonicalBytes(value: { readonly [key: string]: unknown }): Uint8Array<ArrayBuffer> {
  const copy = sorted(value)
  return encoder.encode(copy === UNSORTABLE ? canonicalize(value) : JSON.stringify(copy))
}

const UNSORTABLE = Symbol('unsortable')

// Engines list such keys first, and in the order of the numbers, whatever the order they were set in.
function isIndex(key: string) {
  return key.charCodeAt(0) <= 57 && /^\d+$/.test(key)
}

/**
 * A copy whose keys stand in the order of JCS, so that the engine's own serialiser, which writes text and numbers as JCS wants
 * them, can write it at once: three times as fast as `canonicalize`, to which is left what cannot be ordered so.
 */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const list: unknown[] = []
    for (const item of value) {
      const copy = sorted(item)
      if (copy === UNSORTABLE) return UNSORTABLE
      list.push(copy)
    }
    return list
  }
  const result: { [key: string]: unknown } = {}
  for (const key of Object.keys(value).sort()) {
    const copy = isIndex(key) || key === '__proto__' ? UNSORTABLE : sorted(Reflect.get(value, key))
    if (copy === UNSORTABLE) return UNSORTABLE
    result[key] = copy
  }
  return result
}

/** The SHA-256 of bytes. */
export function digestOf(bytes: Uint8Array): Uint8Array {
  return sha256(bytes)
}

/** The hash of a leaf (RFC 9162, section 2.1.1): SHA-256(0x00 ‖ bytes). */
export function leafHashOf(bytes: Uint8Array): Uint8Array {
  const leaf = new Uint8Array(bytes.length + 1)
  leaf.set(bytes, 1)
  return sha256(leaf)
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const PAIRS = Array.from({ length: 4_096 }, (_, bits) => DIGITS.charAt(bits >> 6) + DIGITS.charAt(bits & 63))

/** Bytes in base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  let text = ''
  const end = bytes.length - (bytes.length % 3)
  const byte = (at: number) => bytes[at] ?? 0
  for (let at = 0; at < end; at += 3) {
    const bits = (byte(at) << 16) | (byte(at + 1) << 8) | byte(at + 2)
    text += `${PAIRS[bits >> 12]}${PAIRS[bits & 4_095]}`
  }
  if (bytes.length - end === 1) return text + PAIRS[byte(end) << 4]
  if (bytes.length - end === 2)
    return `${text}${PAIRS[(byte(end) << 4) | (byte(end + 1) >> 4)]}${DIGITS[(byte(end + 1) & 15) << 2]}`
  return text
}

/** Sixteen random bytes in base64url. */
export function newSalt(): string {
  return base64url(randomBytes(16))
}

/**
 * A salted disclosure of a value (RFC 9901, section 4.2.1): base64url of the JSON `[salt, name, value]`. Its
 * {@link digestOfDisclosure} stands where the value stood, and says nothing without it.
 */
export function discloses(name: string, value: Json, salt: string = newSalt()): string {
  const text = JSON.stringify([salt, name, value])
  return ofText?.base64url(text) ?? base64url(utf8(text))
}

const short = new Uint8Array(512)

/** The bytes of a text. Of a short one in ASCII they are valid until the next call: the encoder's own call costs more than it does. */
function utf8(text: string): Uint8Array {
  if (text.length > short.length) return encoder.encode(text)
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 127) return encoder.encode(text)
    short[at] = code
  }
  return short.subarray(0, text.length)
}

/** The digest of a disclosure, as it stands in `_sd`: base64url of the SHA-256 of its characters. */
export function digestOfDisclosure(disclosure: string): string {
  return ofText?.hash(disclosure) ?? base64url(sha256(utf8(disclosure)))
}

/** The path of what a disclosure holds: the name it was made with. */
export function pathOfDisclosure(disclosure: string): string {
  const bytes = Uint8Array.from(atob(disclosure.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )
  const [, name]: unknown[] = JSON.parse(new TextDecoder().decode(bytes))
  return String(name)
}
