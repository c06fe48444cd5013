import { KEY_SCOPES, type KeyScope } from '@whodid/core'
import { bytesToHex } from '@whodid/core/event'
import { sha256 } from '@whodid/core/seal'
import { crc32ToBase62, randomBase62 } from './base62.ts'

const PREFIX = 'whodid'
const ID_LENGTH = 12
/** 131 random bits. */
const SECRET_LENGTH = 22

const KEY_PATTERN = new RegExp(
  `^(${PREFIX}(?:_(?:${KEY_SCOPES.join('|')}))+_([0-9A-Za-z]{${ID_LENGTH}})[0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{6})$`,
)

/** Generates an API key, `whodid_<scopes>_<id><secret><checksum>`, and its id. */
export function generateApiKey(scopes: readonly KeyScope[]): { readonly id: string; readonly key: string } {
  const id = randomBase62(ID_LENGTH)
  const orderedScopes = KEY_SCOPES.filter((scope) => scopes.includes(scope))
  const text = [PREFIX, ...orderedScopes, id + randomBase62(SECRET_LENGTH)].join('_')
  return { id, key: text + crc32ToBase62(text) }
}

/** Parses the id of an API key. Returns `mistyped` when the checksum is wrong, and null when it is not a whodid key. */
export function parseApiKeyId(secret: string): string | 'mistyped' | null {
  if (!secret.startsWith(`${PREFIX}_`)) return null
  const [, text = '', id = '', checksum] = KEY_PATTERN.exec(secret) ?? []
  return crc32ToBase62(text) === checksum ? id : 'mistyped'
}

/** Returns the SHA-256 of a key. The key itself is never stored. */
export function hashApiKey(secret: string): Uint8Array {
  return sha256(new TextEncoder().encode(secret))
}

/** Returns the SHA-256 of a key in hexadecimal. */
export function hashApiKeyToHex(secret: string): string {
  return bytesToHex(hashApiKey(secret))
}
