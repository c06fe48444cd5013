import { type KeyScope, type Permission, WhodidError } from '@whodid/core'
import { hexHashOfKey } from './api-key.ts'
import type { Bearer, Caller } from './caller.ts'

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

const SHORTEST = 16

const PERMITS: { readonly [S in KeyScope]: readonly Permission[] } = {
  ingest: ['ingest'],
  read: ['view', 'view:all'],
  export: ['export'],
  admin: ['admin'],
}

/** Whoever sends a key: it acts for its tenant, under `key:<id>`. One of a tenant that is called `*` is no key for all. */
export function askerOfKey(
  key: { readonly id: string; readonly name: string; readonly tenant: string; readonly scopes: readonly KeyScope[] },
  { everyTenant = false, right }: Partial<Pick<Caller, 'everyTenant' | 'right'>> = {},
): Caller {
  return {
    viewer: {
      id: `key:${key.id}`,
      name: key.name,
      tenants: [key.tenant],
      permissions: [...new Set(key.scopes.flatMap((scope) => PERMITS[scope]))],
    },
    ownOnly: false,
    everyTenant,
    ambient: false,
    right,
  }
}

/**
 * Knows the host's own keys. Only hashes are kept, and comparing hashes tells a guesser nothing of a key.
 * Throws `invalid_input` for a key that is too short to be one, or given twice.
 */
export function createStaticKeys(keys: readonly StaticKey[]): Bearer {
  const byHash = new Map<string, Caller>()
  for (const { key, name, scopes, tenant } of keys) {
    if (key.length < SHORTEST) {
      throw new WhodidError(
        'invalid_input',
        `The key ${JSON.stringify(name)} has fewer than ${SHORTEST} characters and could be guessed: make one of 32 random bytes.`,
      )
    }
    const hash = hexHashOfKey(key)
    if (byHash.has(hash)) {
      throw new WhodidError('invalid_input', `The key ${JSON.stringify(name)} is given twice: give each name its own.`)
    }
    byHash.set(hash, askerOfKey({ id: name, name, tenant, scopes }, { everyTenant: tenant === '*' }))
  }
  return async (secret) => (byHash.size === 0 ? undefined : byHash.get(hexHashOfKey(secret)))
}
