import { type Request, Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { createRecordId } from '../database.ts'
import { conflict, notFound } from '../errors.ts'
import { createApiKeySecret, requireRole, sha256 } from '../identity.ts'
import { type Row, roleSchema } from '../records.ts'

const newKey = z.object({
  name: z.string().trim().min(1, 'Enter a name.').max(60),
  role: roleSchema.exclude(['owner']).default('admin'),
})
const keyPatch = newKey.pick({ name: true })

function omitSecretHash({ secretHash: _, ...key }: Row<'apiKey'>) {
  return key
}

function getPrefix(secret: string) {
  return secret.slice(0, 7)
}

/** API keys for programs. A secret is shown once. Only its hash is stored. */
export function apiKeyRoutes({ db, trail }: AppContext): Router {
  const router = Router()

  function loadKey(req: Request<{ id: string }>) {
    const { org } = requireRole(req, 'admin')
    const key = db.apiKey.get(req.params.id)
    if (key?.org !== org) throw notFound('API key')
    trail.annotate({ resource: { type: 'api_key', id: key.id, name: key.name }, metadata: { prefix: key.prefix } })
    return key
  }

  router.get('/', (req, res) => {
    res.json({ items: db.apiKey.list(requireRole(req, 'admin').org).map(omitSecretHash) })
  })

  router.post('/', (req, res) => {
    const { org } = requireRole(req, 'admin')
    const body = newKey.parse(req.body)
    const id = createRecordId('key')
    const secret = createApiKeySecret(id)
    trail.annotate({ metadata: { prefix: getPrefix(secret) } })
    const key = db.apiKey.insert({
      ...body,
      id,
      org,
      prefix: getPrefix(secret),
      status: 'active',
      secretHash: sha256(secret),
      createdAt: new Date().toISOString(),
    })
    res
      .status(201)
      .location(`/api/api-keys/${id}`)
      .json({ ...omitSecretHash(key), secret })
  })

  router.patch('/:id', (req, res) => {
    res.json(omitSecretHash(db.apiKey.update(loadKey(req), keyPatch.parse(req.body))))
  })

  router.post('/:id/rotate', (req, res) => {
    const key = loadKey(req)
    if (key.status === 'revoked') throw conflict('This key is revoked.')
    const secret = createApiKeySecret(key.id)
    trail.annotate({ metadata: { prefix: getPrefix(secret), previousPrefix: key.prefix } })
    const rotated = db.apiKey.update(key, { prefix: getPrefix(secret), secretHash: sha256(secret) })
    res.json({ ...omitSecretHash(rotated), secret })
  })

  router.post('/:id/revoke', (req, res) => {
    const key = loadKey(req)
    if (key.status === 'revoked') throw conflict('This key is already revoked.')
    res.json(omitSecretHash(db.apiKey.update(key, { status: 'revoked' })))
  })

  router.delete('/:id', (req, res) => {
    db.apiKey.remove(loadKey(req))
    res.status(204).end()
  })

  return router
}
