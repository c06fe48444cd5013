import { type Viewer, WhodidError } from '@whodid/core'
import { NOBODY } from './permission.ts'

/** Why a caller may stay, while a stream is open. */
export interface Right {
  /** When it ends by itself, in milliseconds; null when it does not. */
  readonly until: number | null
  /** Whether it still is what it was when the caller came in. */
  holds(): Promise<boolean>
}

/** Who is asking, and how they got in. */
export interface Caller {
  readonly viewer: Viewer
  /** Whether, without `view:all`, only their own activity is theirs to see. A key acts for its tenant, not for itself. */
  readonly ownOnly: boolean
  /** Whether any tenant may be named, as with a key for `*`. */
  readonly everyTenant: boolean
  /** Whether the browser may have sent the credentials by itself, as it does a cookie. */
  readonly ambient: boolean
  /** What they hang on, where the service itself can tell. */
  readonly right?: Right | undefined
  /** Of nobody: why what they sent is not good. */
  readonly refusal?: WhodidError | undefined
}

/**
 * Knows one kind of bearer secret, and says who sends it: undefined when it is of another kind. `lookUp` is called before
 * anything is asked of the store for a secret that may be wrong, and throws `rate_limited` when too many were.
 */
export type Bearer = (secret: string, lookUp: () => void) => Promise<Caller | undefined>

/** Who a request is from that nobody signed. */
export const anonymous: Caller = { viewer: NOBODY, ownOnly: true, everyTenant: false, ambient: true }

/** Who a request is from whose secret is of a known kind, but not good. */
export function refused(why: string): Caller {
  return { ...anonymous, refusal: new WhodidError('unauthenticated', why) }
}
