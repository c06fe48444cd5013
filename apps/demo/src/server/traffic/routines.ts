import { MODELS, type Model } from '../credits.ts'
import { type EventLog, failure, toChanges } from './event-log.ts'
import { ADA, ADMINS, CI, GRACE, LINUS, type Persona } from './personas.ts'
import type { Random } from './random.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** What the week is played with: the projects, services and jobs that the console has. */
export interface ExistingRecords {
  readonly projects: readonly [NamedRecord, ...NamedRecord[]]
  readonly services: readonly [
    NamedRecord & { readonly project: NamedRecord },
    ...(NamedRecord & { readonly project: NamedRecord })[],
  ]
  readonly jobs: readonly [NamedRecord, ...NamedRecord[]]
}

export interface NamedRecord {
  readonly id: string
  readonly name: string
}

export interface Simulation {
  readonly script: EventLog
  readonly random: Random
  readonly props: ExistingRecords
  /** A new id, the same in each run. */
  newId(prefix: string): string
}

/** Something small that people do many times a week. */
export interface Routine {
  readonly weight: number
  run(stage: Simulation, at: number, player: Persona): void
}

function toProjectRef(thing: NamedRecord) {
  return `toProjectRef:${thing.id}:${thing.name}`
}

function toProjectScope({ id, name }: NamedRecord) {
  return { scope: { project: { id, name } } }
}

function pickVersion(random: Random) {
  return `1.${random.whole(4, 9)}.${random.whole(0, 12)}`
}

function isAdmin(player: Persona) {
  return ADMINS.includes(player)
}

const PROMPTS = [
  'A lighthouse in the fog',
  'Team photo as a woodcut',
  'A city seen from a kite',
  'Icons for the new pricing page',
] as const
const BUGS = [
  'Search forgets its filter',
  'The chart is empty on Mondays',
  'Dark mode flickers',
  'A long name overlaps',
] as const
const EDITS = [
  toChanges('/description', 'The shop.', 'The shop, its search and its mails.'),
  toChanges('/region', 'us-east', 'eu-central'),
  toChanges('/description', 'Ledger', 'Ledger and settlement.'),
] as const

function deploy({ script, random, props }: Simulation, at: number, player: Persona) {
  const service = random.pick(props.services)
  const image = (tag: string) => `registry.acme.test/${service.name}:${tag}`
  const next = image(pickVersion(random))
  script.add(at, random.next() < 0.6 ? CI : player, 'service.deployed', `service:${service.id}:${service.name}`, {
    route: 'POST /api/projects/:projectId/services/:id/deploy',
    metadata: { image: next },
    ...toProjectScope(service.project),
    ...toChanges('/image', image(pickVersion(random)), next),
  })
}

