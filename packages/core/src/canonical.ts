import { sha256 } from '@noble/hashes/sha2.js'
import canonicalize from 'canonicalize'
import { WhodidError } from './errors.ts'
import type { Json } from './event.ts'
import { EVENT_LIMITS } from './limits.ts'
import { randomBytes } from './random.ts'

const encoder = new TextEncoder()
const LEAF = Uint8Array.of(0)
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

/** The canonical bytes of a storable value: RFC 8785 (JCS) in UTF-8. Members that are undefined are left out. */
export function canonicalBytes(value: { readonly [key: string]: unknown }): Uint8Array<ArrayBuffer> {
  return encoder.encode(canonicalize(value))
}

/** The SHA-256 of bytes. */
export function digestOf(bytes: Uint8Array): Uint8Array {
  return sha256(bytes)
}

/** The hash of a leaf (RFC 9162, section 2.1.1): SHA-256(0x00 ‖ bytes). */
export function leafHashOf(bytes: Uint8Array): Uint8Array {
  return sha256.create().update(LEAF).update(bytes).digest()
}

/** Bytes in base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return urlSafe(btoa(String.fromCharCode(...bytes)))
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
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
  const json = JSON.stringify([salt, name, value])
  let latin = json
  if (NOT_ASCII.test(json)) {
    latin = ''
    for (const byte of encoder.encode(json)) latin += String.fromCharCode(byte)
  }
  return urlSafe(btoa(latin))
}

const NOT_ASCII = /[^\0-\x7f]/

/** The digest of a disclosure, as it stands in `_sd`: base64url of the SHA-256 of its characters. */
export function digestOfDisclosure(disclosure: string): string {
  return base64url(sha256(encoder.encode(disclosure)))
}
