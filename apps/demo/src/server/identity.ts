import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import type { Actor, Permission, Viewer } from '@whodid/core'
import type { Request, RequestHandler, Response } from 'express'
import type { Database } from './database.ts'
import { ApiError } from './errors.ts'
import type { Member, Role } from './records.ts'

/** Whoever makes a request: a member with a session, or a program with an API key. */
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
      /** The organisation that a request without a user turns out to be about, such as that of a failed sign-in. */
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

/** Begins a session. Only the hash of its token is kept, so the data holds nothing that could be replayed. */
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

/** Ends every session of a member, as a new password does. */
export function endAllSessions(db: Database, member: Member): void {
  for (const session of db.session.list(member.org)) if (session.memberId === member.id) db.session.remove(session)
}

/** Says who sent these headers: by `Authorization: Bearer sk_…`, else by the session cookie. */
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

/** A new secret for a key. The key's id is part of it, so that it can be found without keeping the secret. */
export function createApiKeySecret(keyId: string): string {
  return `sk_${randomBytes(4).toString('hex')}_${keyId.slice(4)}_${randomBytes(18).toString('hex')}`
}

function parseApiKeyId(secret: string): string {
  return `key_${secret.split('_')[2] ?? ''}`
}

/** Reads who is asking into `req.user`; `requireUser` turns the others away. */
export function authenticate(db: Database): RequestHandler {
  return (req, _res, next) => {
    const user = identify(db, req.headers)
    if (user) req.user = user
    next()
  }
}

/** Whoever asks, or 401. */
export function requireUser(req: Request): Identity {
  if (!req.user) throw new ApiError(401, 'unauthenticated', 'Sign in first, or send an API key.')
  return req.user
}

const RANK: Record<Role, number> = { member: 0, admin: 1, owner: 2 }

/** Whoever asks, or 403 when their role is below the one needed. */
export function requireRole(req: Request, role: Role): Identity {
  const user = requireUser(req)
  if (RANK[user.role] < RANK[role])
    throw new ApiError(403, 'forbidden', `This needs the role ${role}; yours is ${user.role}.`)
  return user
}

/** The actor of an event that this identity brings about. */
export function toActor({ type, id, name, email }: Identity): Actor {
  return { type, id, name, ...(email && { email }) }
}

const PERMISSIONS: Record<Role, readonly Permission[]> = {
  owner: ['view', 'view:all', 'export', 'admin'],
  admin: ['view', 'view:all', 'export'],
  member: ['view'],
}

/** What this identity may see of the activity of its organisation. */
export function toViewer({ type, id, name, org, role }: Identity): Viewer {
  return { id: type === 'api_key' ? `key:${id}` : id, name, tenants: [org], permissions: PERMISSIONS[role] }
}

function readSessionCookie(header: string | undefined): string | undefined {
  return header?.match(new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`))?.[1]
}
