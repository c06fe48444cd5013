import { MODELS, type Model } from '../credits.ts'
import { ADA, ADMINS, CI, GRACE, LINUS, type Player } from './cast.ts'
import type { Random } from './random.ts'
import { changed, failure, type Script } from './script.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** What the week is played with: the projects, services and jobs that the console has. */
export interface Props {
  readonly projects: readonly [Thing, ...Thing[]]
  readonly services: readonly [Thing & { readonly project: Thing }, ...(Thing & { readonly project: Thing })[]]
  readonly jobs: readonly [Thing, ...Thing[]]
}

export interface Thing {
  readonly id: string
  readonly name: string
}

export interface Stage {
  readonly script: Script
  readonly random: Random
  readonly props: Props
  /** A new id, the same in each run. */
  newId(prefix: string): string
}

/** Something small that people do many times a week. */
export interface Scene {
  readonly weight: number
  play(stage: Stage, at: number, player: Player): void
}

function project(thing: Thing) {
  return `project:${thing.id}:${thing.name}`
}

function inProject({ id, name }: Thing) {
  return { scope: { project: { id, name } } }
}

function version(random: Random) {
  return `1.${random.whole(4, 9)}.${random.whole(0, 12)}`
}

function isAdmin(player: Player) {
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
  changed('/description', 'The shop.', 'The shop, its search and its mails.'),
  changed('/region', 'us-east', 'eu-central'),
  changed('/description', 'Ledger', 'Ledger and settlement.'),
] as const

function deploy({ script, random, props }: Stage, at: number, player: Player) {
  const service = random.pick(props.services)
  const image = (tag: string) => `registry.acme.test/${service.name}:${tag}`
  const next = image(version(random))
  script.add(at, random.next() < 0.6 ? CI : player, 'service.deployed', `service:${service.id}:${service.name}`, {
    route: 'POST /api/projects/:projectId/services/:id/deploy',
    metadata: { image: next },
    ...inProject(service.project),
    ...changed('/image', image(version(random)), next),
  })
}

function generate({ script, random, newId }: Stage, at: number, player: Player) {
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
      ...changed('/status', 'pending', 'canceled'),
    })
    script.add(at + 4 * SECOND, player, 'credit.refund', 'credit:acme:Credits', { metadata: { credits, model } })
    return
  }
  script.follow(at + 2 * SECOND, asked, 'generation.processing', resource, changed('/status', 'pending', 'processing'))
  const done = at + random.whole(5, 50) * SECOND
  if (outcome < 0.18) {
    script.follow(done, asked, 'generation.failed', resource, {
      metadata: { reason: 'the model ran out of memory' },
      ...changed('/status', 'processing', 'failed'),
    })
    script.follow(done + 10, asked, 'credit.refund', 'credit:acme:Credits', { metadata: { credits, model } })
  } else {
    script.follow(done, asked, 'generation.succeeded', resource, changed('/status', 'processing', 'succeeded'))
    script.follow(done + 10, asked, 'credit.charge', 'credit:acme:Credits', { metadata: { credits, model } })
    script.follow(done + SECOND, asked, 'webhook.delivered', 'webhook:whk_deploys:hooks.acme.test', {
      metadata: { event: 'generation.completed' },
    })
  }
  const title = `Generation ${outcome < 0.18 ? 'failed' : 'succeeded'}`
  const notification = `notification:${newId('ntf')}:${title}`
  script.follow(done + 30, asked, 'notification.received', notification, { metadata: { for: player.actor.name ?? '' } })
  if (random.next() < 0.4)
    script.add(done + 6 * MINUTE, player, 'notification.dismissed', notification, {
      route: 'POST /api/notifications/:id/dismiss',
    })
}

function experiment({ script, random, newId }: Stage, at: number, player: Player) {
  const thing = { id: newId('prj'), name: `Experiment ${random.whole(11, 99)}` }
  const services = ['web', 'worker'].map((name) => `service:${newId('svc')}:${name}`)
  script.add(at, player, 'project.created', project(thing), {
    route: 'POST /api/projects',
    changes: [{ path: '/name', to: thing.name }],
  })
  services.forEach((service, index) => {
    script.add(at + (index + 1) * MINUTE, player, 'service.created', service, {
      route: 'POST /api/projects/:projectId/services',
      ...inProject(thing),
    })
  })
  if (random.next() < 0.5) return
  const admin = isAdmin(player) ? player : GRACE
  script.add(at + 80 * MINUTE, admin, 'project.archived', project(thing), {
    route: 'POST /api/projects/:id/archive',
    ...changed('/status', 'active', 'archived'),
  })
  const deleted = script.add(at + 95 * MINUTE, admin, 'project.deleted', project(thing), {
    route: 'DELETE /api/projects/:id',
  })
  for (const service of services)
    script.follow(at + 95 * MINUTE + 40, deleted, 'service.deleted', service, inProject(thing))
}

