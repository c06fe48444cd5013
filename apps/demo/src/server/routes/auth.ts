import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { Acme } from '../acme.ts'
import { newRecordId } from '../database.ts'
import {
  endSession,
  endSessionsOf,
  hashPassword,
  identityOf,
  newToken,
  passwordMatches,
  sha256,
  startSession,
  userOf,
} from '../identity.ts'
import { bodyOf, conflict, invalid, Problem } from '../problem.ts'
import type { Member } from '../records.ts'
import { addOrganisation } from '../seed.ts'
import { profileOf } from './members.ts'

const RESET_MS = 30 * 60_000
const PLACEHOLDER_HASH = hashPassword(newToken())

const email = z.email().toLowerCase()
const password = z.string().min(4, 'A password needs at least four characters.').max(200)
const login = z.object({ email: z.string().trim().toLowerCase(), password: z.string() })
const signup = z.object({
  name: z.string().trim().min(1).max(80),
  email,
  password,
  organisation: z.string().trim().min(1).max(80).optional(),
  invitation: z.string().optional(),
})
const resetRequest = z.object({ email })
const reset = z.object({ token: z.string(), password })

/** Signing up, in and out, and forgetting one's password. */
export function authRoutes({ db, trail, audit, mail }: Acme): Router {
  const router = Router()
  const memberByEmail = (address: string) => db.member.all().find((member) => member.email === address)

  const invitationOf = (token: string, address: string) =>
    db.invitation.all().find((one) => one.tokenHash === sha256(token) && one.email === address)

  /** Makes the rest of this request the member's: its event names them, and their organisation. */
  function become(req: Request, member: Member) {
    req.user = identityOf(member)
    trail.annotate({ resource: { type: 'auth', id: member.id, name: member.name } })
  }

  router.post('/login', (req: Request, res: Response) => {
    trail.annotate({ action: 'auth.signin', resource: { type: 'auth', id: null } })
    const credentials = bodyOf(login, req)
    const member = memberByEmail(credentials.email)
    const matches = passwordMatches(credentials.password, member?.passwordHash ?? PLACEHOLDER_HASH)
    if (!member || !matches) {
      if (member) req.org = member.org
      const reason = member ? 'wrong password' : 'no such account'
      trail.annotate({
        resource: { type: 'auth', id: member?.id ?? null, name: credentials.email },
        metadata: { attemptedEmail: credentials.email, reason },
      })
      throw new Problem(401, 'wrong_credentials', 'E-mail or password is wrong.')
    }
    become(req, member)
    trail.annotate({ metadata: { method: 'email_password' } })
    startSession(db, member, res)
    res.json(profileOf(db, member))
  })

  router.post('/logout', (req, res) => {
    const user = userOf(req)
    trail.annotate({ action: 'auth.signout', resource: { type: 'auth', id: user.id, name: user.name } })
    endSession(db, req, res)
    res.status(204).end()
  })

  router.post('/signup', (req: Request, res: Response) => {
    const body = bodyOf(signup, req)
    const refuse = (reason: string) =>
      trail.annotate({ action: 'auth.signup', resource: { type: 'auth', name: body.email }, metadata: { reason } })
    const invitation = body.invitation === undefined ? null : invitationOf(body.invitation, body.email)
    if (invitation === undefined) {
      refuse('the invitation is not valid')
      throw invalid('This invitation has been used or revoked, or is for another e-mail.')
    }
    if (memberByEmail(body.email)) {
      refuse('the e-mail is taken')
      throw conflict('There is an account with this e-mail already.')
    }
    const org = invitation?.org ?? newRecordId('org')
    const role = invitation?.role ?? 'owner'
    const member = audit.quietly(() =>
      db.transaction(() => {
        if (invitation) db.invitation.remove(invitation)
        else addOrganisation(db, { id: org, name: body.organisation ?? `${body.name}'s team`, balance: 5 })
        return db.member.insert({
          id: newRecordId('usr'),
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
    req.user = identityOf(member)
    const { id, name } = member
    audit.record('auth.signup', { resource: { type: 'auth', id, name }, metadata: { invited: invitation !== null } })
    audit.record('membership.joined', { resource: { type: 'membership', id, name }, metadata: { role } })
    startSession(db, member, res)
    res.status(201).json(profileOf(db, member))
  })

  router.post('/password-reset', (req, res) => {
    const { email } = bodyOf(resetRequest, req)
    const member = memberByEmail(email)
    trail.annotate({
      action: 'auth.password_reset_requested',
      resource: { type: 'auth', id: member?.id ?? null, name: member?.name ?? email },
      metadata: { attemptedEmail: email },
    })
    if (member) {
      req.org = member.org
      const token = newToken()
      db.passwordReset.insert({
        id: sha256(token),
        org: member.org,
        memberId: member.id,
        expiresAt: Date.now() + RESET_MS,
      })
      mail(member.email, 'Choose a new password', `/reset?token=${token}`)
    }
    res.status(202).json({ message: 'If there is such an account, a link is on its way.' })
  })

  router.post('/password-reset/confirm', (req: Request, res: Response) => {
    trail.annotate({ action: 'auth.password_reset', resource: { type: 'auth', id: null } })
    const body = bodyOf(reset, req)
    const request = db.passwordReset.get(sha256(body.token))
    const member = request && request.expiresAt > Date.now() ? db.member.get(request.memberId) : undefined
    if (!request || !member) throw invalid('This link has been used or has expired.')
    audit.quietly(() => {
      db.passwordReset.remove(request)
      db.member.update(member, { passwordHash: hashPassword(body.password) })
      endSessionsOf(db, member)
    })
    become(req, member)
    startSession(db, member, res)
    res.json(profileOf(db, member))
  })

  router.get('/me', (req, res) => {
    const user = userOf(req)
    const member = db.member.get(user.id)
    res.json(member ? profileOf(db, member) : { ...user, organisation: db.organisation.get(user.org) })
  })

  /** The same for the pages, to which being signed out is no error. */
  router.get('/session', (req, res) => {
    const member = req.user && db.member.get(req.user.id)
    res.json({ me: member ? profileOf(db, member) : null })
  })

  return router
}
