import type { Change, JsonObject, NewEvent } from '@whodid/core'
import { ACTIONS } from './catalog.ts'
import { SHARES, type Stretch, TENANTS, tenantsOf } from './plan.ts'
import { type Random, randomOf } from './random.ts'
import { FIRST_NAMES, FOREIGN_WORDS, LAST_NAMES, WORDS } from './words.ts'

const AGENTS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:152.0) Gecko/20100101 Firefox/152.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 20_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/20.1 Mobile/15E148 Safari/604.1',
]
const PLANS = ['free', 'pro', 'team', 'enterprise']
const ROLES = ['owner', 'admin', 'member', 'guest']
const STATES = ['draft', 'active', 'paused', 'done']
const PROBLEMS = [
  { status: 403, code: 'forbidden', message: 'The plan does not allow this.' },
  { status: 404, code: 'not_found', message: 'It was deleted meanwhile.' },
  { status: 409, code: 'conflict', message: 'Somebody else changed it first.' },
  { status: 500, code: 'internal', message: 'The upstream answered too late.' },
] as const

/** An event with what a store needs beside it. */
export interface SeededEvent {
  readonly tenantId: string
  readonly seq: number
  readonly receivedAt: number
  readonly event: NewEvent
}

/** The name that the n-th resource has for its whole life. It ends in a number of its own, which a rare search finds. */
export function nameOf(tenant: number, type: string, resource: number): string {
  const random = randomOf(tenant * 7_919 + resource * 104_729 + type.length)
  const word = () => WORDS[random.skewed(WORDS.length)] ?? ''
  const first = random.fraction() < 0.04 ? random.pick(FOREIGN_WORDS) : word()
  return `${first} ${word()} ${type.slice(0, 3)}-${uniqueOf(tenant, resource)}`
}

function uniqueOf(tenant: number, resource: number): string {
  return (((resource * 2_654_435_761 + tenant * 40_503) >>> 0) % 2_176_782_336).toString(36).padStart(6, '0')
}

function actorOf(tenant: number, at: number): NewEvent['actor'] {
  const random = randomOf(tenant * 611_953 + at)
  const kind = random.fraction()
  if (kind < 0.06) return { type: 'api_key', id: `key_${tenant}_${at}`, name: `${random.pick(WORDS)} key` }
  if (kind < 0.1) return { type: 'service', id: `svc_${tenant}_${at}`, name: `${random.pick(WORDS)}-worker` }
  const first = random.pick(FIRST_NAMES)
  const last = random.pick(LAST_NAMES)
  return {
    type: 'user',
    id: `usr_${tenant}_${at}`,
    name: `${first} ${last}`,
    email: `person${at}@${TENANTS[tenant]}.example`,
  }
}

function sizes(tenant: number, rows: number) {
  const share = SHARES[tenant] ?? 0
  return {
    actors: Math.max(20, Math.round(share * 10_000)),
    projects: Math.max(5, Math.round(share * 2_000)),
    resources: Math.max(50, Math.round((share * rows) / 8)),
  }
}

function changesOf(random: Random, name: string): Change[] {
  const changes: Change[] = [{ path: '/state', from: random.pick(STATES), to: random.pick(STATES) }]
  if (random.fraction() < 0.5)
    changes.push({ path: '/name', from: `${random.pick(WORDS)} ${random.pick(WORDS)}`, to: name })
  if (random.fraction() < 0.4) changes.push({ path: '/budget', from: random.below(10_000), to: random.below(10_000) })
  return changes
}

function metadataOf(random: Random, action: string): JsonObject {
  return {
    plan: random.pick(PLANS),
    ...(action === 'service.deployed' && { image: `registry.example/${random.pick(WORDS)}:${random.hex(7)}` }),
    ...(action === 'job.completed' && { seconds: random.below(600) }),
    ...(action === 'document.shared' && { with: random.pick(FIRST_NAMES) }),
    ...(action === 'member.invited' && { role: random.pick(ROLES) }),
    ...(random.fraction() < 0.3 && { ticket: `T-${random.below(100_000)}`, source: 'console' }),
  }
}

function idOf(random: Random, ms: number): string {
  const time = ms.toString(16).padStart(12, '0')
  const bits = random.hex(18)
  const variant = (8 + random.below(4)).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${bits.slice(0, 3)}-${variant}${bits.slice(3, 6)}-${bits.slice(6)}`
}

/** Makes events of a tenant, of a data set of `rows`, one for each time it is given. */
export function eventsOfTenant(random: Random, rows: number) {
  const actors = new Map<string, NewEvent['actor']>()
  const actor = (tenant: number, at: number) => {
    const key = `${tenant} ${at}`
    const made = actors.get(key) ?? actorOf(tenant, at)
    actors.set(key, made)
    return made
  }
  return (tenant: number, ms: number): NewEvent => {
    const size = sizes(tenant, rows)
    const action = ACTIONS[random.skewed(ACTIONS.length)] ?? 'document.updated'
    const type = action.slice(0, action.indexOf('.'))
    const who = actor(tenant, random.skewed(size.actors))
    const at = random.skewed(size.resources)
    const project = at % size.projects
    const name = nameOf(tenant, type, at)
    const failed = random.fraction() < 0.03
    const ui = who.type === 'user' && random.fraction() < 0.7
    return {
      id: idOf(random, ms),
      tenantId: TENANTS[tenant],
      action,
      actor: who,
      resource: { type, id: `${type}_${uniqueOf(tenant, at)}`, name },
      scope:
        type === 'session' || type === 'setting'
          ? {}
          : { project: { id: `prj_${tenant}_${project}`, name: `${WORDS[project % WORDS.length]} ${project}` } },
      ...(action.endsWith('.updated') && { changes: changesOf(random, name) }),
      metadata: metadataOf(random, action),
      ...(failed && { error: random.pick(PROBLEMS) }),
      context: {
        channel: ui ? 'ui' : 'api',
        ip: `203.0.${random.below(114)}.${random.below(256)}`,
        ...(ui && { userAgent: AGENTS[random.skewed(AGENTS.length)] }),
        requestId: `req_${random.hex(16)}`,
        ...(random.fraction() < 0.5 && { traceId: random.hex(32) }),
        method: action.endsWith('.updated') ? 'PATCH' : 'POST',
        route: `/${type}s/:id`,
      },
    }
  }
}

/** The events of a stretch in the order of time, which is that of their places too. */
export function* eventsOf(stretch: Stretch, rows: number): Generator<SeededEvent> {
  const random = randomOf(2_000 + stretch.index)
  const make = eventsOfTenant(random, rows)
  const nextTenant = tenantsOf(stretch.index)
  const seqs = [...stretch.seqs]
  const step = (stretch.to - stretch.from) / stretch.rows
  for (let row = 0; row < stretch.rows; row += 1) {
    const tenant = nextTenant()
    const seq = (seqs[tenant] ?? 0) + 1
    seqs[tenant] = seq
    const ms = Math.floor(stretch.from + step * (row + random.fraction()))
    yield { tenantId: TENANTS[tenant] ?? '', seq, receivedAt: ms + 20 + random.below(2_000), event: make(tenant, ms) }
  }
}
