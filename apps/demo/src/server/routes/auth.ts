import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { createRecordId } from '../database.ts'
import { ApiError, conflict, invalid } from '../errors.ts'
import {
  createToken,
  endAllSessions,
  endSession,
  hashPassword,
  requireUser,
  sha256,
  startSession,
  toIdentity,
  verifyPassword,
} from '../identity.ts'
import type { Member } from '../records.ts'
import { addOrganization } from '../seed.ts'
import { toProfile } from './members.ts'

const RESET_MS = 30 * 60_000
const PLACEHOLDER_HASH = hashPassword(createToken())

const email = z.email().toLowerCase()
const password = z.string().min(4, 'Use at least 4 characters.').max(200)
const credentialsSchema = z.object({ email: z.string().trim().toLowerCase(), password: z.string() })
const signUpSchema = z.object({
  name: z.string().trim().min(1).max(80),
  email,
  password,
  organization: z.string().trim().min(1).max(80).optional(),
  invitation: z.string().optional(),
})
const resetRequestSchema = z.object({ email })
const resetSchema = z.object({ token: z.string(), password })

/** Sign-up, sign-in, sign-out and password reset. */
export function authRoutes({ db, trail, audit, mail }: AppContext): Router {
  const router = Router()
  const findMemberByEmail = (address: string) => db.member.all().find((member) => member.email === address)

  const findInvitation = (token: string, address: string) =>
    db.invitation.all().find((one) => one.tokenHash === sha256(token) && one.email === address)

  /** Sets the user of this request, so its event names the member and their organization. */
  function setUser(req: Request, member: Member) {
    req.user = toIdentity(member)
    trail.annotate({ resource: { type: 'auth', id: member.id, name: member.name } })
  }

  router.post('/login', (req: Request, res: Response) => {
    trail.annotate({ action: 'auth.signin', resource: { type: 'auth', id: null } })
    const credentials = credentialsSchema.parse(req.body)
    const member = findMemberByEmail(credentials.email)
    const matches = verifyPassword(credentials.password, member?.passwordHash ?? PLACEHOLDER_HASH)
    if (!member || !matches) {
      if (member) req.org = member.org
      const reason = member ? 'wrong password' : 'no such account'
      trail.annotate({
        resource: { type: 'auth', id: member?.id ?? null, name: credentials.email },
        metadata: { attemptedEmail: credentials.email, reason },
      })
      throw new ApiError(401, 'wrong_credentials', 'Wrong email or password.')
    }
    setUser(req, member)
    trail.annotate({ metadata: { method: 'email_password' } })
    startSession(db, member, res)
    res.json(toProfile(db, member))
  })

  router.post('/logout', (req, res) => {
    const user = requireUser(req)
    trail.annotate({ action: 'auth.signout', resource: { type: 'auth', id: user.id, name: user.name } })
    endSession(db, req, res)
    res.status(204).end()
  })

  router.post('/signup', (req: Request, res: Response) => {
    const body = signUpSchema.parse(req.body)
    const annotateRefusal = (reason: string) =>
      trail.annotate({ action: 'auth.signup', resource: { type: 'auth', name: body.email }, metadata: { reason } })
    const invitation = body.invitation === undefined ? null : findInvitation(body.invitation, body.email)
    if (invitation === undefined) {
      annotateRefusal('invalid invitation')
      throw invalid('This invitation was used or revoked, or is for a different email.')
    }
    if (findMemberByEmail(body.email)) {
      annotateRefusal('email already in use')
      throw conflict('An account with this email already exists.')
    }
    const org = invitation?.org ?? createRecordId('org')
    const role = invitation?.role ?? 'owner'
    const member = audit.withoutEvents(() =>
      db.transaction(() => {
        if (invitation) db.invitation.remove(invitation)
        else addOrganization(db, { id: org, name: body.organization ?? `${body.name}'s team`, balance: 5 })
        return db.member.insert({
          id: createRecordId('usr'),
          org,
          name: body.name,
          email: body.email,
          title: '',
          role,
          picture: 'violet',
          joinedAt: new Date().toISOString(),
          passwordHash: hashPassword(body.password),
        })
      }),
    )
    req.user = toIdentity(member)
    const { id, name } = member
    audit.record('auth.signup', { resource: { type: 'auth', id, name }, metadata: { invited: invitation !== null } })
    audit.record('membership.joined', { resource: { type: 'membership', id, name }, metadata: { role } })
    startSession(db, member, res)
    res.status(201).json(toProfile(db, member))
  })

  router.post('/password-reset', (req, res) => {
    const { email } = resetRequestSchema.parse(req.body)
    const member = findMemberByEmail(email)
    trail.annotate({
      action: 'auth.password_reset_requested',
      resource: { type: 'auth', id: member?.id ?? null, name: member?.name ?? email },
      metadata: { attemptedEmail: email },
    })
    if (member) {
      req.org = member.org
      const token = createToken()
      db.passwordReset.insert({
        id: sha256(token),
        org: member.org,
        memberId: member.id,
        expiresAt: Date.now() + RESET_MS,
      })
      mail(member.email, 'Reset your password', `/reset?token=${token}`)
    }
    res.status(202).json({ message: 'If the account exists, we sent a link.' })
  })

  router.post('/password-reset/confirm', (req: Request, res: Response) => {
    trail.annotate({ action: 'auth.password_reset', resource: { type: 'auth', id: null } })
    const body = resetSchema.parse(req.body)
    const request = db.passwordReset.get(sha256(body.token))
    const member = request && request.expiresAt > Date.now() ? db.member.get(request.memberId) : undefined
    if (!request || !member) throw invalid('This link was used or has expired.')
    audit.withoutEvents(() => {
      db.passwordReset.remove(request)
      db.member.update(member, { passwordHash: hashPassword(body.password) })
      endAllSessions(db, member)
    })
    setUser(req, member)
    startSession(db, member, res)
    res.json(toProfile(db, member))
  })

  router.get('/me', (req, res) => {
    const user = requireUser(req)
    const member = db.member.get(user.id)
    res.json(member ? toProfile(db, member) : { ...user, organization: db.organization.get(user.org) })
  })

  /** The same for the pages, without an error when signed out. */
  router.get('/session', (req, res) => {
    const member = req.user && db.member.get(req.user.id)
    res.json({ me: member ? toProfile(db, member) : null })
  })

  return router
}
