import { getRequestListener } from '@hono/node-server'
import { type AdapterSetup, type Answer, Refusal } from '@whodid/testkit/adapter'
import compression from 'compression'
import type express from 'express'
import { Hono } from 'hono'
import multer from 'multer'
import { mount } from '../src/mount.ts'
import { whodid } from '../src/whodid.ts'

type Framework = typeof express

/** Creates the app of the conformance suite. `catchAll` is the pattern of any path. */
export function createApp(framework: Framework, catchAll: string, setup: AdapterSetup): express.Express {
  const { trail, service, getActor, getTenant, answers } = setup
  const signedIn = new WeakMap<express.Request, string>()
  const getUser = (req: express.Request) => signedIn.get(req) ?? req.get('x-user')

  const app = framework()
  // With a header set before, Node keeps all headers readable.
  app.disable('x-powered-by')
  app.use(
    whodid(trail, {
      actor: (req) => getActor(getUser(req)),
      tenant: (req) => getTenant(getUser(req)),
    }),
  )
  app.use('/api/projects', createBodyRoutes(framework, setup))
  app.use(framework.json())
  app.use('/activity', mount(service))
  app.get('/activity/page', (_req, res) => {
    res.send('page')
  })

  const services = framework.Router()
  services.post('/services', (_req, res) => {
    res.status(201).json({ id: 's1', name: 'web' })
  })
  const orgs = framework.Router({ mergeParams: true })
  orgs.use('/projects/:projectId', services)
  const api = framework.Router()
  api.use('/projects', createProjectRoutes(framework, setup))
  api.use('/orgs/:orgId', orgs)
  const authenticate: express.RequestHandler = (req, res, next) => {
    const user = /^Bearer (\w+)$/.exec(req.get('authorization') ?? '')?.[1]
    if (user === undefined) {
      res.status(401).json({ error: 'Sign in first' })
      return
    }
    signedIn.set(req, user)
    next()
  }
  api.post('/members', authenticate, (_req, res) => {
    res.status(201).json({ id: 'm1', name: 'Grace' })
  })
  api.post('/tasks', (req, res) => sendAnswer(answers.task, req, res))
  api.delete('/tasks/:id', (_req, res) => {
    res.status(204).end()
  })
  api.post('/notes', (req, res) => sendAnswer(answers.note, req, res))
  app.use('/api', api)

  app.all(catchAll, (_req, res) => {
    res.status(404).json({ error: 'Nothing here' })
  })
  app.use((error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    if (error instanceof Refusal) res.status(418).send(error.answer)
    else res.sendStatus(500)
  })
  return app
}

/** Creates the routes that read their bodies themselves. */
function createBodyRoutes(framework: Framework, { importText, attach }: AdapterSetup): express.Router {
  const projects = framework.Router()
  projects.post('/:id/import', (req, res) => {
    let text = ''
    req.on('data', (chunk) => {
      text += String(chunk)
    })
    req.on('end', () => {
      res.json(importText(req.params.id, text))
    })
  })
  const upload = multer({
    storage: multer.memoryStorage(),
    fileFilter: (_req, file, accept) => {
      attach(file.originalname)
      accept(null, true)
    },
  })
  projects.post('/:id/upload', upload.single('file'), (req, res) => {
    res.json({ id: req.params.id, size: req.file?.size })
  })
  return projects
}

function createProjectRoutes(framework: Framework, setup: AdapterSetup): express.Router {
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
      setup.rename(req.params.id, req.body.name).then((project) => res.json(project), next)
    })
    .delete((_req, res) => {
      res.status(403).json({ error: 'Owners only' })
    })
  projects.post('/:id/archive', (_req, res) => {
    res.status(404).json({ error: 'No such project' })
  })
  projects.post('/:id/publish', (req) => setup.explode(String(req.query.throw)))
  projects.post('/:id/deploy', (req, _res, next) => {
    waitTurn()
      .then(() => setup.explode(String(req.query.throw)))
      .catch(next)
  })
  projects.post('/:id/merge', (req) => setup.refuse(String(req.query.tell)))
  projects.post('/:id/export', async (_req, res) => {
    for (const part of ['one', 'two', 'three']) {
      res.write(part)
      await waitTurn()
    }
    res.end()
  })
  projects.post('/:id/stall', (_req, res) => {
    res.write('one')
  })
  projects.post('/:id/purge', (req, res) => sendAnswer(setup.answers.purged, req, res))
  projects.all('/:id/sync', (req, res) => {
    res.json({ id: req.params.id })
  })
  return projects
}

async function sendAnswer(answer: Answer, req: express.Request, res: express.Response): Promise<void> {
  const { status, headers, json, pieces } = answer
  const sendText = () => {
    res.status(status).set(headers).set('content-type', 'application/json').end(json)
  }
  switch (req.query.as) {
    case 'text':
      sendText()
      break
    case 'head':
      res.writeHead(status, 'Custom', { ...headers, 'content-type': 'application/json' })
      res.end(json)
      break
    case 'pieces': {
      const [first, second, last] = pieces
      res.status(status).set(headers).set('content-type', 'application/json')
      res.write(first)
      await waitTurn()
      res.write(second)
      await waitTurn()
      res.end(last)
      break
    }
    case 'compressed':
      compression({ threshold: 0 })(req, res, sendText)
      break
    case 'foreign': {
      const other = new Hono().all(
        '*',
        () => new Response(json, { status, headers: { ...headers, 'content-type': 'application/json' } }),
      )
      await getRequestListener(other.fetch)(req, res)
      break
    }
    case 'twice':
      sendText()
      res.status(500).end()
      break
    default:
      res.status(status).set(headers).json(JSON.parse(json))
  }
}

function waitTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
