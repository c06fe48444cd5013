import { type Request, Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { createRecordId, type Database } from '../database.ts'
import { ApiError, conflict, notFound } from '../errors.ts'
import { createToken, endAllSessions, requireRole, requireUser, sha256 } from '../identity.ts'
import { type Member, roleSchema } from '../records.ts'

const rolePatch = z.object({ role: roleSchema })
const newInvitation = z.object({ email: z.email().toLowerCase(), role: roleSchema.default('member') })
const profilePatch = z.object({
  name: z.string().trim().min(1).max(80).optional(),
  title: z.string().trim().max(80).optional(),
})
const picture = z.object({ picture: z.enum(['violet', 'teal', 'amber', 'rose', 'sky', 'slate']) })

function toPublicMember({ id, name, email, title, role, picture, joinedAt }: Member) {
  return {
    id,
    name,
    email,
    title,
    role,
    picture,
    joinedAt,
  }
}

/** Converts a member to their own profile, with their organization. */
export function toProfile(db: Database, member: Member) {
  return { ...toPublicMember(member), organization: db.organization.get(member.org) }
}

/** The members of an organization, and invitations. */
export function memberRoutes({ db, trail, mail }: AppContext): Router {
  const router = Router()

  function loadMember(req: Request<{ id: string }>) {
    const member = db.member.get(req.params.id)
    if (member?.org !== requireUser(req).org) throw notFound('member')
    trail.annotate({ resource: { type: 'membership', id: member.id, name: member.name } })
    return member
  }

  /** Throws 409 if the member is the last owner. */
  function assertNotLastOwner(member: Member) {
    const owners = db.member.list(member.org).filter((one) => one.role === 'owner')
    if (owners.length === 1 && owners[0]?.id === member.id) throw conflict('An organization needs at least one owner.')
  }

  router.get('/', (req, res) => {
    res.json({ items: db.member.list(requireUser(req).org).map(toPublicMember) })
  })

  router.get('/invitations', (req, res) => {
    const invitations = db.invitation.list(requireRole(req, 'admin').org)
    res.json({ items: invitations.map(({ id, email, role, invitedBy }) => ({ id, email, role, invitedBy })) })
  })

  router.post('/invitations', (req, res) => {
    trail.annotate({ action: 'invitation.sent' })
    const user = requireRole(req, 'admin')
    const body = newInvitation.parse(req.body)
    trail.annotate({ metadata: { role: body.role } })
    if (db.member.all().some((member) => member.email === body.email))
      throw conflict('An account with this email already exists.')
    if (body.role === 'owner') requireRole(req, 'owner')
    const token = createToken()
    const { id, email, role } = db.invitation.insert({
      ...body,
      id: createRecordId('inv'),
      org: user.org,
      tokenHash: sha256(token),
      invitedBy: user.name,
    })
    const link = `/signup?invitation=${token}`
    mail(email, `${user.name} invited you to Acme Cloud`, link)
    res.status(201).json({ id, email, role, invitedBy: user.name, link })
  })

  router.delete('/invitations/:id', (req, res) => {
    trail.annotate({ action: 'invitation.revoked' })
    const { org } = requireRole(req, 'admin')
    const invitation = db.invitation.get(req.params.id)
    if (invitation?.org !== org) throw notFound('invitation')
    db.invitation.remove(invitation)
    res.status(204).end()
  })

  router.get('/:id', (req, res) => {
    res.json(toPublicMember(loadMember(req)))
  })

  router.patch('/:id', (req, res) => {
    trail.annotate({ action: 'membership.role_changed' })
    const member = loadMember(req)
    const { role } = rolePatch.parse(req.body)
    trail.annotate({ metadata: { role, previousRole: member.role } })
    const user = requireRole(req, role === 'owner' || member.role === 'owner' ? 'owner' : 'admin')
    if (member.id === user.id && user.role !== 'owner')
      throw new ApiError(403, 'forbidden', 'You cannot change your own role.')
    if (role !== 'owner') assertNotLastOwner(member)
    res.json(toPublicMember(db.member.update(member, { role })))
  })

  router.delete('/:id', (req, res) => {
    trail.annotate({ action: 'membership.removed' })
    const member = loadMember(req)
    requireRole(req, member.role === 'member' ? 'admin' : 'owner')
    assertNotLastOwner(member)
    endAllSessions(db, member)
    db.member.remove(member)
    res.status(204).end()
  })

  return router
}

/** The caller's own account. */
export function accountRoutes({ db, audit }: AppContext): Router {
  const router = Router()

  function loadSelf(req: Request) {
    const member = db.member.get(requireUser(req).id)
    if (!member) throw new ApiError(403, 'forbidden', 'API keys do not have a profile.')
    return member
  }

  /** Updates the account. The event is about the account, not the membership. */
  function updateAccount(
    req: Request,
    action: 'account.updated' | 'account.picture_updated',
    patch: z.infer<typeof profilePatch> | z.infer<typeof picture>,
  ) {
    const member = loadSelf(req)
    const resource = { type: 'account', id: member.id, name: 'name' in patch && patch.name ? patch.name : member.name }
    audit.annotate({ action, resource }, () => db.member.update(member, patch))
    return toProfile(db, db.member.get(member.id) ?? member)
  }

  router.patch('/', (req, res) => {
    res.json(updateAccount(req, 'account.updated', profilePatch.parse(req.body)))
  })

  router.put('/picture', (req, res) => {
    res.json(updateAccount(req, 'account.picture_updated', picture.parse(req.body)))
  })

  return router
}
