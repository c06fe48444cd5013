import { type Viewer, WhodidError } from '@whodid/core'
import { ANONYMOUS_VIEWER } from './permission.ts'

/** A key or token that can expire or be revoked while a stream is open. */
interface Credential {
  /** When it expires, in epoch milliseconds; null when it does not. */
  readonly expiresAt: number | null
  /** Resolves to false once the credential is revoked. */
  isValid(): Promise<boolean>
}

/** The caller of a request, and how they were authenticated. */
export interface Caller {
  readonly viewer: Viewer
  /** True when a viewer without `view:all` sees only their own activity. False for keys, which act for their tenant. */
  readonly ownOnly: boolean
  /** True when the caller may name any tenant, as with a key for `*`. */
  readonly allTenants: boolean
  /** True when a browser may have attached the credentials by itself, as it does with a cookie. */
  readonly hasAmbientCredentials: boolean
  /** The key or token, when the service issued or verified it. */
  readonly credential?: Credential | undefined
  /** Of an anonymous caller: why their key or token was rejected. */
  readonly rejection?: WhodidError | undefined
}

/**
 * Authenticates one kind of bearer secret. Returns undefined for other kinds. It calls `beforeLookup` before it looks up a secret
 * in the store that may be wrong; `beforeLookup` throws `rate_limited` after too many wrong ones.
 */
export type BearerAuthenticator = (secret: string, beforeLookup: () => void) => Promise<Caller | undefined>

/** The caller of a request without credentials. */
export const anonymous: Caller = {
  viewer: ANONYMOUS_VIEWER,
  ownOnly: true,
  allTenants: false,
  hasAmbientCredentials: true,
}

/** Creates an anonymous caller whose key or token was rejected. */
export function createRejectedCaller(reason: string): Caller {
  return { ...anonymous, rejection: new WhodidError('unauthenticated', reason) }
}
