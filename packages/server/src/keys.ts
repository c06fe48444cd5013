import { bytesToHex, type KeyScope, type Permission, WhodidError } from '@whodid/core'

/** A bearer key that the host keeps, in its environment say. */
export interface StaticKey {
  /** The secret itself: at least 16 characters, 128 random bits or more. */
  readonly key: string
  /** What its viewer and its events call it. */
  readonly name: string
  readonly scopes: readonly KeyScope[]
  /** The one tenant it belongs to, or `*` for a host that serves many. */
  readonly tenant: string
}

/** A key without its secret. */
export interface KnownKey {
  readonly name: string
  readonly tenant: string
  readonly permissions: readonly Permission[]
}

const SHORTEST = 16

const PERMITS: { readonly [S in KeyScope]: readonly Permission[] } = {
  ingest: ['ingest'],
  read: ['view', 'view:all'],
  export: ['export'],
  admin: ['admin'],
}

const hash = async (key: string): Promise<string> =>
  bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))))

/**
 * Makes a look-up of keys by their secret. Only hashes are kept, and comparing hashes tells a guesser nothing of a key.
 * Throws `invalid_input` for a key that is too short to be one, or given twice.
 */
export const createKeys = async (
  keys: readonly StaticKey[],
): Promise<(secret: string) => Promise<KnownKey | undefined>> => {
  const byHash = new Map<string, KnownKey>()
  for (const { key, name, scopes, tenant } of keys) {
    if (key.length < SHORTEST) {
      throw new WhodidError(
        'invalid_input',
        `The key ${JSON.stringify(name)} has fewer than ${SHORTEST} characters and could be guessed: make one of 32 random bytes.`,
      )
    }
    const digest = await hash(key)
    if (byHash.has(digest)) {
      throw new WhodidError('invalid_input', `The key ${JSON.stringify(name)} is given twice: give each name its own.`)
    }
    byHash.set(digest, { name, tenant, permissions: [...new Set(scopes.flatMap((scope) => PERMITS[scope]))] })
  }
  return async (secret) => (byHash.size === 0 ? undefined : byHash.get(await hash(secret)))
}