function runJob({ script, random, props }: Stage, at: number, player: Player) {
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
  const started = script.add(at, player, 'job.started', resource, { route, ...changed('/status', 'idle', 'running') })
  const end = at + random.whole(20, 400) * SECOND
  const metadata = { jobId: job.id }
  if (random.next() < 0.1) {
    script.add(end, player, 'job.cancelled', resource, {
      route: 'POST /api/jobs/:id/cancel',
      ...changed('/status', 'running', 'cancelled'),
    })
  } else if (job.name === 'Import customers') {
    const reason = 'exit code 137 (out of memory)'
    script.follow(end, started, 'job.failed', resource, {
      metadata: { ...metadata, reason },
      ...changed('/status', 'running', 'failed'),
    })
  } else {
    const seconds = Math.round((end - at) / SECOND)
    script.follow(end, started, 'job.completed', resource, {
      metadata: { ...metadata, seconds },
      ...changed('/status', 'running', 'completed'),
    })
  }
}

function refuse({ script, random, props }: Stage, at: number, player: Player) {
  if (isAdmin(player)) {
    script.add(at, player, 'domain.domain_created', 'domain::', {
      route: 'POST /api/domains',
      ...failure(400, 'name: This is not a host name.'),
    })
    return
  }
  const message = 'This needs the role admin; yours is member.'
  if (random.next() < 0.5)
    script.add(at, player, 'project.deleted', project(random.pick(props.projects)), {
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
export const SCENES: readonly [Scene, ...Scene[]] = [
  { weight: 30, play: deploy },
  { weight: 22, play: generate },
  { weight: 12, play: runJob },
  { weight: 5, play: experiment },
  { weight: 4, play: refuse },
  {
    weight: 12,
    play({ script, random, props }, at, player) {
      const service = random.pick(props.services)
      const resource = `service:${service.id}:${service.name}`
      const replicas = random.whole(1, 4)
      if (random.next() < 0.4)
        script.add(at, player, 'service.restarted', resource, {
          route: 'POST /api/projects/:projectId/services/:id/restart',
          ...inProject(service.project),
        })
      else
        script.add(at, player, 'service.updated', resource, {
          route: 'PATCH /api/projects/:projectId/services/:id',
          ...inProject(service.project),
          ...changed('/replicas', replicas, replicas + random.whole(1, 3)),
        })
    },
  },
  {
    weight: 6,
    play({ script, random, props }, at, player) {
      script.add(at, player, 'project.updated', project(random.pick(props.projects)), {
        route: 'PATCH /api/projects/:id',
        ...random.pick(EDITS),
      })
    },
  },
  {
    weight: 3,
    play({ script, random, props, newId }, at, player) {
      const source = random.pick(props.projects)
      if (random.next() < 0.5)
        script.add(at, player, 'project.exported', project(source), {
          route: 'POST /api/projects/:id/export',
          metadata: { format: 'JSON' },
        })
      else
        script.add(at, player, 'project.cloned', `project:${newId('prj')}:${source.name} copy`, {
          route: 'POST /api/projects/:id/clone',
          metadata: { source: source.name, sourceId: source.id },
        })
    },
  },
  {
    weight: 2,
    play({ script, random, newId }, at, player) {
      const report = `bug_report:${newId('bug')}:${random.pick(BUGS)}`
      script.add(at, player, 'bug_report.submitted', report, { route: 'POST /api/bug-reports' })
      script.add(at + 50 * MINUTE, player === ADA ? GRACE : ADA, 'bug_report.status_changed', report, {
        route: 'PATCH /api/bug-reports/:id',
        metadata: { status: 'investigating', previousStatus: 'open' },
        ...changed('/status', 'open', 'investigating'),
      })
    },
  },
  {
    weight: 2,
    play({ script }, at, player) {
      const { id, name = '' } = player.actor
      if (player === LINUS)
        script.add(at, player, 'account.picture_updated', `account:${id}:${name}`, {
          route: 'PUT /api/me/picture',
          ...changed('/picture', 'amber', 'sky'),
        })
      else
        script.add(at, player, 'account.updated', `account:${id}:${name}`, {
          route: 'PATCH /api/me',
          ...changed('/title', '', 'Engineer'),
        })
    },
  },
]
