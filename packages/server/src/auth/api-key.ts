import { bytesToHex, KEY_SCOPES, type KeyScope, sha256 } from '@whodid/core'
import { crc32InBase62, randomBase62 } from './base62.ts'

const PREFIX = 'whodid'
/** Tells one key from another; the rest of a key, 131 random bits, is its secret. */
const ID = 12
const SECRET = 22

const FORM = new RegExp(
  `^(${PREFIX}(?:_(?:${KEY_SCOPES.join('|')}))+_([0-9A-Za-z]{${ID}})[0-9A-Za-z]{${SECRET}})([0-9A-Za-z]{6})$`,
)

/** Makes a key: `whodid_<scopes>_<id><secret><checksum>`, such as `whodid_read_export_…`, and its id. */
export function makeApiKey(scopes: readonly KeyScope[]): { readonly id: string; readonly key: string } {
  const id = randomBase62(ID)
  const named = KEY_SCOPES.filter((scope) => scopes.includes(scope))
  const text = [PREFIX, ...named, id + randomBase62(SECRET)].join('_')
  return { id, key: text + crc32InBase62(text) }
}

/** The id that stands in a key; `mistyped` when its checksum does not fit; null for what is no key of ours. */
export function idOfApiKey(secret: string): string | 'mistyped' | null {
  if (!secret.startsWith(`${PREFIX}_`)) return null
  const [, text = '', id = '', checksum] = FORM.exec(secret) ?? []
  return crc32InBase62(text) === checksum ? id : 'mistyped'
}

/** The SHA-256 of a key: all that is kept of it. */
export function hashOfKey(secret: string): Uint8Array {
  return sha256(new TextEncoder().encode(secret))
}

/** The same in hexadecimal. */
export function hexHashOfKey(secret: string): string {
  return bytesToHex(hashOfKey(secret))
}
