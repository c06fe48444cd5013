import { existsSync } from 'node:fs'
import { mount, whodid } from '@whodid/express'
import type { Service } from '@whodid/server'
import express, { type Express, type RequestHandler } from 'express'
import type { AppContext } from './app-context.ts'
import { errorHandler, notFound } from './errors.ts'
import { authenticate, toActor } from './identity.ts'
import { apiKeyRoutes } from './routes/api-keys.ts'
import { authRoutes } from './routes/auth.ts'
import { billingRoutes } from './routes/billing.ts'
import { domainRoutes } from './routes/domains.ts'
import { bugReportRoutes, consentRoutes } from './routes/feedback.ts'
import { generationRoutes } from './routes/generations.ts'
import { jobRoutes } from './routes/jobs.ts'
import { accountRoutes, memberRoutes } from './routes/members.ts'
import { notificationRoutes } from './routes/notifications.ts'
import { projectRoutes } from './routes/projects.ts'
import { receiverRoutes, webhookRoutes } from './routes/webhooks.ts'

/** Creates the Express app of Acme Cloud. `client` serves the pages. */
export function createApp(acme: AppContext, service: Service, client: RequestHandler): Express {
  const { db, trail } = acme
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', 'loopback')

  app.use('/receiver', receiverRoutes())
  app.use(authenticate(db))
  app.use(
    whodid(trail, {
      actor: (req) => req.user && toActor(req.user),
      tenant: (req) => req.user?.org ?? req.org,
      channel: (req) => (req.user?.type === 'api_key' ? 'api' : 'ui'),
    }),
  )
  app.use('/activity', mount(service))

  app.use('/api', express.json({ limit: '1mb' }), (req, _res, next) => {
    req.body ??= {}
    next()
  })
  app.use('/api', authRoutes(acme))
  app.use('/api/me', accountRoutes(acme))
  app.use('/api/projects', projectRoutes(acme))
  app.use('/api/members', memberRoutes(acme))
  app.use('/api/api-keys', apiKeyRoutes(acme))
  app.use('/api/billing', billingRoutes(acme))
  app.use('/api/jobs', jobRoutes(acme))
  app.use('/api/generations', generationRoutes(acme))
  app.use('/api/webhooks', webhookRoutes(acme))
  app.use('/api/domains', domainRoutes(acme))
  app.use('/api/notifications', notificationRoutes(acme))
  app.use('/api/consent', consentRoutes(acme))
  app.use('/api/bug-reports', bugReportRoutes(acme))
  app.use('/api', () => {
    throw notFound('route')
  })

  app.use(client)
  app.use(errorHandler)
  return app
}

/** Serves the pages that Vite built into `dist`. Any path that is not a file gets `index.html`. */
export function serveBuiltPages(dist: string): RequestHandler {
  const router = express.Router()
  router.use('/assets', express.static(`${dist}/assets`, { immutable: true, maxAge: '1y', fallthrough: false }))
  router.use(express.static(dist, { index: false }))
  router.get('/*path', page)
  router.get('/', page)

  function page(_req: express.Request, res: express.Response) {
    if (!existsSync(`${dist}/index.html`)) {
      res.status(503).type('text').send('The pages are not built. Start the demo with "pnpm demo".\n')
      return
    }
    res.setHeader(
      'Content-Security-Policy',
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
    )
    res.sendFile(`${dist}/index.html`)
  }
  return router
}
