import { type Request, Router } from 'express'
import { z } from 'zod'
import type { Acme } from '../acme.ts'
import { newRecordId } from '../database.ts'
import { newSecret, requireRole, sha256 } from '../identity.ts'
import { bodyOf, conflict, notFound } from '../problem.ts'
import { type Row, roleSchema } from '../records.ts'

const newKey = z.object({
  name: z.string().trim().min(1, 'A key needs a name.').max(60),
  role: roleSchema.exclude(['owner']).default('admin'),
})
const keyPatch = newKey.pick({ name: true })

function publicKey({ secretHash: _, ...key }: Row<'apiKey'>) {
  return key
}

function prefixOf(secret: string) {
  return secret.slice(0, 7)
}

/** Keys for programs. A secret is shown once; only its hash is kept. */
export function apiKeyRoutes({ db, trail }: Acme): Router {
  const router = Router()

  function keyOf(req: Request<{ id: string }>) {
    const { org } = requireRole(req, 'admin')
    const key = db.apiKey.get(req.params.id)
    if (key?.org !== org) throw notFound('API key')
    trail.annotate({ resource: { type: 'api_key', id: key.id, name: key.name }, metadata: { prefix: key.prefix } })
    return key
  }

  router.get('/', (req, res) => {
    res.json({ items: db.apiKey.list(requireRole(req, 'admin').org).map(publicKey) })
  })

  router.post('/', (req, res) => {
    const { org } = requireRole(req, 'admin')
    const body = bodyOf(newKey, req)
    const id = newRecordId('key')
    const secret = newSecret(id)
    trail.annotate({ metadata: { prefix: prefixOf(secret) } })
    const key = db.apiKey.insert({
      ...body,
      id,
      org,
      prefix: prefixOf(secret),
      status: 'active',
      secretHash: sha256(secret),
      createdAt: new Date().toISOString(),
    })
    res
      .status(201)
      .location(`/api/api-keys/${id}`)
      .json({ ...publicKey(key), secret })
  })

  router.patch('/:id', (req, res) => {
    res.json(publicKey(db.apiKey.update(keyOf(req), bodyOf(keyPatch, req))))
  })

  router.post('/:id/rotate', (req, res) => {
    const key = keyOf(req)
    if (key.status === 'revoked') throw conflict('This key is revoked.')
    const secret = newSecret(key.id)
    trail.annotate({ metadata: { prefix: prefixOf(secret), previousPrefix: key.prefix } })
    const rotated = db.apiKey.update(key, { prefix: prefixOf(secret), secretHash: sha256(secret) })
    res.json({ ...publicKey(rotated), secret })
  })

  router.post('/:id/revoke', (req, res) => {
    const key = keyOf(req)
    if (key.status === 'revoked') throw conflict('This key is revoked already.')
    res.json(publicKey(db.apiKey.update(key, { status: 'revoked' })))
  })

  router.delete('/:id', (req, res) => {
    db.apiKey.remove(keyOf(req))
    res.status(204).end()
  })

  return router
}
