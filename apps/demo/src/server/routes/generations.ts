import { type Request, Router } from 'express'
import { z } from 'zod'
import type { AppContext } from '../app-context.ts'
import { MODELS, type Model } from '../credits.ts'
import { createRecordId } from '../database.ts'
import { conflict, notFound } from '../errors.ts'
import { requireRole, requireUser } from '../identity.ts'
import type { Row } from '../records.ts'

const newGeneration = z.object({
  model: z.enum(Object.keys(MODELS) as [Model, ...Model[]]),
  prompt: z.string().trim().min(1, 'Enter a prompt.').max(2_000),
})

/** Generations: requested by people, run by the system, paid for in credits. */
export function generationRoutes({ db, trail, audit, background, credits, notify, webhooks }: AppContext): Router {
  const router = Router()

  function loadGeneration(req: Request<{ id: string }>) {
    const generation = db.generation.get(req.params.id)
    if (generation?.org !== requireUser(req).org) throw notFound('generation')
    trail.annotate({ resource: { type: 'generation', id: generation.id, name: generation.name } })
    return generation
  }

  /** Runs a generation in steps. Each step stops if the generation was canceled. */
  function generate({ id, org, name: model, credits: price, memberId }: Row<'generation'>) {
    background.schedule(org, 1, () => {
      const pending = db.generation.get(id)
      if (pending?.status !== 'pending') return
      audit.record('generation.processing', {}, () => db.generation.update(pending, { status: 'processing' }))
    })
    background.schedule(org, 3, () => {
      const processing = db.generation.get(id)
      if (processing?.status !== 'processing') return
      const failed = model === 'acme/experimental-video'
      if (failed) {
        const reason = 'the model ran out of memory'
        audit.record('generation.failed', { metadata: { reason } }, () =>
          db.generation.update(processing, { status: 'failed' }),
        )
        credits.refund(org, price, model)
      } else {
        audit.record('generation.succeeded', {}, () => db.generation.update(processing, { status: 'succeeded' }))
        credits.charge(org, price, model)
      }
      const outcome = failed ? 'failed' : 'succeeded'
      if (memberId)
        notify({
          org,
          memberId,
          title: `Generation ${outcome}`,
          body: `${model}: ${processing.prompt}`,
          href: '/generations',
        })
      webhooks.publish(org, failed ? 'generation.failed' : 'generation.completed')
    })
  }

  router.get('/', (req, res) => {
    res.json({ items: db.generation.list(requireUser(req).org).toReversed(), models: MODELS })
  })

  router.post('/', (req, res) => {
    trail.annotate({ action: 'generation.pending' })
    const user = requireUser(req)
    const { model, prompt } = newGeneration.parse(req.body)
    trail.annotate({ resource: { type: 'generation', id: null, name: model } })
    const generation = db.transaction(() => {
      credits.reserve(user.org, MODELS[model], model)
      return db.generation.insert({
        id: createRecordId('gen'),
        org: user.org,
        name: model,
        prompt,
        credits: MODELS[model],
        memberId: user.type === 'user' ? user.id : null,
        status: 'pending',
        createdAt: new Date().toISOString(),
      })
    })
    generate(generation)
    res.status(202).location(`/api/generations/${generation.id}`).json(generation)
  })

  router.post('/:id/cancel', (req, res) => {
    trail.annotate({ action: 'generation.canceled' })
    const generation = loadGeneration(req)
    if (generation.status !== 'pending' && generation.status !== 'processing')
      throw conflict('This generation has already ended.')
    const canceled = db.generation.update(generation, { status: 'canceled' })
    credits.refund(generation.org, generation.credits, generation.name)
    res.json(canceled)
  })

  router.delete('/:id', (req, res) => {
    const generation = loadGeneration(req)
    requireRole(req, 'admin')
    if (generation.status === 'pending' || generation.status === 'processing')
      throw conflict('Cancel the generation first.')
    db.generation.remove(generation)
    res.status(204).end()
  })

  return router
}
