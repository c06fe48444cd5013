import { type ApiKey, bytesToHex, type KeyStore } from '@whodid/core'
import { createLru } from '../lru.ts'
import { hashOfKey, idOfApiKey } from './api-key.ts'
import { type Bearer, refused } from './caller.ts'
import { askerOfKey } from './static-keys.ts'

/** Where keys are looked up. */
export interface StoredKeysOptions {
  readonly keys: Pick<KeyStore, 'find' | 'used'>
  readonly now: () => number
  readonly onWarning: (message: string, cause?: unknown) => void
}

const MINUTE = 60_000
const REMEMBERED = 10_000

const UNKNOWN = 'There is no such key here: check where it belongs, or make a new one.'

/** Why a key is not good any more, if it is not. */
function spent({ revokedAt, expiresAt }: ApiKey, now: number): string | undefined {
  if (revokedAt !== null) return `This key was revoked at ${revokedAt}: make a new one.`
  return expiresAt !== null && Date.parse(expiresAt) <= now
    ? `This key expired at ${expiresAt}: make a new one.`
    : undefined
}

/**
 * Knows the keys of the database. Each use asks the store once, so that a revocation holds at once in every process; a
 * mistyped key is told by its checksum, and a wrong one that came before is remembered, without asking.
 */
export function createStoredKeys({ keys, now, onWarning }: StoredKeysOptions): Bearer {
  const wrong = createLru<true>(REMEMBERED)
  const right = createLru<true>(REMEMBERED)

  const use = async ({ id, lastUsedAt }: ApiKey) => {
    const minute = Math.floor(now() / MINUTE) * MINUTE
    if (lastUsedAt !== null && Date.parse(lastUsedAt) >= minute) return
    try {
      await keys.used(id, new Date(minute).toISOString())
    } catch (cause) {
      onWarning(`When the key ${id} was last used was not noted.`, cause)
    }
  }

  return async (secret, lookUp) => {
    const id = idOfApiKey(secret)
    if (id === null) return undefined
    if (id === 'mistyped') {
      return refused('This key is mistyped or cut short, since its checksum does not fit: copy it once more, whole.')
    }
    const hash = hashOfKey(secret)
    const hex = bytesToHex(hash)
    if (wrong.get(hex)) return refused(UNKNOWN)
    if (!right.get(hex)) lookUp()
    const key = await keys.find(hash)
    if (!key) {
      wrong.set(hex, true)
      return refused(UNKNOWN)
    }
    right.set(hex, true)
    const why = spent(key, now())
    if (why !== undefined) return refused(why)
    await use(key)
    return askerOfKey(
      { ...key, tenant: key.tenantId },
      {
        right: {
          until: key.expiresAt === null ? null : Date.parse(key.expiresAt),
          holds: async () => {
            const known = await keys.find(hash)
            return known !== null && spent(known, now()) === undefined
          },
        },
      },
    )
  }
}
