import { type NewEvent, timeOfId } from '@whodid/core'
import type { Database } from '../database.ts'
import { createEventLog } from './event-log.ts'
import { MILESTONES } from './milestones.ts'
import { PEOPLE, type Persona, RADIA } from './personas.ts'
import { seededRandom } from './random.ts'
import { type ExistingRecords, ROUTINES, type Simulation } from './routines.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SEED = 20_151_210

/**
 * Makes up the week before `now`: people sign in in the morning, work until the evening and rest at the weekend, jobs
 * run at night, and each day something happens that does not happen every day. The same but for the ids each time.
 */
export function generateHistory(db: Database, now: number): readonly NewEvent[] {
  const random = seededRandom(SEED)
  const script = createEventLog('acme')
  const stage: Simulation = {
    script,
    random,
    props: loadRecords(db),
    newId: (prefix) => `${prefix}_${Array.from({ length: 10 }, () => random.whole(0, 35).toString(36)).join('')}`,
  }
  const today = now - (now % DAY)

  for (let day = today - 7 * DAY; day <= today; day += DAY) {
    const number = Math.round((day - today) / DAY) + 7
    const weekend = [0, 6].includes(new Date(day).getUTCDay())
    addNightlyBackup(stage, day + 2 * HOUR)
    MILESTONES[number]?.(stage, day)
    for (const player of PEOPLE) {
      if (player === RADIA && number < 2) continue
      if (weekend && random.next() < 0.75) continue
      addWorkday(stage, day, player, weekend ? random.whole(1, 4) : random.whole(9, 20))
    }
  }
  return script.events.filter((event) => getTime(event) < now).sort((a, b) => getTime(a) - getTime(b))
}

/** One day of one person. Few work at lunch, most around eleven and three. */
function addWorkday({ script, random, ...stage }: Simulation, day: number, player: Persona, actionCount: number) {
  const { id, name } = player.actor
  const start = day + (8 + random.next()) * HOUR
  const signIn = { route: 'POST /api/login', metadata: { method: 'email_password' } }
  if (random.next() < 0.12) {
    script.add(start - 20_000, player, 'auth.signin', `auth:${id}:${player.actor.email}`, {
      route: signIn.route,
      metadata: { attemptedEmail: player.actor.email ?? '', reason: 'wrong password' },
      status: 'failure',
      error: { status: 401, message: 'E-mail or password is wrong.' },
    })
  }
  script.add(start, player, 'auth.signin', `auth:${id}:${name}`, signIn)
  for (let deed = 0; deed < actionCount; deed += 1) {
    const peak = random.next() < 0.5 ? 2.6 : 6.6
    const at = start + Math.max(0.05, peak + (random.next() + random.next() - 1) * 2.2) * HOUR
    random.weighted(ROUTINES).run({ script, random, ...stage }, Math.round(at), player)
  }
  if (random.next() < 0.5)
    script.add(start + 9.3 * HOUR, player, 'auth.signout', `auth:${id}:${name}`, { route: 'POST /api/logout' })
}

function addNightlyBackup({ script, random, props }: Simulation, at: number) {
  const backup = props.jobs.find(({ name }) => name === 'Nightly backup') ?? props.jobs[0]
  const resource = `job:${backup.id}:${backup.name}`
  const started = script.addCausedBy(at, null, 'job.started', resource)
  const seconds = random.whole(180, 420)
  script.addCausedBy(at + seconds * 1_000, started, 'job.completed', resource, {
    metadata: { seconds, jobId: backup.id },
  })
}

function loadRecords(db: Database): ExistingRecords {
  const names = new Map(db.project.list('acme').map((project) => [project.id, project]))
  const services = db.service.list('acme').flatMap((service) => {
    const project = names.get(service.projectId)
    return project ? [{ ...service, project }] : []
  })
  return {
    projects: requireNonEmpty([...names.values()]),
    services: requireNonEmpty(services),
    jobs: requireNonEmpty(db.job.list('acme')),
  }
}

function requireNonEmpty<T>([first, ...rest]: readonly T[]): readonly [T, ...T[]] {
  if (first === undefined)
    throw new Error('The history needs the records that the demo begins with: empty its data folder.')
  return [first, ...rest]
}

function getTime({ id = '' }: NewEvent): number {
  return timeOfId(id)
}