function generate({ script, random, newId }: Simulation, at: number, player: Persona) {
  const models = Object.keys(MODELS)
  const model =
    models.find(
      (name): name is Model => name === random.pick(['bfl/flux-schnell', 'bfl/flux-pro', 'bytedance/seedance-1-pro']),
    ) ?? 'bfl/flux-schnell'
  const credits = MODELS[model]
  const outcome = random.next()
  const resource = `generation:${newId('gen')}:${model}`
  const asked = script.add(at, player, 'generation.pending', resource, {
    route: 'POST /api/generations',
    changes: [
      { path: '/prompt', to: random.pick(PROMPTS) },
      { path: '/status', to: 'pending' },
    ],
  })
  script.add(at + 20, player, 'credit.reserve', 'credit:acme:Credits', {
    metadata: { credits, model },
    causedBy: asked,
  })
  if (outcome < 0.06) {
    script.add(at + 4 * SECOND, player, 'generation.canceled', resource, {
      route: 'POST /api/generations/:id/cancel',
      ...toChanges('/status', 'pending', 'canceled'),
    })
    script.add(at + 4 * SECOND, player, 'credit.refund', 'credit:acme:Credits', { metadata: { credits, model } })
    return
  }
  script.addCausedBy(
    at + 2 * SECOND,
    asked,
    'generation.processing',
    resource,
    toChanges('/status', 'pending', 'processing'),
  )
  const done = at + random.whole(5, 50) * SECOND
  if (outcome < 0.18) {
    script.addCausedBy(done, asked, 'generation.failed', resource, {
      metadata: { reason: 'the model ran out of memory' },
      ...toChanges('/status', 'processing', 'failed'),
    })
    script.addCausedBy(done + 10, asked, 'credit.refund', 'credit:acme:Credits', { metadata: { credits, model } })
  } else {
    script.addCausedBy(done, asked, 'generation.succeeded', resource, toChanges('/status', 'processing', 'succeeded'))
    script.addCausedBy(done + 10, asked, 'credit.charge', 'credit:acme:Credits', { metadata: { credits, model } })
    script.addCausedBy(done + SECOND, asked, 'webhook.delivered', 'webhook:whk_deploys:hooks.acme.test', {
      metadata: { event: 'generation.completed' },
    })
  }
  const title = `Generation ${outcome < 0.18 ? 'failed' : 'succeeded'}`
  const notification = `notification:${newId('ntf')}:${title}`
  script.addCausedBy(done + 30, asked, 'notification.received', notification, {
    metadata: { for: player.actor.name ?? '' },
  })
  if (random.next() < 0.4)
    script.add(done + 6 * MINUTE, player, 'notification.dismissed', notification, {
      route: 'POST /api/notifications/:id/dismiss',
    })
}

function tryExperiment({ script, random, newId }: Simulation, at: number, player: Persona) {
  const thing = { id: newId('prj'), name: `Experiment ${random.whole(11, 99)}` }
  const services = ['web', 'worker'].map((name) => `service:${newId('svc')}:${name}`)
  script.add(at, player, 'project.created', toProjectRef(thing), {
    route: 'POST /api/projects',
    changes: [{ path: '/name', to: thing.name }],
  })
  services.forEach((service, index) => {
    script.add(at + (index + 1) * MINUTE, player, 'service.created', service, {
      route: 'POST /api/projects/:projectId/services',
      ...toProjectScope(thing),
    })
  })
  if (random.next() < 0.5) return
  const admin = isAdmin(player) ? player : GRACE
  script.add(at + 80 * MINUTE, admin, 'project.archived', toProjectRef(thing), {
    route: 'POST /api/projects/:id/archive',
    ...toChanges('/status', 'active', 'archived'),
  })
  const deleted = script.add(at + 95 * MINUTE, admin, 'project.deleted', toProjectRef(thing), {
    route: 'DELETE /api/projects/:id',
  })
  for (const service of services)
    script.addCausedBy(at + 95 * MINUTE + 40, deleted, 'service.deleted', service, toProjectScope(thing))
}

function runJob({ script, random, props }: Simulation, at: number, player: Persona) {
  const job = random.pick(props.jobs)
  const resource = `job:${job.id}:${job.name}`
  const route = 'POST /api/jobs/:id/run'
  if (job.name === 'Quarterly report') {
    script.add(at, player, 'job.started', resource, {
      route,
      ...failure(500, 'The legacy runner crashed: its image is gone.'),
    })
    return
  }
  const started = script.add(at, player, 'job.started', resource, { route, ...toChanges('/status', 'idle', 'running') })
  const end = at + random.whole(20, 400) * SECOND
  const metadata = { jobId: job.id }
  if (random.next() < 0.1) {
    script.add(end, player, 'job.cancelled', resource, {
      route: 'POST /api/jobs/:id/cancel',
      ...toChanges('/status', 'running', 'cancelled'),
    })
  } else if (job.name === 'Import customers') {
    const reason = 'exit code 137 (out of memory)'
    script.addCausedBy(end, started, 'job.failed', resource, {
      metadata: { ...metadata, reason },
      ...toChanges('/status', 'running', 'failed'),
    })
  } else {
    const seconds = Math.round((end - at) / SECOND)
    script.addCausedBy(end, started, 'job.completed', resource, {
      metadata: { ...metadata, seconds },
      ...toChanges('/status', 'running', 'completed'),
    })
  }
}

