import { MODELS, type Model } from '../credits.ts'
import { type EventLog, failure, toChanges } from './event-log.ts'
import { ADA, ADMINS, CI, GRACE, LINUS, type Persona } from './personas.ts'
import type { Random } from './random.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** The projects, services and jobs in the console. */
export interface ExistingRecords {
  readonly projects: readonly [NamedRecord, ...NamedRecord[]]
  readonly services: readonly [
    NamedRecord & { readonly project: NamedRecord },
    ...(NamedRecord & { readonly project: NamedRecord })[],
  ]
  readonly jobs: readonly [NamedRecord, ...NamedRecord[]]
}

interface NamedRecord {
  readonly id: string
  readonly name: string
}

export interface Simulation {
  readonly log: EventLog
  readonly random: Random
  readonly records: ExistingRecords
  /** Creates an id. Each run creates the same ids. */
  newId(prefix: string): string
}

/** A small task that people do many times a week. */
export interface Routine {
  readonly weight: number
  run(simulation: Simulation, at: number, persona: Persona): void
}

function toProjectRef(thing: NamedRecord) {
  return `project:${thing.id}:${thing.name}`
}

function toProjectScope({ id, name }: NamedRecord) {
  return { scope: { project: { id, name } } }
}

function pickVersion(random: Random) {
  return `1.${random.integer(4, 9)}.${random.integer(0, 12)}`
}

function isAdmin(persona: Persona) {
  return ADMINS.includes(persona)
}

const PROMPTS = [
  'A lighthouse in the fog',
  'Team photo as a woodcut',
  'A city seen from a kite',
  'Icons for the new pricing page',
] as const
const BUGS = [
  'Search loses its filter',
  'The chart is empty on Mondays',
  'Dark mode flickers',
  'Long names overlap',
] as const
const EDITS = [
  toChanges('/description', 'The shop.', 'Shop, search and emails.'),
  toChanges('/region', 'us-east', 'eu-central'),
  toChanges('/description', 'Ledger', 'Ledger and settlement.'),
] as const

function deploy({ log, random, records }: Simulation, at: number, persona: Persona) {
  const service = random.pick(records.services)
  const image = (tag: string) => `registry.acme.test/${service.name}:${tag}`
  const next = image(pickVersion(random))
  log.add(at, random.next() < 0.6 ? CI : persona, 'service.deployed', `service:${service.id}:${service.name}`, {
    route: 'POST /api/projects/:projectId/services/:id/deploy',
    metadata: { image: next },
    ...toProjectScope(service.project),
    ...toChanges('/image', image(pickVersion(random)), next),
  })
}

