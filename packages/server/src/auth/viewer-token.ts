import { filterSchema, newId, PERMISSIONS, type RevocationStore, type Viewer, WhodidError } from '@whodid/core'
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { describeIssues } from '../errors.ts'
import { text } from '../schemas.ts'
import { type Bearer, type Caller, refused } from './caller.ts'

/** What a host says in a viewer token. */
export interface ViewerTokenOptions {
  /** Shared with the service: at least 32 bytes, random ones. */
  readonly secret: string
  /** Who it is for, and all that they may: never `ingest`. */
  readonly viewer: Viewer
  /** How long it holds, in seconds: at most 900. @default 300 */
  readonly expiresIn?: number | undefined
  /** By which it can be revoked. @default a new id */
  readonly id?: string | undefined
  /** The clock, in milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
}

/** What the service needs to take viewer tokens. */
export interface ViewerTokens {
  /** The secret that the host mints with, or several while it changes from one to the next: at least 32 bytes each. */
  readonly secret: string | readonly string[]
}

const ALGORITHM = 'HS256'
const TYPE = 'whodid-viewer+jwt'
const AUDIENCE = 'whodid'
const ISSUER = 'whodid-host'
const SHORTEST_SECRET = 32
const DEFAULT_SECONDS = 300
/** The longest that a viewer token holds, in seconds. */
export const LONGEST_SECONDS = 900
/** How far the host's clock may be ahead, in seconds. */
const AHEAD = 5
/** What fractions of a second lose as floating point numbers, in seconds. */
const ROUNDING = 0.001
const MAX_TENANTS = 100

const viewerClaims = z.strictObject({
  sub: text(1024).refine((id) => !id.startsWith('key:'), 'must not begin with key:, as only keys do'),
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

function keyOf(secret: string): Uint8Array {
  const bytes = new TextEncoder().encode(secret)
  if (bytes.length >= SHORTEST_SECRET) return bytes
  throw new WhodidError(
    'invalid_input',
    `The secret of viewer tokens has ${bytes.length} bytes and could be guessed: make one of ${SHORTEST_SECRET} random bytes or more.`,
  )
}

/**
 * Makes a short-lived token for a browser, on the host's server: the service takes it as `Authorization: Bearer` when it was
 * created with the same secret. A JWT, signed with HMAC-SHA-256.
 *
 * Throws `invalid_input` for a secret below 32 bytes, a life over 15 minutes, no tenant, more than 100 of them, or `ingest`.
 *
 * @example
 * const token = await mintViewerToken({
 *   secret: process.env.WHODID_VIEWER_SECRET,
 *   viewer: { id: 'u1', name: 'Ada Lovelace', tenants: ['acme'], permissions: ['view:all'] },
 * })
 */
export async function mintViewerToken(options: ViewerTokenOptions): Promise<string> {
  const { secret, viewer, expiresIn = DEFAULT_SECONDS, id = newId(), now = Date.now } = options
  const key = keyOf(secret)
  if (!(expiresIn > 0 && expiresIn <= LONGEST_SECONDS)) {
    throw new WhodidError(
      'invalid_input',
      `A viewer token holds for ${LONGEST_SECONDS} seconds at most and this one would for ${expiresIn}: mint a shorter one, whenever it is asked for.`,
    )
  }
  const { id: sub, name, tenants, permissions, filter, masked } = viewer
  const parsed = viewerClaims.safeParse({ sub, name, tenants, permissions, filter, masked })
  if (!parsed.success) {
    throw new WhodidError('invalid_input', `The viewer of a token is not one: ${describeIssues(parsed.error)}.`)
  }
  // To the millisecond, so that a token minted right after a revocation is not taken for one before.
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

function isOurs(token: string): boolean {
  try {
    return decodeProtectedHeader(token).typ === TYPE
  } catch {
    return false
  }
}

/** Knows viewer tokens, made with one of the secrets. Throws `invalid_input` for a secret below 32 bytes, or none. */
export function createViewerTokens(
  { secret }: ViewerTokens,
  revocations: Pick<RevocationStore, 'has'>,
  now: () => number,
): Bearer {
  const secrets = (typeof secret === 'string' ? [secret] : secret).map(keyOf)
  if (secrets.length === 0) {
    throw new WhodidError('invalid_input', 'viewerTokens has no secret: give it the one that the host mints with.')
  }

  const verified = async (token: string): Promise<JWTPayload | string> => {
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
        if (error instanceof errors.JWTExpired) return 'it has expired'
        if (error instanceof errors.JOSEError) return error.message
        throw error
      }
    }
    return 'it was signed with another secret'
  }

  const holdsIn = async (tenants: readonly string[], token: { id: string; viewerId: string; issuedAt: string }) => {
    const revoked = await Promise.all(tenants.map((tenantId) => revocations.has({ tenantId, ...token })))
    return tenants.filter((_, index) => !revoked[index])
  }

  return async (token): Promise<Caller | undefined> => {
    if (!isOurs(token)) return undefined
    const no = (why: string) => refused(`This viewer token is not good, since ${why}: let the host mint a new one.`)
    const payload = await verified(token)
    if (typeof payload === 'string') return no(payload)
    const parsed = claims.safeParse(payload)
    if (!parsed.success) return no(describeIssues(parsed.error))
    const { sub, name, permissions, filter, masked, jti, iat, exp } = parsed.data
    if (exp - iat > LONGEST_SECONDS + ROUNDING) return no(`it would hold for longer than ${LONGEST_SECONDS} seconds`)
    if (iat > now() / 1000 + AHEAD) return no('it comes from the future')
    if (exp * 1000 <= now()) return no('it has expired')
    const one = { id: jti, viewerId: sub, issuedAt: new Date(Math.round(iat * 1000)).toISOString() }
    const tenants = await holdsIn(parsed.data.tenants, one)
    if (tenants.length === 0) return no('it was revoked')
    return {
      viewer: { id: sub, name, tenants, permissions, filter, masked },
      ownOnly: true,
      everyTenant: false,
      ambient: false,
      right: {
        until: exp * 1000,
        holds: async () => (await holdsIn(tenants, one)).length === tenants.length,
      },
    }
  }
}
