import { getIdTime, type NewEvent } from '@whodid/core'
import type { Database } from '../database.ts'
import { createEventLog } from './event-log.ts'
import { MILESTONES } from './milestones.ts'
import { PEOPLE, type Persona, RADIA } from './personas.ts'
import { createRandom } from './random.ts'
import { type ExistingRecords, ROUTINES, type Simulation } from './routines.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SEED = 20_151_210

/**
 * Generates the week before `now`: people work by day and rest on weekends, jobs run at night, and each day has a
 * milestone. The same each time, except for event ids.
 */
export function generateHistory(db: Database, now: number): readonly NewEvent[] {
  const random = createRandom(SEED)
  const log = createEventLog('acme')
  const simulation: Simulation = {
    log,
    random,
    records: loadRecords(db),
    newId: (prefix) => `${prefix}_${Array.from({ length: 10 }, () => random.integer(0, 35).toString(36)).join('')}`,
  }
  const today = now - (now % DAY)

  for (let day = today - 7 * DAY; day <= today; day += DAY) {
    const number = Math.round((day - today) / DAY) + 7
    const weekend = [0, 6].includes(new Date(day).getUTCDay())
    addNightlyBackup(simulation, day + 2 * HOUR)
    MILESTONES[number]?.(simulation, day)
    for (const persona of PEOPLE) {
      if (persona === RADIA && number < 2) continue
      if (weekend && random.next() < 0.75) continue
      addWorkday(simulation, day, persona, weekend ? random.integer(1, 4) : random.integer(9, 20))
    }
  }
  return log.events.filter((event) => getTime(event) < now).sort((a, b) => getTime(a) - getTime(b))
}

/** Adds one person's day. Activity peaks around 11 a.m. and 3 p.m. */
function addWorkday({ log, random, ...simulation }: Simulation, day: number, persona: Persona, actionCount: number) {
  const { id, name } = persona.actor
  const start = day + (8 + random.next()) * HOUR
  const signIn = { route: 'POST /api/login', metadata: { method: 'email_password' } }
  if (random.next() < 0.12) {
    log.add(start - 20_000, persona, 'auth.signin', `auth:${id}:${persona.actor.email}`, {
      route: signIn.route,
      metadata: { attemptedEmail: persona.actor.email ?? '', reason: 'wrong password' },
      status: 'failure',
      error: { status: 401, message: 'Wrong email or password.' },
    })
  }
  log.add(start, persona, 'auth.signin', `auth:${id}:${name}`, signIn)
  for (let index = 0; index < actionCount; index += 1) {
    const peak = random.next() < 0.5 ? 2.6 : 6.6
    const at = start + Math.max(0.05, peak + (random.next() + random.next() - 1) * 2.2) * HOUR
    random.weighted(ROUTINES).run({ log, random, ...simulation }, Math.round(at), persona)
  }
  if (random.next() < 0.5)
    log.add(start + 9.3 * HOUR, persona, 'auth.signout', `auth:${id}:${name}`, { route: 'POST /api/logout' })
}

function addNightlyBackup({ log, random, records }: Simulation, at: number) {
  const backup = records.jobs.find(({ name }) => name === 'Nightly backup') ?? records.jobs[0]
  const resource = `job:${backup.id}:${backup.name}`
  const started = log.addCausedBy(at, null, 'job.started', resource)
  const seconds = random.integer(180, 420)
  log.addCausedBy(at + seconds * 1_000, started, 'job.completed', resource, {
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
    throw new Error("The history needs the demo's initial records. Delete its data folder and start again.")
  return [first, ...rest]
}

function getTime({ id = '' }: NewEvent): number {
  return getIdTime(id)
}
