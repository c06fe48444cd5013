import { sha256 as sha256InScript } from '@noble/hashes/sha2.js'
import canonicalize from 'canonicalize'
import { WhodidError } from '../errors.ts'
import type { Json } from '../event/event.ts'
import { randomBytes } from '../event/id.ts'
import { EVENT_LIMITS } from '../event/limits.ts'

const encoder = new TextEncoder()
const UNSTORABLE = /[\0\p{Surrogate}]/u

/** Creates the error of an event that cannot be stored. */
export function createInvalidEventError(reason: string): WhodidError {
  return new WhodidError('invalid_event', reason)
}

/**
 * Checks that a value can be hashed and stored: JSON of at most 32 levels, without U+0000, lone surrogates, infinite numbers
 * and integers that JavaScript rounds.
 *
 * @throws WhodidError `invalid_event`. The message names the path.
 */
export function assertStorable(value: unknown, path = '', depth = 1): void {
  switch (typeof value) {
    case 'string':
      if (UNSTORABLE.test(value)) throw createUnstorableTextError(path, value)
      return
    case 'number':
      if (!Number.isFinite(value)) throw createInvalidEventError(`${path} is ${value}. Numbers must be finite.`)
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw createInvalidEventError(
          `${path} is ${value}, which is beyond 2^53 - 1 and would be rounded. Send it as a string.`,
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
      `The event has more than ${EVENT_LIMITS.depth} levels at ${path.slice(0, 128)}. Flatten it.`,
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
      ? `${path} contains U+0000, which cannot be stored. Remove it.`
      : `${path} contains a lone surrogate, which cannot be stored. Send well-formed Unicode.`,
  )
}

/**
 * Returns the canonical bytes of a storable value: RFC 8785 (JCS) in UTF-8. Undefined members are omitted.
 *
 * @example
 * toCanonicalBytes({ b: 1, a: 'ä' }) // the bytes of {"a":"ä","b":1}
 */
export function toCanonicalBytes(value: { readonly [key: string]: unknown }): Uint8Array<ArrayBuffer> {
  const copy = sortKeys(value)
  return encoder.encode(copy === UNSORTABLE ? canonicalize(value) : JSON.stringify(copy))
}

const UNSORTABLE = Symbol('unsortable')

// Engines list integer keys first and in numeric order, so their order cannot be set.
function isIntegerKey(key: string) {
  return key.charCodeAt(0) <= 57 && /^\d+$/.test(key)
}

/**
 * Copies a value with its keys in JCS order. `JSON.stringify` then writes it as JCS requires, three times faster than
 * `canonicalize`. Returns `UNSORTABLE` when the keys cannot be ordered.
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

// Looked up at run time, because core imports no platform modules. Both are several times faster than JavaScript.
const crypto = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:crypto')
const buffer = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:buffer')

/** Computes the SHA-256 of bytes, with the platform's synchronous function if there is one. */
export const sha256: (bytes: Uint8Array) => Uint8Array =
  crypto?.hash === undefined ? sha256InScript : (bytes) => crypto.hash('sha256', bytes, 'buffer')

/** The platform's base64url and SHA-256 of strings. Undefined where there are none. */
export const nativeText:
  | { readonly base64url: (text: string) => string; readonly hash: (text: string) => string }
  | undefined =
  crypto?.hash === undefined || buffer === undefined
    ? undefined
    : {
        base64url: (text) => buffer.Buffer.from(text).toString('base64url'),
        hash: (text) => crypto.hash('sha256', text, 'base64url'),
      }

/** Computes the leaf hash of bytes (RFC 9162, section 2.1.1): SHA-256(0x00 ‖ bytes). */
export function hashLeaf(bytes: Uint8Array): Uint8Array {
  const leaf = new Uint8Array(bytes.length + 1)
  leaf.set(bytes, 1)
  return sha256(leaf)
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const PAIRS = Array.from({ length: 4_096 }, (_, bits) => DIGITS.charAt(bits >> 6) + DIGITS.charAt(bits & 63))

/** Formats bytes as base64url without padding. */
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

/** Creates a salt: 16 random bytes as base64url. */
export function createSalt(): string {
  return toBase64Url(randomBytes(16))
}

/**
 * Creates a salted disclosure of a value (RFC 9901, section 4.2.1): base64url of the JSON `[salt, name, value]`. The canonical
 * bytes contain only its digest, see {@link hashDisclosure}.
 */
export function createDisclosure(name: string, value: Json, salt: string = createSalt()): string {
  const text = JSON.stringify([salt, name, value])
  return nativeText?.base64url(text) ?? toBase64Url(encodeText(text))
}

const textBuffer = new Uint8Array(512)

/** Encodes text as UTF-8. Short ASCII text goes to a reused buffer, which is faster and valid until the next call. */
function encodeText(text: string): Uint8Array {
  if (text.length > textBuffer.length) return encoder.encode(text)
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 127) return encoder.encode(text)
    textBuffer[at] = code
  }
  return textBuffer.subarray(0, text.length)
}

/** Computes the digest of a disclosure for `_sd`: base64url of its SHA-256. */
export function hashDisclosure(disclosure: string): string {
  return nativeText?.hash(disclosure) ?? toBase64Url(sha256(encodeText(disclosure)))
}

/** Returns the path in a disclosure. */
export function getDisclosurePath(disclosure: string): string {
  const bytes = Uint8Array.from(atob(disclosure.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )
  const [, name]: unknown[] = JSON.parse(new TextDecoder().decode(bytes))
  return String(name)
}
