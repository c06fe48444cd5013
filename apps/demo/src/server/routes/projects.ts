import { type Request, Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { toProjectScope } from '../audit.ts'
import { createRecordId } from '../database.ts'
import { conflict, notFound } from '../errors.ts'
import { requireRole, requireUser } from '../identity.ts'
import { serviceRoutes } from './services.ts'

const REGIONS = ['eu-central', 'eu-west', 'us-east', 'ap-south'] as const

const newProject = z.object({
  name: z.string().trim().min(1, 'Enter a name.').max(80),
  description: z.string().trim().max(500).default(''),
  region: z.enum(REGIONS).default('eu-central'),
})
const projectPatch = newProject.partial()

export function projectRoutes(acme: AppContext): Router {
  const { db, trail, audit } = acme
  const router = Router()

  /** Loads the project in the path and makes it the resource of the request's event. */
  function loadProject(req: Request<{ id: string }>) {
    const project = db.project.get(req.params.id)
    if (project?.org !== requireUser(req).org) throw notFound('project')
    trail.annotate({ resource: { type: 'project', id: project.id, name: project.name } })
    return project
  }

  router.get('/', (req, res) => {
    res.json({ items: db.project.list(requireUser(req).org) })
  })

  router.post('/', (req, res) => {
    const { org } = requireUser(req)
    const project = db.project.insert({
      ...newProject.parse(req.body),
      id: createRecordId('prj'),
      org,
      status: 'active',
      createdAt: new Date().toISOString(),
    })
    res.status(201).location(`/api/projects/${project.id}`).json(project)
  })

  router.get('/:id', (req, res) => {
    res.json(loadProject(req))
  })

  router.put('/:id', (req, res) => {
    res.json(db.project.update(loadProject(req), newProject.parse(req.body)))
  })

  router.patch('/:id', (req, res) => {
    res.json(db.project.update(loadProject(req), projectPatch.parse(req.body)))
  })

  router.post('/:id/archive', (req, res) => {
    const project = loadProject(req)
    if (project.status === 'archived') throw conflict('This project is already archived.')
    res.json(db.project.update(project, { status: 'archived' }))
  })

  router.post('/:id/restore', (req, res) => {
    const project = loadProject(req)
    if (project.status === 'active') throw conflict('This project is not archived.')
    res.json(db.project.update(project, { status: 'active' }))
  })

  router.post('/:id/clone', (req, res) => {
    const source = db.project.get(req.params.id)
    if (source?.org !== requireUser(req).org) throw notFound('project')
    const copy = {
      ...source,
      id: createRecordId('prj'),
      name: `${source.name} copy`,
      createdAt: new Date().toISOString(),
    }
    db.transaction(() => {
      const metadata = { source: source.name, sourceId: source.id }
      audit.record('project.cloned', { metadata }, () => db.project.insert(copy))
      for (const service of listServices(source)) {
        audit.record('service.created', { scope: toProjectScope(copy) }, () => {
          db.service.insert({ ...service, id: createRecordId('svc'), projectId: copy.id })
        })
      }
    })
    res.status(201).location(`/api/projects/${copy.id}`).json(copy)
  })

  router.post('/:id/export', (req, res) => {
    const project = loadProject(req)
    trail.annotate({ action: 'project.exported', metadata: { format: 'JSON' } })
    res.attachment(`${project.id}.json`).json({ ...project, services: listServices(project) })
  })

  router.delete('/:id', (req, res) => {
    const project = loadProject(req)
    requireRole(req, 'admin')
    db.transaction(() => {
      db.project.remove(project)
      audit.runAsSystem(project.org, () => {
        for (const service of listServices(project)) {
          audit.record('service.deleted', { scope: toProjectScope(project) }, () => db.service.remove(service))
        }
      })
    })
    res.status(204).end()
  })

  const listServices = (project: { id: string; org: string }) =>
    db.service.list(project.org).filter((service) => service.projectId === project.id)

  router.use('/:projectId/services', serviceRoutes(acme))
  return router
}
