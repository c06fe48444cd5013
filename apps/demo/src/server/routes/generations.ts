import { type Request, Router } from 'express'
import { z } from 'zod'
import type { Acme } from '../acme.ts'
import { MODELS, type Model } from '../credits.ts'
import { newRecordId } from '../database.ts'
import { requireRole, userOf } from '../identity.ts'
import { bodyOf, conflict, notFound } from '../problem.ts'
import type { Row } from '../records.ts'

const newGeneration = z.object({
  model: z.enum(Object.keys(MODELS) as [Model, ...Model[]]),
  prompt: z.string().trim().min(1, 'Say what to generate.').max(2_000),
})

/** Generations: asked for by people, worked on by the system, paid for in credits. */
export function generationRoutes({ db, trail, audit, background, credits, notify, webhooks }: Acme): Router {
  const router = Router()

  function generationOf(req: Request<{ id: string }>) {
    const generation = db.generation.get(req.params.id)
    if (generation?.org !== userOf(req).org) throw notFound('generation')
    trail.annotate({ resource: { type: 'generation', id: generation.id, name: generation.name } })
    return generation
  }

  /** The work itself, a step at a time; each step stops where somebody canceled. */
  function work({ id, org, name: model, credits: price, memberId }: Row<'generation'>) {
    background.after(org, 1, () => {
      const pending = db.generation.get(id)
      if (pending?.status !== 'pending') return
      audit.record('generation.processing', {}, () => db.generation.update(pending, { status: 'processing' }))
    })
    background.after(org, 3, () => {
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
    res.json({ items: db.generation.list(userOf(req).org).toReversed(), models: MODELS })
  })

  router.post('/', (req, res) => {
    trail.annotate({ action: 'generation.pending' })
    const user = userOf(req)
    const { model, prompt } = bodyOf(newGeneration, req)
    trail.annotate({ resource: { type: 'generation', id: null, name: model } })
    const generation = db.transaction(() => {
      credits.reserve(user.org, MODELS[model], model)
      return db.generation.insert({
        id: newRecordId('gen'),
        org: user.org,
        name: model,
        prompt,
        credits: MODELS[model],
        memberId: user.type === 'user' ? user.id : null,
        status: 'pending',
        createdAt: new Date().toISOString(),
      })
    })
    work(generation)
    res.status(202).location(`/api/generations/${generation.id}`).json(generation)
  })

  router.post('/:id/cancel', (req, res) => {
    trail.annotate({ action: 'generation.canceled' })
    const generation = generationOf(req)
    if (generation.status !== 'pending' && generation.status !== 'processing')
      throw conflict('This generation has ended.')
    const canceled = db.generation.update(generation, { status: 'canceled' })
    credits.refund(generation.org, generation.credits, generation.name)
    res.json(canceled)
  })

  router.delete('/:id', (req, res) => {
    const generation = generationOf(req)
    requireRole(req, 'admin')
    if (generation.status === 'pending' || generation.status === 'processing') throw conflict('Cancel it first.')
    db.generation.remove(generation)
    res.status(204).end()
  })

  return router
}
