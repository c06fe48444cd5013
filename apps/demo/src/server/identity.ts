import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import type { Actor, Permission, Viewer } from '@whodid/core'
import type { Request, RequestHandler, Response } from 'express'
import type { Database } from './database.ts'
import { ApiError } from './errors.ts'
import type { Member, Role } from './records.ts'

/** The caller of a request: a member with a session, or a program with an API key. */
export interface Identity {
  readonly type: 'user' | 'api_key'
  readonly id: string
  readonly name: string
  readonly email?: string
  readonly org: string
  readonly role: Role
}

declare global {
  namespace Express {
    interface Request {
      /** Set by `authenticate`. */
      user?: Identity
      /** The organization of a request without a user, such as a failed sign-in. */
      org?: string
    }
  }
}

const COOKIE = 'acme_session'
const SESSION_MS = 7 * 24 * 3_600_000
const SCRYPT_COST = 2 ** 14

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export function createToken(): string {
  return randomBytes(24).toString('base64url')
}

export function hashPassword(password: string): string {
  const salt = randomBytes(16)
  return `scrypt:${salt.toString('base64')}:${scryptSync(password, salt, 32, { N: SCRYPT_COST }).toString('base64')}`
}

export function verifyPassword(password: string, passwordHash: string): boolean {
  const [, salt = '', hash = ''] = passwordHash.split(':')
  const expected = Buffer.from(hash, 'base64')
  const given = scryptSync(password, Buffer.from(salt, 'base64'), 32, { N: SCRYPT_COST })
  return expected.length === given.length && timingSafeEqual(expected, given)
}

/** Starts a session. Stores only the hash of the token, so a leaked database cannot be used to sign in. */
export function startSession(db: Database, member: Member, res: Response): void {
  const token = createToken()
  db.session.insert({ id: sha256(token), org: member.org, memberId: member.id, expiresAt: Date.now() + SESSION_MS })
  res.cookie(COOKIE, token, { httpOnly: true, sameSite: 'lax', path: '/', maxAge: SESSION_MS })
}

export function endSession(db: Database, req: Request, res: Response): void {
  const session = db.session.get(sha256(readSessionCookie(req.headers.cookie) ?? ''))
  if (session) db.session.remove(session)
  res.clearCookie(COOKIE, { httpOnly: true, sameSite: 'lax', path: '/' })
}

/** Ends every session of a member. */
export function endAllSessions(db: Database, member: Member): void {
  for (const session of db.session.list(member.org)) if (session.memberId === member.id) db.session.remove(session)
}

/** Identifies the caller by `Authorization: Bearer sk_…`, or else by the session cookie. */
export function identify(
  db: Database,
  headers: { authorization?: string | undefined; cookie?: string | undefined },
): Identity | null {
  const key = headers.authorization?.match(/^Bearer (sk_\w+)$/i)?.[1]
  if (key) {
    const found = db.apiKey.get(parseApiKeyId(key))
    if (found?.status !== 'active' || found.secretHash !== sha256(key)) return null
    return { type: 'api_key', id: found.id, name: found.name, org: found.org, role: found.role }
  }
  const session = db.session.get(sha256(readSessionCookie(headers.cookie) ?? ''))
  const member = session && session.expiresAt > Date.now() ? db.member.get(session.memberId) : undefined
  return member ? toIdentity(member) : null
}

export function toIdentity(member: Member): Identity {
  return { type: 'user', id: member.id, name: member.name, email: member.email, org: member.org, role: member.role }
}

/** Creates a secret that contains the key's id, so the key can be found by its hash alone. */
export function createApiKeySecret(keyId: string): string {
  return `sk_${randomBytes(4).toString('hex')}_${keyId.slice(4)}_${randomBytes(18).toString('hex')}`
}

function parseApiKeyId(secret: string): string {
  return `key_${secret.split('_')[2] ?? ''}`
}

/** Sets `req.user` to the caller. Anonymous requests pass. */
export function authenticate(db: Database): RequestHandler {
  return (req, _res, next) => {
    const user = identify(db, req.headers)
    if (user) req.user = user
    next()
  }
}

/** Returns the caller, or throws 401. */
export function requireUser(req: Request): Identity {
  if (!req.user) throw new ApiError(401, 'unauthenticated', 'Sign in, or send an API key.')
  return req.user
}

const RANKS: Record<Role, number> = { member: 0, admin: 1, owner: 2 }

/** Returns the caller, or throws 403 if their role is below `role`. */
export function requireRole(req: Request, role: Role): Identity {
  const user = requireUser(req)
  if (RANKS[user.role] < RANKS[role])
    throw new ApiError(403, 'forbidden', `This requires the ${role} role. Your role is ${user.role}.`)
  return user
}

/** Converts a caller to the actor of an event. */
export function toActor({ type, id, name, email }: Identity): Actor {
  return { type, id, name, ...(email && { email }) }
}

const PERMISSIONS: Record<Role, readonly Permission[]> = {
  owner: ['view', 'view:all', 'export', 'admin'],
  admin: ['view', 'view:all', 'export'],
  member: ['view'],
}

/** Converts a caller to a viewer of their organization's activity. */
export function toViewer({ type, id, name, org, role }: Identity): Viewer {
  return { id: type === 'api_key' ? `key:${id}` : id, name, tenants: [org], permissions: PERMISSIONS[role] }
}

function readSessionCookie(header: string | undefined): string | undefined {
  return header?.match(new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`))?.[1]
}
