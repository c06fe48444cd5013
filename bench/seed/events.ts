import type { Change, JsonObject, NewEvent } from '@whodid/core'
import { ACTIONS } from './catalog.ts'
import { createTenantPicker, type Month, SHARES, TENANTS } from './plan.ts'
import { createRandom, type Random } from './random.ts'
import { FIRST_NAMES, FOREIGN_WORDS, LAST_NAMES, WORDS } from './words.ts'

const USER_AGENTS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:152.0) Gecko/20100101 Firefox/152.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 20_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/20.1 Mobile/15E148 Safari/604.1',
]
const PLANS = ['free', 'pro', 'team', 'enterprise']
const ROLES = ['owner', 'admin', 'member', 'guest']
const STATES = ['draft', 'active', 'paused', 'done']
const ERRORS = [
  { status: 403, code: 'forbidden', message: 'The plan does not allow this.' },
  { status: 404, code: 'not_found', message: 'It was deleted meanwhile.' },
  { status: 409, code: 'conflict', message: 'Somebody else changed it first.' },
  { status: 500, code: 'internal', message: 'The upstream answered too late.' },
] as const

/** An event with its place in the ledger. */
interface SeededEvent {
  readonly tenantId: string
  readonly seq: number
  readonly receivedAt: number
  readonly event: NewEvent
}

/** Creates the name of the n-th resource. It ends in a unique suffix, for searches of rare words. */
export function createResourceName(tenant: number, type: string, resource: number): string {
  const random = createRandom(tenant * 7_919 + resource * 104_729 + type.length)
  const word = () => WORDS[random.skewed(WORDS.length)] ?? ''
  const first = random.fraction() < 0.04 ? random.pick(FOREIGN_WORDS) : word()
  return `${first} ${word()} ${type.slice(0, 3)}-${createUniqueSuffix(tenant, resource)}`
}

function createUniqueSuffix(tenant: number, resource: number): string {
  return (((resource * 2_654_435_761 + tenant * 40_503) >>> 0) % 2_176_782_336).toString(36).padStart(6, '0')
}

function createActor(tenant: number, at: number): NewEvent['actor'] {
  const random = createRandom(tenant * 611_953 + at)
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

function getTenantSizes(tenant: number, rows: number) {
  const share = SHARES[tenant] ?? 0
  return {
    actors: Math.max(20, Math.round(share * 10_000)),
    projects: Math.max(5, Math.round(share * 2_000)),
    resources: Math.max(50, Math.round((share * rows) / 8)),
  }
}

function createChanges(random: Random, name: string): Change[] {
  const changes: Change[] = [{ path: '/state', from: random.pick(STATES), to: random.pick(STATES) }]
  if (random.fraction() < 0.5)
    changes.push({ path: '/name', from: `${random.pick(WORDS)} ${random.pick(WORDS)}`, to: name })
  if (random.fraction() < 0.4) changes.push({ path: '/budget', from: random.below(10_000), to: random.below(10_000) })
  return changes
}

function createMetadata(random: Random, action: string): JsonObject {
  return {
    plan: random.pick(PLANS),
    ...(action === 'service.deployed' && { image: `registry.example/${random.pick(WORDS)}:${random.hex(7)}` }),
    ...(action === 'job.completed' && { seconds: random.below(600) }),
    ...(action === 'document.shared' && { with: random.pick(FIRST_NAMES) }),
    ...(action === 'member.invited' && { role: random.pick(ROLES) }),
    ...(random.fraction() < 0.3 && { ticket: `T-${random.below(100_000)}`, source: 'console' }),
  }
}

function createId(random: Random, ms: number): string {
  const time = ms.toString(16).padStart(12, '0')
  const bits = random.hex(18)
  const variant = (8 + random.below(4)).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${bits.slice(0, 3)}-${variant}${bits.slice(3, 6)}-${bits.slice(6)}`
}

/** Creates a function that creates an event of a tenant at a time, for a data set of `rows`. */
export function createEventGenerator(random: Random, rows: number) {
  const actors = new Map<string, NewEvent['actor']>()
  const actor = (tenant: number, at: number) => {
    const key = `${tenant} ${at}`
    const cached = actors.get(key) ?? createActor(tenant, at)
    actors.set(key, cached)
    return cached
  }
  return (tenant: number, ms: number): NewEvent => {
    const size = getTenantSizes(tenant, rows)
    const action = ACTIONS[random.skewed(ACTIONS.length)] ?? 'document.updated'
    const type = action.slice(0, action.indexOf('.'))
    const who = actor(tenant, random.skewed(size.actors))
    const at = random.skewed(size.resources)
    const project = at % size.projects
    const name = createResourceName(tenant, type, at)
    const failed = random.fraction() < 0.03
    const ui = who.type === 'user' && random.fraction() < 0.7
    return {
      id: createId(random, ms),
      tenantId: TENANTS[tenant],
      action,
      actor: who,
      resource: { type, id: `${type}_${createUniqueSuffix(tenant, at)}`, name },
      scope:
        type === 'session' || type === 'setting'
          ? {}
          : { project: { id: `prj_${tenant}_${project}`, name: `${WORDS[project % WORDS.length]} ${project}` } },
      ...(action.endsWith('.updated') && { changes: createChanges(random, name) }),
      metadata: createMetadata(random, action),
      ...(failed && { error: random.pick(ERRORS) }),
      context: {
        channel: ui ? 'ui' : 'api',
        ip: `203.0.${random.below(114)}.${random.below(256)}`,
        ...(ui && { userAgent: USER_AGENTS[random.skewed(USER_AGENTS.length)] }),
        requestId: `req_${random.hex(16)}`,
        ...(random.fraction() < 0.5 && { traceId: random.hex(32) }),
        method: action.endsWith('.updated') ? 'PATCH' : 'POST',
        route: `/${type}s/:id`,
      },
    }
  }
}

/** Generates the events of a month in the order of time and `seq`. */
export function* generateEvents(month: Month, rows: number): Generator<SeededEvent> {
  const random = createRandom(2_000 + month.index)
  const make = createEventGenerator(random, rows)
  const nextTenant = createTenantPicker(month.index)
  const seqs = [...month.lastSeqs]
  const step = (month.to - month.from) / month.rows
  for (let row = 0; row < month.rows; row += 1) {
    const tenant = nextTenant()
    const seq = (seqs[tenant] ?? 0) + 1
    seqs[tenant] = seq
    const ms = Math.floor(month.from + step * (row + random.fraction()))
    yield { tenantId: TENANTS[tenant] ?? '', seq, receivedAt: ms + 20 + random.below(2_000), event: make(tenant, ms) }
  }
}
