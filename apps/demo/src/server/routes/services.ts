import { type Request, Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { createRecordId } from '../database.ts'
import { conflict, notFound } from '../errors.ts'
import { requireUser } from '../identity.ts'

const newService = z.object({
  name: z.string().trim().min(1, 'Enter a name.').max(80),
  kind: z.enum(['web', 'worker', 'cron', 'database']).default('web'),
  image: z.string().trim().min(1).max(200).default('acme/hello:1'),
  replicas: z.number().int().min(0).max(50).default(1),
  environment: z.record(z.string(), z.string().max(4_000)).default({}),
})
const servicePatch = newService.partial()
const deployment = z.object({ image: z.string().trim().min(1).max(200) })

interface Params {
  projectId: string
  id: string
}

/** The services of a project, mounted under `/api/projects/:projectId/services`. */
export function serviceRoutes({ db, trail }: AppContext): Router {
  const router = Router({ mergeParams: true })

  function loadProject(req: Request<{ projectId: string }>) {
    const project = db.project.get(req.params.projectId)
    if (project?.org !== requireUser(req).org) throw notFound('project')
    trail.annotate({ scope: { project: { id: project.id, name: project.name } } })
    return project
  }

  function loadService(req: Request<Params>) {
    const project = loadProject(req)
    const service = db.service.get(req.params.id)
    if (service?.projectId !== project.id) throw notFound('service')
    trail.annotate({ resource: { type: 'service', id: service.id, name: service.name } })
    return service
  }

  router.get<'/', { projectId: string }>('/', (req, res) => {
    const project = loadProject(req)
    res.json({ items: db.service.list(project.org).filter((service) => service.projectId === project.id) })
  })

  router.post<'/', { projectId: string }>('/', (req, res) => {
    const project = loadProject(req)
    if (project.status === 'archived') throw conflict('The project is archived. Restore it first.')
    const service = db.service.insert({
      ...newService.parse(req.body),
      id: createRecordId('svc'),
      org: project.org,
      projectId: project.id,
      status: 'running',
    })
    res.status(201).location(`/api/projects/${project.id}/services/${service.id}`).json(service)
  })

  router
    .route('/:id')
    .get<Params>((req, res) => {
      res.json(loadService(req))
    })
    .patch<Params>((req, res) => {
      res.json(db.service.update(loadService(req), servicePatch.parse(req.body)))
    })
    .delete<Params>((req, res) => {
      db.service.remove(loadService(req))
      res.status(204).end()
    })

  router.post<'/:id/deploy', Params>('/:id/deploy', (req, res) => {
    const service = loadService(req)
    const { image } = deployment.parse(req.body)
    trail.annotate({ action: 'service.deployed', metadata: { image } })
    res.json(db.service.update(service, { image }))
  })

  router.post<'/:id/restart', Params>('/:id/restart', (req, res) => {
    const service = loadService(req)
    if (service.status === 'trashed') throw conflict('The service is in the trash. Restore it first.')
    res.json(service)
  })

  router.post<'/:id/trash', Params>('/:id/trash', (req, res) => {
    res.json(db.service.update(loadService(req), { status: 'trashed' }))
  })

  router.post<'/:id/restore', Params>('/:id/restore', (req, res) => {
    res.json(db.service.update(loadService(req), { status: 'running' }))
  })

  return router
}