function generate({ log, random, newId }: Simulation, at: number, persona: Persona) {
  const models = Object.keys(MODELS)
  const model =
    models.find(
      (name): name is Model => name === random.pick(['bfl/flux-schnell', 'bfl/flux-pro', 'bytedance/seedance-1-pro']),
    ) ?? 'bfl/flux-schnell'
  const credits = MODELS[model]
  const outcome = random.next()
  const resource = `generation:${newId('gen')}:${model}`
  const pending = log.add(at, persona, 'generation.pending', resource, {
    route: 'POST /api/generations',
    changes: [
      { path: '/prompt', to: random.pick(PROMPTS) },
      { path: '/status', to: 'pending' },
    ],
  })
  log.add(at + 20, persona, 'credit.reserve', 'credit:acme:Credits', {
    metadata: { credits, model },
    causedBy: pending,
  })
  if (outcome < 0.06) {
    log.add(at + 4 * SECOND, persona, 'generation.canceled', resource, {
      route: 'POST /api/generations/:id/cancel',
      ...toChanges('/status', 'pending', 'canceled'),
    })
    log.add(at + 4 * SECOND, persona, 'credit.refund', 'credit:acme:Credits', { metadata: { credits, model } })
    return
  }
  log.addCausedBy(
    at + 2 * SECOND,
    pending,
    'generation.processing',
    resource,
    toChanges('/status', 'pending', 'processing'),
  )
  const done = at + random.integer(5, 50) * SECOND
  if (outcome < 0.18) {
    log.addCausedBy(done, pending, 'generation.failed', resource, {
      metadata: { reason: 'the model ran out of memory' },
      ...toChanges('/status', 'processing', 'failed'),
    })
    log.addCausedBy(done + 10, pending, 'credit.refund', 'credit:acme:Credits', { metadata: { credits, model } })
  } else {
    log.addCausedBy(done, pending, 'generation.succeeded', resource, toChanges('/status', 'processing', 'succeeded'))
    log.addCausedBy(done + 10, pending, 'credit.charge', 'credit:acme:Credits', { metadata: { credits, model } })
    log.addCausedBy(done + SECOND, pending, 'webhook.delivered', 'webhook:whk_deploys:hooks.acme.test', {
      metadata: { event: 'generation.completed' },
    })
  }
  const title = `Generation ${outcome < 0.18 ? 'failed' : 'succeeded'}`
  const notification = `notification:${newId('ntf')}:${title}`
  log.addCausedBy(done + 30, pending, 'notification.received', notification, {
    metadata: { for: persona.actor.name ?? '' },
  })
  if (random.next() < 0.4)
    log.add(done + 6 * MINUTE, persona, 'notification.dismissed', notification, {
      route: 'POST /api/notifications/:id/dismiss',
    })
}

function tryExperiment({ log, random, newId }: Simulation, at: number, persona: Persona) {
  const thing = { id: newId('prj'), name: `Experiment ${random.integer(11, 99)}` }
  const services = ['web', 'worker'].map((name) => `service:${newId('svc')}:${name}`)
  log.add(at, persona, 'project.created', toProjectRef(thing), {
    route: 'POST /api/projects',
    changes: [{ path: '/name', to: thing.name }],
  })
  services.forEach((service, index) => {
    log.add(at + (index + 1) * MINUTE, persona, 'service.created', service, {
      route: 'POST /api/projects/:projectId/services',
      ...toProjectScope(thing),
    })
  })
  if (random.next() < 0.5) return
  const admin = isAdmin(persona) ? persona : GRACE
  log.add(at + 80 * MINUTE, admin, 'project.archived', toProjectRef(thing), {
    route: 'POST /api/projects/:id/archive',
    ...toChanges('/status', 'active', 'archived'),
  })
  const deleted = log.add(at + 95 * MINUTE, admin, 'project.deleted', toProjectRef(thing), {
    route: 'DELETE /api/projects/:id',
  })
  for (const service of services)
    log.addCausedBy(at + 95 * MINUTE + 40, deleted, 'service.deleted', service, toProjectScope(thing))
}

function runJob({ log, random, records }: Simulation, at: number, persona: Persona) {
  const job = random.pick(records.jobs)
  const resource = `job:${job.id}:${job.name}`
  const route = 'POST /api/jobs/:id/run'
  if (job.name === 'Quarterly report') {
    log.add(at, persona, 'job.started', resource, {
      route,
      ...failure(500, 'The legacy runner crashed: image not found.'),
    })
    return
  }
  const started = log.add(at, persona, 'job.started', resource, { route, ...toChanges('/status', 'idle', 'running') })
  const end = at + random.integer(20, 400) * SECOND
  const metadata = { jobId: job.id }
  if (random.next() < 0.1) {
    log.add(end, persona, 'job.canceled', resource, {
      route: 'POST /api/jobs/:id/cancel',
      ...toChanges('/status', 'running', 'canceled'),
    })
  } else if (job.name === 'Import customers') {
    const reason = 'exit code 137 (out of memory)'
    log.addCausedBy(end, started, 'job.failed', resource, {
      metadata: { ...metadata, reason },
      ...toChanges('/status', 'running', 'failed'),
    })
  } else {
    const seconds = Math.round((end - at) / SECOND)
    log.addCausedBy(end, started, 'job.completed', resource, {
      metadata: { ...metadata, seconds },
      ...toChanges('/status', 'running', 'completed'),
    })
  }
}

