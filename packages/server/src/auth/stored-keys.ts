import type { ApiKey, KeyStore } from '@whodid/core'
import { bytesToHex } from '@whodid/core/event'
import { createLru } from '../lru.ts'
import { hashApiKey, parseApiKeyId } from './api-key.ts'
import { type BearerAuthenticator, createRejectedCaller } from './caller.ts'
import { createKeyCaller } from './static-keys.ts'

/** Options for `createStoredKeyAuthenticator`. */
interface StoredKeysOptions {
  readonly keys: Pick<KeyStore, 'find' | 'markUsed'>
  readonly now: () => number
  readonly onWarning: (message: string, cause?: unknown) => void
}

const MINUTE_MS = 60_000
const MAX_CACHED_KEYS = 10_000

const UNKNOWN_KEY = 'Invalid API key: no such key. Check the URL of the service, or create a new key.'

/** Returns the reason why a key is revoked or expired; undefined while it is valid. */
function explainInvalidKey({ revokedAt, expiresAt }: ApiKey, now: number): string | undefined {
  if (revokedAt !== null) return `API key revoked at ${revokedAt}: create a new one.`
  return expiresAt !== null && Date.parse(expiresAt) <= now
    ? `API key expired at ${expiresAt}: create a new one.`
    : undefined
}

/**
 * Creates the authenticator of the keys in the database. Each use reads the key from the store, so a revocation takes effect
 * at once in every process. A mistyped key fails its checksum, and a known wrong key is cached: neither reads the store.
 */
export function createStoredKeyAuthenticator({ keys, now, onWarning }: StoredKeysOptions): BearerAuthenticator {
  const unknownHashes = createLru<true>(MAX_CACHED_KEYS)
  const knownHashes = createLru<true>(MAX_CACHED_KEYS)

  const updateLastUsed = async ({ id, lastUsedAt }: ApiKey) => {
    const minute = Math.floor(now() / MINUTE_MS) * MINUTE_MS
    if (lastUsedAt !== null && Date.parse(lastUsedAt) >= minute) return
    try {
      await keys.markUsed(id, new Date(minute).toISOString())
    } catch (cause) {
      onWarning(`Could not update the last use of the API key ${id}.`, cause)
    }
  }

  return async (secret, beforeLookup) => {
    const id = parseApiKeyId(secret)
    if (id === null) return undefined
    if (id === 'mistyped') {
      return createRejectedCaller('Invalid API key: the checksum does not match. Copy the complete key again.')
    }
    const hash = hashApiKey(secret)
    const hex = bytesToHex(hash)
    if (unknownHashes.get(hex)) return createRejectedCaller(UNKNOWN_KEY)
    if (!knownHashes.get(hex)) beforeLookup()
    const key = await keys.find(hash)
    if (!key) {
      unknownHashes.set(hex, true)
      return createRejectedCaller(UNKNOWN_KEY)
    }
    knownHashes.set(hex, true)
    const reason = explainInvalidKey(key, now())
    if (reason !== undefined) return createRejectedCaller(reason)
    await updateLastUsed(key)
    const credential = {
      expiresAt: key.expiresAt === null ? null : Date.parse(key.expiresAt),
      isValid: async () => {
        const current = await keys.find(hash)
        return current !== null && explainInvalidKey(current, now()) === undefined
      },
    }
    return createKeyCaller({ ...key, tenant: key.tenantId }, { credential })
  }
}
