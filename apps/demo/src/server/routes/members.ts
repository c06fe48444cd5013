import { type Request, Router } from 'express'
import { z } from 'zod'
import type { Acme } from '../acme.ts'
import { type Database, newRecordId } from '../database.ts'
import { endSessionsOf, newToken, requireRole, sha256, userOf } from '../identity.ts'
import { bodyOf, conflict, notFound, Problem } from '../problem.ts'
import { type Member, roleSchema } from '../records.ts'

const rolePatch = z.object({ role: roleSchema })
const newInvitation = z.object({ email: z.email().toLowerCase(), role: roleSchema.default('member') })
const profilePatch = z.object({
  name: z.string().trim().min(1).max(80).optional(),
  title: z.string().trim().max(80).optional(),
})
const picture = z.object({ picture: z.enum(['violet', 'teal', 'amber', 'rose', 'sky', 'slate']) })

function publicMember({ id, name, email, title, role, picture, joinedAt }: Member) {
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

/** A member as they see themselves: with their organisation. */
export function profileOf(db: Database, member: Member) {
  return { ...publicMember(member), organisation: db.organisation.get(member.org) }
}

/** The people of an organisation, and those who are asked to join. */
export function memberRoutes({ db, trail, mail }: Acme): Router {
  const router = Router()

  function memberOf(req: Request<{ id: string }>) {
    const member = db.member.get(req.params.id)
    if (member?.org !== userOf(req).org) throw notFound('member')
    trail.annotate({ resource: { type: 'membership', id: member.id, name: member.name } })
    return member
  }

  /** Nobody may leave an organisation without an owner. */
  function keepAnOwner(member: Member) {
    const owners = db.member.list(member.org).filter((one) => one.role === 'owner')
    if (owners.length === 1 && owners[0]?.id === member.id) throw conflict('An organisation needs an owner.')
  }

  router.get('/', (req, res) => {
    res.json({ items: db.member.list(userOf(req).org).map(publicMember) })
  })

  router.get('/invitations', (req, res) => {
    const invitations = db.invitation.list(requireRole(req, 'admin').org)
    res.json({ items: invitations.map(({ id, email, role, invitedBy }) => ({ id, email, role, invitedBy })) })
  })

  router.post('/invitations', (req, res) => {
    trail.annotate({ action: 'invitation.sent' })
    const user = requireRole(req, 'admin')
    const body = bodyOf(newInvitation, req)
    trail.annotate({ metadata: { role: body.role } })
    if (db.member.all().some((member) => member.email === body.email)) throw conflict('They have an account already.')
    if (body.role === 'owner') requireRole(req, 'owner')
    const token = newToken()
    const { id, email, role } = db.invitation.insert({
      ...body,
      id: newRecordId('inv'),
      org: user.org,
      tokenHash: sha256(token),
      invitedBy: user.name,
    })
    const link = `/signup?invitation=${token}`
    mail(email, `${user.name} invites you to Acme Cloud`, link)
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
    res.json(publicMember(memberOf(req)))
  })

  router.patch('/:id', (req, res) => {
    trail.annotate({ action: 'membership.role_changed' })
    const member = memberOf(req)
    const { role } = bodyOf(rolePatch, req)
    trail.annotate({ metadata: { role, previousRole: member.role } })
    const user = requireRole(req, role === 'owner' || member.role === 'owner' ? 'owner' : 'admin')
    if (member.id === user.id && user.role !== 'owner')
      throw new Problem(403, 'forbidden', 'Nobody changes their own role.')
    if (role !== 'owner') keepAnOwner(member)
    res.json(publicMember(db.member.update(member, { role })))
  })

  router.delete('/:id', (req, res) => {
    trail.annotate({ action: 'membership.removed' })
    const member = memberOf(req)
    requireRole(req, member.role === 'member' ? 'admin' : 'owner')
    keepAnOwner(member)
    endSessionsOf(db, member)
    db.member.remove(member)
    res.status(204).end()
  })

  return router
}

/** One's own account. */
export function accountRoutes({ db, audit }: Acme): Router {
  const router = Router()

  function selfOf(req: Request) {
    const member = db.member.get(userOf(req).id)
    if (!member) throw new Problem(403, 'forbidden', 'An API key has no profile.')
    return member
  }

  /** Changes the account, which the activity log tells apart from the membership. */
  function change(
    req: Request,
    action: 'account.updated' | 'account.picture_updated',
    patch: z.infer<typeof profilePatch> | z.infer<typeof picture>,
  ) {
    const member = selfOf(req)
    const resource = { type: 'account', id: member.id, name: 'name' in patch && patch.name ? patch.name : member.name }
    audit.annotate({ action, resource }, () => db.member.update(member, patch))
    return profileOf(db, db.member.get(member.id) ?? member)
  }

  router.patch('/', (req, res) => {
    res.json(change(req, 'account.updated', bodyOf(profilePatch, req)))
  })

  router.put('/picture', (req, res) => {
    res.json(change(req, 'account.picture_updated', bodyOf(picture, req)))
  })

  return router
}
