import { Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { createRecordId } from '../database.ts'
import { notFound } from '../errors.ts'
import { requireRole, requireUser } from '../identity.ts'

const choices = z.object({
  analytics: z.boolean(),
  marketing: z.boolean(),
  via: z.enum(['banner', 'settings']).default('banner'),
})
const newReport = z.object({
  title: z.string().trim().min(1, 'Enter a title.').max(120),
  body: z.string().trim().max(4_000).default(''),
})
const reportPatch = z.object({ status: z.enum(['open', 'investigating', 'resolved']) })

/** Cookie consent, from the banner or the settings page. */
export function consentRoutes({ db, trail }: AppContext): Router {
  const router = Router()

  router.get('/', (req, res) => {
    res.json(db.consent.get(requireUser(req).id) ?? null)
  })

  function saveConsent(
    { id, org }: { id: string; org: string },
    choice: { analytics: boolean; marketing: boolean },
    name: 'accepted' | 'rejected' | 'partial' | 'withdrawn',
  ) {
    const existing = db.consent.get(id)
    return existing
      ? db.consent.update(existing, { ...choice, choice: name })
      : db.consent.insert({ id, org, ...choice, choice: name })
  }

  router.put('/', (req, res) => {
    const user = requireUser(req)
    const { via, ...choice } = choices.parse(req.body)
    const accepted = Object.entries(choice).flatMap(([category, yes]) => (yes ? [category] : []))
    const name = accepted.length === 2 ? 'accepted' : accepted.length === 0 ? 'rejected' : 'partial'
    trail.annotate({ action: `consent.${name}`, metadata: { via, categories: accepted } })
    res.json(saveConsent(user, choice, name))
  })

  router.delete('/', (req, res) => {
    trail.annotate({ action: 'consent.withdrawn', metadata: { via: 'settings' } })
    saveConsent(requireUser(req), { analytics: false, marketing: false }, 'withdrawn')
    res.status(204).end()
  })

  return router
}

export function bugReportRoutes({ db, trail, notify }: AppContext): Router {
  const router = Router()

  router.get('/', (req, res) => {
    res.json({ items: db.bugReport.list(requireUser(req).org).toReversed() })
  })

  router.post('/', (req, res) => {
    trail.annotate({ action: 'bug_report.submitted' })
    const user = requireUser(req)
    const report = db.bugReport.insert({
      ...newReport.parse(req.body),
      id: createRecordId('bug'),
      org: user.org,
      reporter: user.id,
      status: 'open',
      createdAt: new Date().toISOString(),
    })
    res.status(201).json(report)
  })

  router.patch('/:id', (req, res) => {
    trail.annotate({ action: 'bug_report.status_changed' })
    const user = requireRole(req, 'admin')
    const report = db.bugReport.get(req.params.id)
    if (report?.org !== user.org) throw notFound('bug report')
    const { status } = reportPatch.parse(req.body)
    trail.annotate({ metadata: { status, previousStatus: report.status } })
    if (report.reporter !== user.id) {
      notify({
        org: user.org,
        memberId: report.reporter,
        title: `Your report is ${status}`,
        body: report.title,
        href: '/settings',
      })
    }
    res.json(db.bugReport.update(report, { status }))
  })

  return router
}