function attemptForbiddenAction({ script, random, props }: Simulation, at: number, player: Persona) {
  if (isAdmin(player)) {
    script.add(at, player, 'domain.domain_created', 'domain::', {
      route: 'POST /api/domains',
      ...failure(400, 'name: This is not a host name.'),
    })
    return
  }
  const message = 'This needs the role admin; yours is member.'
  if (random.next() < 0.5)
    script.add(at, player, 'project.deleted', toProjectRef(random.pick(props.projects)), {
      route: 'DELETE /api/projects/:id',
      ...failure(403, message),
    })
  else
    script.add(at, player, 'invitation.sent', 'invitation::', {
      route: 'POST /api/members/invitations',
      ...failure(403, message),
    })
}

/** What happens again and again, and how often next to the rest. */
export const ROUTINES: readonly [Routine, ...Routine[]] = [
  { weight: 30, run: deploy },
  { weight: 22, run: generate },
  { weight: 12, run: runJob },
  { weight: 5, run: tryExperiment },
  { weight: 4, run: attemptForbiddenAction },
  {
    weight: 12,
    run({ script, random, props }, at, player) {
      const service = random.pick(props.services)
      const resource = `service:${service.id}:${service.name}`
      const replicas = random.whole(1, 4)
      if (random.next() < 0.4)
        script.add(at, player, 'service.restarted', resource, {
          route: 'POST /api/projects/:projectId/services/:id/restart',
          ...toProjectScope(service.project),
        })
      else
        script.add(at, player, 'service.updated', resource, {
          route: 'PATCH /api/projects/:projectId/services/:id',
          ...toProjectScope(service.project),
          ...toChanges('/replicas', replicas, replicas + random.whole(1, 3)),
        })
    },
  },
  {
    weight: 6,
    run({ script, random, props }, at, player) {
      script.add(at, player, 'project.updated', toProjectRef(random.pick(props.projects)), {
        route: 'PATCH /api/projects/:id',
        ...random.pick(EDITS),
      })
    },
  },
  {
    weight: 3,
    run({ script, random, props, newId }, at, player) {
      const source = random.pick(props.projects)
      if (random.next() < 0.5)
        script.add(at, player, 'project.exported', toProjectRef(source), {
          route: 'POST /api/projects/:id/export',
          metadata: { format: 'JSON' },
        })
      else
        script.add(at, player, 'project.cloned', `toProjectRef:${newId('prj')}:${source.name} copy`, {
          route: 'POST /api/projects/:id/clone',
          metadata: { source: source.name, sourceId: source.id },
        })
    },
  },
  {
    weight: 2,
    run({ script, random, newId }, at, player) {
      const report = `bug_report:${newId('bug')}:${random.pick(BUGS)}`
      script.add(at, player, 'bug_report.submitted', report, { route: 'POST /api/bug-reports' })
      script.add(at + 50 * MINUTE, player === ADA ? GRACE : ADA, 'bug_report.status_changed', report, {
        route: 'PATCH /api/bug-reports/:id',
        metadata: { status: 'investigating', previousStatus: 'open' },
        ...toChanges('/status', 'open', 'investigating'),
      })
    },
  },
  {
    weight: 2,
    run({ script }, at, player) {
      const { id, name = '' } = player.actor
      if (player === LINUS)
        script.add(at, player, 'account.picture_updated', `account:${id}:${name}`, {
          route: 'PUT /api/me/picture',
          ...toChanges('/picture', 'amber', 'sky'),
        })
      else
        script.add(at, player, 'account.updated', `account:${id}:${name}`, {
          route: 'PATCH /api/me',
          ...toChanges('/title', '', 'Engineer'),
        })
    },
  },
]
