import type { AppContext } from './app-context.ts'

/** Fails the work that was running when the previous process stopped, and refunds its credits. */
export function failInterruptedWork({ db, audit, credits }: AppContext): void {
  const reason = 'the server restarted'
  for (const { id: org } of db.organization.all()) {
    audit.runAsSystem(org, () => {
      for (const generation of db.generation.list(org)) {
        if (generation.status !== 'pending' && generation.status !== 'processing') continue
        audit.record('generation.failed', { metadata: { reason } }, () =>
          db.generation.update(generation, { status: 'failed' }),
        )
        credits.refund(org, generation.credits, generation.name)
      }
      for (const job of db.job.list(org)) {
        if (job.status === 'running')
          audit.record('job.failed', { metadata: { reason } }, () => db.job.update(job, { status: 'failed' }))
      }
      for (const domain of db.domain.list(org)) {
        if (domain.status === 'removing') audit.record('domain.domain_removed', {}, () => db.domain.remove(domain))
        if (domain.status === 'created' || domain.status === 'pending') {
          audit.record('domain.domain_failed', { metadata: { reason } }, () =>
            db.domain.update(domain, { status: 'failed' }),
          )
        }
      }
    })
  }
}
