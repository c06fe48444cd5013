import { sha256 as sha256InScript } from '@noble/hashes/sha2.js'
import canonicalize from 'canonicalize'
import { WhodidError } from '../errors.ts'
import type { Json } from '../event/event.ts'
import { randomBytes } from '../event/id.ts'
import { EVENT_LIMITS } from '../event/limits.ts'

const encoder = new TextEncoder()
const UNSTORABLE = /[\0\p{Surrogate}]/u

/** The error of an event that cannot be stored. */
export function createInvalidEventError(reason: string): WhodidError {
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
      if (UNSTORABLE.test(value)) throw createUnstorableTextError(path, value)
      return
    case 'number':
      if (!Number.isFinite(value)) throw createInvalidEventError(`${path} is ${value}: a number must be finite.`)
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw createInvalidEventError(
          `${path} is ${value}, which is beyond 2^53 - 1 and would be rounded: send it as a string.`,
        )
      }
      return
    case 'object':
      break
    case 'boolean':
    case 'undefined':
      return
    default:
      throw createInvalidEventError(`${path} is a ${typeof value}, which is not JSON.`)
  }
  if (value === null) return
  if (depth > EVENT_LIMITS.depth) {
    throw createInvalidEventError(
      `The event is nested deeper than ${EVENT_LIMITS.depth} levels at ${path.slice(0, 128)}: flatten it.`,
    )
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) assertStorable(value[index], `${path}[${index}]`, depth + 1)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw createInvalidEventError(
      `${path} is a ${value.constructor?.name ?? 'class instance'}, which is not JSON: convert it first.`,
    )
  }
  for (const [key, item] of Object.entries(value)) {
    if (UNSTORABLE.test(key)) throw createUnstorableTextError(`A key of ${path === '' ? 'the event' : path}`, key)
    if (item !== null && item !== undefined && item !== '')
      assertStorable(item, path === '' ? key : `${path}.${key}`, depth + 1)
  }
}

function createUnstorableTextError(path: string, text: string): WhodidError {
  return createInvalidEventError(
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
  const copy = sortKeys(value)
  return encoder.encode(copy === UNSORTABLE ? canonicalize(value) : JSON.stringify(copy))
}

const UNSORTABLE = Symbol('unsortable')

// Engines list such keys first, and in the order of the numbers, whatever the order they were set in.
function isIntegerKey(key: string) {
  return key.charCodeAt(0) <= 57 && /^\d+$/.test(key)
}

/**
 * A copy whose keys stand in the order of JCS, so that the engine's own serialiser, which writes text and numbers as JCS wants
 * them, can write it at once: three times as fast as `canonicalize`, to which is left what cannot be ordered so.
 */
function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const list: unknown[] = []
    for (const item of value) {
      const copy = sortKeys(item)
      if (copy === UNSORTABLE) return UNSORTABLE
      list.push(copy)
    }
    return list
  }
  const result: { [key: string]: unknown } = {}
  for (const key of Object.keys(value).sort()) {
    const copy = isIntegerKey(key) || key === '__proto__' ? UNSORTABLE : sortKeys(Reflect.get(value, key))
    if (copy === UNSORTABLE) return UNSORTABLE
    result[key] = copy
  }
  return result
}

// Looked up when the program runs, since core imports nothing of a platform. Both are several times as fast as a script.
const crypto = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:crypto')
const buffer = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:buffer')

/** The SHA-256 of bytes, by the platform where it has one that answers at once. */
export const sha256: (bytes: Uint8Array) => Uint8Array =
  crypto?.hash === undefined ? sha256InScript : (bytes) => crypto.hash('sha256', bytes, 'buffer')

/** What the platform has for text, which a script does in two steps; undefined where it has nothing. */
export const nativeText:
  | { readonly base64url: (text: string) => string; readonly hash: (text: string) => string }
  | undefined =
  crypto?.hash === undefined || buffer === undefined
    ? undefined
    : {
        base64url: (text) => buffer.Buffer.from(text).toString('base64url'),
        hash: (text) => crypto.hash('sha256', text, 'base64url'),
      }

/** The hash of a leaf (RFC 9162, section 2.1.1): SHA-256(0x00 ‖ bytes). */
export function hashLeaf(bytes: Uint8Array): Uint8Array {
  const leaf = new Uint8Array(bytes.length + 1)
  leaf.set(bytes, 1)
  return sha256(leaf)
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const PAIRS = Array.from({ length: 4_096 }, (_, bits) => DIGITS.charAt(bits >> 6) + DIGITS.charAt(bits & 63))

/** Bytes in base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
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
export function createSalt(): string {
  return toBase64Url(randomBytes(16))
}

/**
 * A salted disclosure of a value (RFC 9901, section 4.2.1): base64url of the JSON `[salt, name, value]`. Its
 * {@link hashDisclosure} stands where the value stood, and says nothing without it.
 */
export function createDisclosure(name: string, value: Json, salt: string = createSalt()): string {
  const text = JSON.stringify([salt, name, value])
  return nativeText?.base64url(text) ?? toBase64Url(encodeText(text))
}

const textBuffer = new Uint8Array(512)

/** The bytes of a text. Of a short one in ASCII they are valid until the next call: the encoder's own call costs more than it does. */
function encodeText(text: string): Uint8Array {
  if (text.length > textBuffer.length) return encoder.encode(text)
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 127) return encoder.encode(text)
    textBuffer[at] = code
  }
  return textBuffer.subarray(0, text.length)
}

/** The digest of a disclosure, as it stands in `_sd`: base64url of the SHA-256 of its characters. */
export function hashDisclosure(disclosure: string): string {
  return nativeText?.hash(disclosure) ?? toBase64Url(sha256(encodeText(disclosure)))
}

/** The path of what a disclosure holds: the name it was made with. */
export function getDisclosurePath(disclosure: string): string {
  const bytes = Uint8Array.from(atob(disclosure.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )
  const [, name]: unknown[] = JSON.parse(new TextDecoder().decode(bytes))
  return String(name)
}
