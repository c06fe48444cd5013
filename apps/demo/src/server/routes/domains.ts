import { Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { createRecordId } from '../database.ts'
import { conflict, notFound } from '../errors.ts'
import { requireRole, requireUser } from '../identity.ts'

const HOST = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/
const newDomain = z.object({ name: z.string().trim().toLowerCase().regex(HOST, 'Invalid hostname.') })

/** Custom domains, verified and removed in the background. Hosts under `.invalid` always fail. */
export function domainRoutes({ db, trail, audit, background }: AppContext): Router {
  const router = Router()

  function verify(id: string, org: string) {
    background.schedule(org, 1, () => {
      const domain = db.domain.get(id)
      if (domain?.status !== 'created') return
      audit.record('domain.domain_pending', {}, () => db.domain.update(domain, { status: 'pending' }))
    })
    background.schedule(org, 3, () => {
      const domain = db.domain.get(id)
      if (domain?.status !== 'pending') return
      if (domain.name.endsWith('.invalid')) {
        const reason = 'no CNAME record found'
        audit.record('domain.domain_failed', { metadata: { reason } }, () =>
          db.domain.update(domain, { status: 'failed' }),
        )
      } else {
        audit.record('domain.domain_activated', {}, () => db.domain.update(domain, { status: 'active' }))
      }
    })
  }

  router.get('/', (req, res) => {
    res.json({ items: db.domain.list(requireUser(req).org) })
  })

  router.post('/', (req, res) => {
    trail.annotate({ action: 'domain.domain_created' })
    const { org } = requireRole(req, 'admin')
    const { name } = newDomain.parse(req.body)
    if (db.domain.all().some((domain) => domain.name === name)) throw conflict('This domain is already in use.')
    const domain = db.domain.insert({ id: createRecordId('dom'), org, name, status: 'created' })
    verify(domain.id, org)
    res.status(201).location(`/api/domains/${domain.id}`).json(domain)
  })

  router.delete('/:id', (req, res) => {
    trail.annotate({ action: 'domain.domain_removing' })
    const { org } = requireRole(req, 'admin')
    const domain = db.domain.get(req.params.id)
    if (domain?.org !== org) throw notFound('domain')
    if (domain.status === 'removing') throw conflict('This domain is already being removed.')
    const removing = db.domain.update(domain, { status: 'removing' })
    background.schedule(org, 2, () => {
      audit.record('domain.domain_removed', {}, () => db.domain.remove(removing))
    })
    res.status(202).json(removing)
  })

  return router
}
