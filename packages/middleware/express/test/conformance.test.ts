import { type AdapterSetup, testAdapter } from '@whodid/testkit'
import express from 'express'
import express4 from 'express4'
import { mount } from '../src/mount.ts'
import { whodid } from '../src/whodid.ts'
import { serveApp } from './serve-app.ts'

const frameworks = [
  ['Express 5', express],
  ['Express 4', express4],
] as const

for (const [name, framework] of frameworks) {
  testAdapter(name, async ({ trail, service, getActor, getTenant, rename }: AdapterSetup) => {
    const app = framework()
    app.use(framework.json())
    app.use(
      whodid(trail, {
        actor: (req) => getActor(req.get('x-user')),
        tenant: (req) => getTenant(req.get('x-user')),
      }),
    )
    app.use('/activity', mount(service))
    app.get('/activity/page', (_req, res) => {
      res.send('page')
    })

    const projects = framework.Router()
    projects.post('/', (req, res) => {
      res.status(201).location('/api/projects/p1').json({ id: 'p1', name: req.body.name })
    })
    projects
      .route('/:id')
      .get((req, res) => {
        res.json({ id: req.params.id })
      })
      .patch((req, res, next) => {
        rename(req.params.id, req.body.name).then((project) => res.json(project), next)
      })
      .delete((_req, res) => {
        res.status(403).json({ error: 'Owners only' })
      })
    projects.post('/:id/archive', (_req, res) => {
      res.status(404).json({ error: 'No such project' })
    })
    projects.post('/:id/publish', () => {
      throw new Error('relation "secrets" does not exist')
    })
    projects.post('/:id/deploy', (_req, _res, next) => {
      setImmediate(() => next(new Error('relation "secrets" does not exist')))
    })
    projects.post('/:id/export', async (_req, res) => {
      for (const part of ['one', 'two', 'three']) {
        res.write(part)
        await new Promise((resolve) => setImmediate(resolve))
      }
      res.end()
    })
    projects.post('/:id/stall', (_req, res) => {
      res.write('one')
    })

    const services = framework.Router()
    services.post('/services', (_req, res) => {
      res.status(201).json({ id: 's1', name: 'web' })
    })
    const orgs = framework.Router({ mergeParams: true })
    orgs.use('/projects/:projectId', services)
    const api = framework.Router()
    api.use('/projects', projects)
    api.use('/orgs/:orgId', orgs)
    app.use('/api', api)
    app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.sendStatus(500)
    })
    return serveApp(app)
  })
}
