import { type KeyScope, type Permission, WhodidError } from '@whodid/core'
import { hashApiKeyToHex } from './api-key.ts'
import type { BearerAuthenticator, Caller } from './caller.ts'

/** An API key that the host configures, for example from an environment variable. */
export interface StaticKey {
  /** The secret: at least 16 characters with 128 random bits or more. */
  readonly key: string
  /** The name of its viewer, and of the actor of its events. */
  readonly name: string
  readonly scopes: readonly KeyScope[]
  /** The tenant of the key, or `*` for all tenants. */
  readonly tenant: string
}

const MIN_KEY_LENGTH = 16

const SCOPE_PERMISSIONS: { readonly [S in KeyScope]: readonly Permission[] } = {
  ingest: ['ingest'],
  read: ['view', 'view:all'],
  export: ['export'],
  admin: ['admin'],
}

/**
 * Creates the caller of an API key. It acts for its tenant, with the viewer id `key:<id>`. Access to all tenants needs
 * `allTenants`, since a tenant may be named `*`.
 */
export function createKeyCaller(
  key: { readonly id: string; readonly name: string; readonly tenant: string; readonly scopes: readonly KeyScope[] },
  { allTenants = false, credential }: Partial<Pick<Caller, 'allTenants' | 'credential'>> = {},
): Caller {
  return {
    viewer: {
      id: `key:${key.id}`,
      name: key.name,
      tenants: [key.tenant],
      permissions: [...new Set(key.scopes.flatMap((scope) => SCOPE_PERMISSIONS[scope]))],
    },
    ownOnly: false,
    allTenants,
    hasAmbientCredentials: false,
    credential,
  }
}

/**
 * Creates the authenticator of the host's own keys. It compares hashes, so timing reveals nothing about a key.
 * Throws `invalid_input` for a key that is too short or given twice.
 */
export function createStaticKeyAuthenticator(keys: readonly StaticKey[]): BearerAuthenticator {
  const byHash = new Map<string, Caller>()
  for (const { key, name, scopes, tenant } of keys) {
    if (key.length < MIN_KEY_LENGTH) {
      throw new WhodidError(
        'invalid_input',
        `The key ${JSON.stringify(name)} is too short: use at least ${MIN_KEY_LENGTH} characters, such as 32 random bytes in hex.`,
      )
    }
    const hash = hashApiKeyToHex(key)
    if (byHash.has(hash)) {
      throw new WhodidError(
        'invalid_input',
        `The key ${JSON.stringify(name)} is used twice: give every name a different key.`,
      )
    }
    byHash.set(hash, createKeyCaller({ id: name, name, tenant, scopes }, { allTenants: tenant === '*' }))
  }
  return async (secret) => (byHash.size === 0 ? undefined : byHash.get(hashApiKeyToHex(secret)))
}
