import { newId, PERMISSIONS, type RevocationStore, type Viewer, WhodidError } from '@whodid/core'
import { filterSchema } from '@whodid/core/filter'
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { describeIssues } from '../errors.ts'
import { text } from '../schemas.ts'
import { type BearerAuthenticator, type Caller, createRejectedCaller } from './caller.ts'

/** Options for `mintViewerToken`. */
export interface ViewerTokenOptions {
  /** The secret shared with the service: at least 32 random bytes. */
  readonly secret: string
  /** The viewer, with any permissions except `ingest`. */
  readonly viewer: Viewer
  /** Lifetime in seconds, at most 900. @default 300 */
  readonly expiresIn?: number | undefined
  /** The token id (`jti`), used to revoke it. @default a new id */
  readonly id?: string | undefined
  /** The clock, in milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
}

/** Options for accepting viewer tokens. */
export interface ViewerTokens {
  /** The secret that the host mints with, or several during a rotation: at least 32 bytes each. */
  readonly secret: string | readonly string[]
}

const ALGORITHM = 'HS256'
const TYPE = 'whodid-viewer+jwt'
const AUDIENCE = 'whodid'
const ISSUER = 'whodid-host'
const MIN_SECRET_BYTES = 32
const DEFAULT_AGE_S = 300
/** The maximum lifetime of a viewer token, in seconds. */
export const MAX_AGE_S = 900
/** How far the clock of the host may be ahead, in seconds. */
const MAX_CLOCK_SKEW_S = 5
/** Tolerance for floating-point fractions of a second. */
const ROUNDING_TOLERANCE_S = 0.001
const MAX_TENANTS = 100

const viewerClaims = z.strictObject({
  sub: text(1024).refine((id) => !id.startsWith('key:'), 'must not begin with key:, which is reserved for API keys'),
  name: text(1024),
  tenants: z.array(text(512)).min(1).max(MAX_TENANTS),
  permissions: z.array(z.enum(PERMISSIONS).exclude(['ingest'])),
  filter: filterSchema.optional(),
  masked: z.array(text(1024)).optional(),
})

const claims = viewerClaims.extend({
  iss: z.literal(ISSUER),
  aud: z.literal(AUDIENCE),
  jti: text(255),
  iat: z.number(),
  exp: z.number(),
})

function encodeSecret(secret: string): Uint8Array {
  const bytes = new TextEncoder().encode(secret)
  if (bytes.length >= MIN_SECRET_BYTES) return bytes
  throw new WhodidError(
    'invalid_input',
    `The secret of viewer tokens is too short (${bytes.length} bytes): use at least ${MIN_SECRET_BYTES} random bytes.`,
  )
}

/**
 * Mints a short-lived viewer token for a browser. Call it on your server. The service accepts the token as
 * `Authorization: Bearer <token>` when it has the same secret. The token is a JWT signed with HMAC-SHA-256.
 *
 * Throws `invalid_input` for a secret below 32 bytes, a lifetime over 15 minutes, no tenants, more than 100 tenants, or the
 * permission `ingest`.
 *
 * @example
 * const token = await mintViewerToken({
 *   secret: process.env.WHODID_VIEWER_SECRET,
 *   viewer: { id: 'u1', name: 'Ada Lovelace', tenants: ['acme'], permissions: ['view:all'] },
 * })
 */
export async function mintViewerToken(options: ViewerTokenOptions): Promise<string> {
  const { secret, viewer, expiresIn = DEFAULT_AGE_S, id = newId(), now = Date.now } = options
  const key = encodeSecret(secret)
  if (!(expiresIn > 0 && expiresIn <= MAX_AGE_S)) {
    throw new WhodidError(
      'invalid_input',
      `\`expiresIn\` must be between 0 and ${MAX_AGE_S} seconds, not ${expiresIn}: mint a new token for each page or request instead.`,
    )
  }
  const { id: sub, name, tenants, permissions, filter, masked } = viewer
  const parsed = viewerClaims.safeParse({ sub, name, tenants, permissions, filter, masked })
  if (!parsed.success) {
    throw new WhodidError('invalid_input', `Invalid \`viewer\`: ${describeIssues(parsed.error)}.`)
  }
  // In milliseconds, so that a revocation does not affect a token minted later in the same second.
  const issuedAt = now() / 1000
  const payload: JWTPayload = { ...parsed.data }
  return new SignJWT(payload)
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setJti(id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + expiresIn)
    .sign(key)
}

function isViewerToken(token: string): boolean {
  try {
    return decodeProtectedHeader(token).typ === TYPE
  } catch {
    return false
  }
}

/**
 * Creates the authenticator of viewer tokens signed with one of the secrets.
 * Throws `invalid_input` for no secret or one below 32 bytes.
 */
export function createViewerTokenAuthenticator(
  { secret }: ViewerTokens,
  revocations: Pick<RevocationStore, 'has'>,
  now: () => number,
): BearerAuthenticator {
  const secrets = (typeof secret === 'string' ? [secret] : secret).map(encodeSecret)
  if (secrets.length === 0) {
    throw new WhodidError(
      'invalid_input',
      '`viewerTokens.secret` is empty: pass the secret that the host app mints tokens with.',
    )
  }

  /** Resolves to the claims, or to the reason why the token is invalid. */
  const verify = async (token: string): Promise<JWTPayload | string> => {
    for (const key of secrets) {
      try {
        const options = {
          algorithms: [ALGORITHM],
          typ: TYPE,
          audience: AUDIENCE,
          issuer: ISSUER,
          currentDate: new Date(now()),
        }
        return (await jwtVerify(token, key, options)).payload
      } catch (error) {
        if (error instanceof errors.JWSSignatureVerificationFailed) continue
        if (error instanceof errors.JWTExpired) return 'expired'
        if (error instanceof errors.JOSEError) return error.message
        throw error
      }
    }
    return 'signed with another secret'
  }

  const findUnrevokedTenants = async (
    tenants: readonly string[],
    token: { id: string; viewerId: string; issuedAt: string },
  ) => {
    const revoked = await Promise.all(tenants.map((tenantId) => revocations.has({ tenantId, ...token })))
    return tenants.filter((_, index) => !revoked[index])
  }

  return async (token): Promise<Caller | undefined> => {
    if (!isViewerToken(token)) return undefined
    const reject = (reason: string) =>
      createRejectedCaller(`Invalid viewer token: ${reason}. Request a new token from the host app.`)
    const payload = await verify(token)
    if (typeof payload === 'string') return reject(payload)
    const parsed = claims.safeParse(payload)
    if (!parsed.success) return reject(describeIssues(parsed.error))
    const { sub, name, permissions, filter, masked, jti, iat, exp } = parsed.data
    if (exp - iat > MAX_AGE_S + ROUNDING_TOLERANCE_S) return reject(`its lifetime is over ${MAX_AGE_S} seconds`)
    if (iat > now() / 1000 + MAX_CLOCK_SKEW_S) return reject('issued in the future')
    if (exp * 1000 <= now()) return reject('expired')
    const issued = { id: jti, viewerId: sub, issuedAt: new Date(Math.round(iat * 1000)).toISOString() }
    const tenants = await findUnrevokedTenants(parsed.data.tenants, issued)
    if (tenants.length === 0) return reject('revoked')
    return {
      viewer: { id: sub, name, tenants, permissions, filter, masked },
      ownOnly: true,
      allTenants: false,
      hasAmbientCredentials: false,
      credential: {
        expiresAt: exp * 1000,
        isValid: async () => (await findUnrevokedTenants(tenants, issued)).length === tenants.length,
      },
    }
  }
}