function attemptForbiddenAction({ log, random, records }: Simulation, at: number, persona: Persona) {
  if (isAdmin(persona)) {
    log.add(at, persona, 'domain.domain_created', 'domain::', {
      route: 'POST /api/domains',
      ...failure(400, 'name: Invalid hostname.'),
    })
    return
  }
  const message = 'This requires the admin role. Your role is member.'
  if (random.next() < 0.5)
    log.add(at, persona, 'project.deleted', toProjectRef(random.pick(records.projects)), {
      route: 'DELETE /api/projects/:id',
      ...failure(403, message),
    })
  else
    log.add(at, persona, 'invitation.sent', 'invitation::', {
      route: 'POST /api/members/invitations',
      ...failure(403, message),
    })
}

/** Recurring tasks, with their relative frequency. */
export const ROUTINES: readonly [Routine, ...Routine[]] = [
  { weight: 30, run: deploy },
  { weight: 22, run: generate },
  { weight: 12, run: runJob },
  { weight: 5, run: tryExperiment },
  { weight: 4, run: attemptForbiddenAction },
  {
    weight: 12,
    run({ log, random, records }, at, persona) {
      const service = random.pick(records.services)
      const resource = `service:${service.id}:${service.name}`
      const replicas = random.integer(1, 4)
      if (random.next() < 0.4)
        log.add(at, persona, 'service.restarted', resource, {
          route: 'POST /api/projects/:projectId/services/:id/restart',
          ...toProjectScope(service.project),
        })
      else
        log.add(at, persona, 'service.updated', resource, {
          route: 'PATCH /api/projects/:projectId/services/:id',
          ...toProjectScope(service.project),
          ...toChanges('/replicas', replicas, replicas + random.integer(1, 3)),
        })
    },
  },
  {
    weight: 6,
    run({ log, random, records }, at, persona) {
      log.add(at, persona, 'project.updated', toProjectRef(random.pick(records.projects)), {
        route: 'PATCH /api/projects/:id',
        ...random.pick(EDITS),
      })
    },
  },
  {
    weight: 3,
    run({ log, random, records, newId }, at, persona) {
      const source = random.pick(records.projects)
      if (random.next() < 0.5)
        log.add(at, persona, 'project.exported', toProjectRef(source), {
          route: 'POST /api/projects/:id/export',
          metadata: { format: 'JSON' },
        })
      else
        log.add(at, persona, 'project.cloned', `project:${newId('prj')}:${source.name} copy`, {
          route: 'POST /api/projects/:id/clone',
          metadata: { source: source.name, sourceId: source.id },
        })
    },
  },
  {
    weight: 2,
    run({ log, random, newId }, at, persona) {
      const report = `bug_report:${newId('bug')}:${random.pick(BUGS)}`
      log.add(at, persona, 'bug_report.submitted', report, { route: 'POST /api/bug-reports' })
      log.add(at + 50 * MINUTE, persona === ADA ? GRACE : ADA, 'bug_report.status_changed', report, {
        route: 'PATCH /api/bug-reports/:id',
        metadata: { status: 'investigating', previousStatus: 'open' },
        ...toChanges('/status', 'open', 'investigating'),
      })
    },
  },
  {
    weight: 2,
    run({ log }, at, persona) {
      const { id, name = '' } = persona.actor
      if (persona === LINUS)
        log.add(at, persona, 'account.picture_updated', `account:${id}:${name}`, {
          route: 'PUT /api/me/picture',
          ...toChanges('/picture', 'amber', 'sky'),
        })
      else
        log.add(at, persona, 'account.updated', `account:${id}:${name}`, {
          route: 'PATCH /api/me',
          ...toChanges('/title', '', 'Engineer'),
        })
    },
  },
]
