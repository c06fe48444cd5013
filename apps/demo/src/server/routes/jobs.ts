import { type Request, Router, raw } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { createRecordId } from '../database.ts'
import { conflict, invalid, notFound } from '../errors.ts'
import { requireRole, requireUser } from '../identity.ts'

const newJob = z.object({
  name: z.string().trim().min(1, 'Enter a name.').max(80),
  runner: z.enum(['container', 'flaky', 'legacy']).default('container'),
  schedule: z.enum(['manual', 'hourly', 'nightly']).default('manual'),
})
const jobPatch = newJob.partial()
const DURATION_SECONDS = 3

/** Jobs, which run in the background and finish as the system. */
export function jobRoutes({ db, trail, audit, background, notify }: AppContext): Router {
  const router = Router()

  function loadJob(req: Request<{ id: string }>) {
    const job = db.job.get(req.params.id)
    if (job?.org !== requireUser(req).org) throw notFound('job')
    trail.annotate({ resource: { type: 'job', id: job.id, name: job.name } })
    return job
  }

  router.get('/', (req, res) => {
    res.json({ items: db.job.list(requireUser(req).org) })
  })

  router.post('/', (req, res) => {
    const { org } = requireUser(req)
    const job = db.job.insert({
      ...newJob.parse(req.body),
      id: createRecordId('job'),
      org,
      input: null,
      status: 'idle',
    })
    res.status(201).location(`/api/jobs/${job.id}`).json(job)
  })

  router.get('/:id', (req, res) => {
    res.json(loadJob(req))
  })

  router.patch('/:id', (req, res) => {
    res.json(db.job.update(loadJob(req), jobPatch.parse(req.body)))
  })

  router.delete('/:id', (req, res) => {
    const job = loadJob(req)
    requireRole(req, 'admin')
    db.job.remove(job)
    res.status(204).end()
  })

  router.put('/:id/input', raw({ type: ['text/*', 'application/octet-stream'], limit: '1mb' }), (req, res) => {
    const job = loadJob(req)
    const file = String(req.query.name ?? 'input.csv').slice(0, 100)
    const size = Buffer.isBuffer(req.body) ? req.body.length : 0
    if (size === 0) throw invalid('Send the file as the request body.')
    trail.annotate({ action: 'job.uploaded', metadata: { file, bytes: size } })
    res.json(db.job.update(job, { input: file }))
  })

  router.post('/:id/run', (req, res) => {
    trail.annotate({ action: 'job.started' })
    const job = loadJob(req)
    const user = requireUser(req)
    if (job.status === 'running') throw conflict('This job is already running.')
    if (job.runner === 'legacy') throw new TypeError('The legacy runner crashed: image not found.')
    const started = db.job.update(job, { status: 'running' })
    background.schedule(job.org, 2, () => {
      const running = db.job.get(job.id)
      if (running?.status !== 'running') return
      if (running.runner === 'flaky') {
        const reason = 'exit code 137 (out of memory)'
        audit.record('job.failed', { metadata: { reason, jobId: job.id } }, () =>
          db.job.update(running, { status: 'failed' }),
        )
        if (user.type === 'user')
          notify({ org: job.org, memberId: user.id, title: `${job.name} failed`, body: reason, href: '/jobs' })
      } else {
        audit.record('job.completed', { metadata: { seconds: DURATION_SECONDS, jobId: job.id } }, () =>
          db.job.update(running, { status: 'completed' }),
        )
      }
    })
    res.status(202).json(started)
  })

  router.post('/:id/cancel', (req, res) => {
    const job = loadJob(req)
    if (job.status !== 'running') throw conflict('This job is not running.')
    trail.annotate({ action: 'job.canceled' })
    res.json(db.job.update(job, { status: 'canceled' }))
  })

  return router
}
