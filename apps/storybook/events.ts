import type { Actor, NewEvent } from '@whodid/core'

const ada: Actor = { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' }
const grace: Actor = { type: 'user', id: 'u2', name: 'Grace Hopper', email: 'grace@acme.test' }
const linus: Actor = { type: 'user', id: 'u3', name: 'Linus Torvalds', email: 'linus@acme.test' }
const system: Actor = { type: 'system', id: 'system', name: 'System' }
const ci: Actor = { type: 'api_key', id: 'k1', name: 'ci', onBehalfOf: { id: 'u2', name: 'Grace Hopper' } }

const engine = { type: 'project', id: 'p1', name: 'Engine' }
const browser = {
  channel: 'ui' as const,
  ip: '203.0.113.9',
  userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Firefox/140.0',
  requestId: 'req-1',
  method: 'PATCH',
  route: '/api/projects/:id',
}

type EventDraft = Omit<NewEvent, 'occurredAt'>

/** One event of each kind that a component renders, newest last. */
const DRAFTS: readonly EventDraft[] = [
  { action: 'auth.signin', actor: ada, resource: { type: 'user', id: 'u1', name: 'Ada Lovelace' }, context: browser },
  { action: 'project.created', actor: ada, resource: engine, context: browser },
  {
    action: 'dataset.uploaded',
    actor: grace,
    resource: { type: 'dataset', id: 'd1', name: 'Punched cards' },
    scope: { project: { id: 'p1', name: 'Engine' } },
  },
  {
    action: 'job.started',
    actor: ci,
    resource: { type: 'job', id: 'j1', name: 'Train Bernoulli' },
    scope: { project: { id: 'p1', name: 'Engine' } },
    context: { channel: 'api' },
  },
  {
    action: 'job.completed',
    actor: system,
    resource: { type: 'job', id: 'j1', name: 'Train Bernoulli' },
    scope: { project: { id: 'p1', name: 'Engine' } },
    metadata: { minutes: 42 },
  },
  {
    action: 'job.failed',
    actor: system,
    resource: { type: 'job', id: 'j2', name: 'Train Riemann' },
    scope: { project: { id: 'p1', name: 'Engine' } },
    metadata: { exitCode: 137 },
  },
  {
    action: 'job.canceled',
    actor: linus,
    resource: { type: 'job', id: 'j3', name: 'Train Gauss' },
    scope: { project: { id: 'p1', name: 'Engine' } },
  },
  {
    action: 'dataset.exported',
    actor: grace,
    resource: { type: 'dataset', id: 'd1', name: 'Punched cards' },
    metadata: { format: 'Parquet' },
  },
  {
    action: 'project.cloned',
    actor: linus,
    resource: { type: 'project', id: 'p2', name: 'Engine (copy)' },
    metadata: { source: 'Engine' },
  },
  { action: 'project.trashed', actor: linus, resource: { type: 'project', id: 'p2', name: 'Engine (copy)' } },
  { action: 'project.restored', actor: grace, resource: { type: 'project', id: 'p2', name: 'Engine (copy)' } },
  {
    action: 'api_key.created',
    actor: grace,
    resource: { type: 'api_key', id: 'k1', name: 'ci' },
    metadata: { prefix: 'acme_12…' },
  },
  { action: 'membership.joined', actor: linus, resource: { type: 'membership', id: 'm3', name: 'Linus Torvalds' } },
  {
    action: 'membership.role_changed',
    actor: ada,
    resource: { type: 'membership', id: 'm2', name: 'Grace Hopper' },
    metadata: { role: 'owner', formerRole: 'admin' },
    changes: [{ path: '/role', from: 'admin', to: 'owner' }],
    context: browser,
  },
  {
    action: 'billing.charged',
    actor: system,
    resource: { type: 'billing', id: 'b1', name: 'Credits' },
    metadata: { credits: 0.004, model: 'flux-schnell' },
  },
  {
    action: 'auth.signin',
    status: 'failure',
    actor: { type: 'user', id: 'anonymous', name: 'Anonymous' },
    resource: { type: 'user', id: null },
    metadata: { email: 'ada@acme.test', reason: 'wrong password' },
    error: { status: 401, message: 'Wrong email or password.' },
    context: browser,
  },
  {
    action: 'project.deleted',
    status: 'failure',
    actor: linus,
    resource: engine,
    error: { status: 403, message: 'Members cannot delete projects.' },
    context: browser,
  },
  {
    action: 'project.deleted',
    actor: grace,
    resource: { type: 'project', id: 'p2', name: 'Engine (copy)' },
    context: browser,
  },
  {
    action: 'project.updated',
    actor: ada,
    resource: { ...engine, name: 'Difference Engine' },
    changes: [
      { path: '/name', from: 'Engine', to: 'Difference Engine' },
      { path: '/settings/retries', from: 3, to: 5 },
      { path: '/tags/1', to: 'brass' },
      { path: '/owner/phone', from: '+44 20 7946 0000' },
      { path: '/apiToken', from: '[redacted]', to: '[redacted]' },
    ],
    redacted: ['/changes/4/from', '/changes/4/to'],
    metadata: { ticket: 'ENG-1843', approvedBy: ['Charles', 'Mary'] },
    context: browser,
  },
]

const LONG_NAME =
  'The Analytical Engine of the Royal Astronomical Society, with all of its punched cards, mills, stores and a very long name indeed'

/** Names that can break layouts: long, without spaces, right-to-left, emoji, control characters. */
const AWKWARD_DRAFTS: readonly EventDraft[] = [
  {
    action: 'project.created',
    actor: { ...ada, name: 'Augusta Ada King-Noel, Countess of Lovelace, née Byron' },
    resource: { type: 'project', id: 'p1', name: LONG_NAME },
  },
  { action: 'project.created', actor: grace, resource: { type: 'project', id: 'p2', name: 'x'.repeat(180) } },
  {
    action: 'project.created',
    actor: { type: 'user', id: 'u7', name: 'محمد بن موسى الخوارزمي' },
    resource: { type: 'project', id: 'p3', name: 'كتاب الجبر والمقابلة' },
  },
  {
    action: 'project.created',
    actor: { type: 'user', id: 'u8', name: '関孝和' },
    resource: { type: 'project', id: 'p4', name: '発微算法 🧮' },
  },
  { action: 'project.created', actor: linus, resource: { type: 'project', id: 'p5', name: 'invoice\u202Efdp.exe' } },
  {
    action: 'project.created',
    actor: linus,
    resource: { type: 'project', id: 'p6', name: '<img src=x onerror=alert(1)>' },
  },
]

/** Minutes between two events, so that a list spans several days. */
const MINUTES_APART = 190

function withTimes(drafts: readonly EventDraft[], minutesApart = MINUTES_APART) {
  return (now: number): NewEvent[] =>
    drafts.map((draft, index) => ({
      ...draft,
      occurredAt: new Date(now - (drafts.length - index) * minutesApart * 60_000).toISOString(),
    }))
}

/** Creates many events, on about a hundred resources of each type. */
function createCrowd(size: number): EventDraft[] {
  return Array.from({ length: size }, (_, index) => {
    const draft = DRAFTS[index % DRAFTS.length]
    if (!draft) throw new Error('There are no drafts.')
    const number = (index % 97) + 1
    const { type, name = 'Item' } = draft.resource
    return { ...draft, resource: { type, id: `${type}-${number}`, name: `${name} ${number}` } }
  })
}

/** Events of each scenario, newest last. */
export const SCENARIOS = {
  none: () => [],
  one: withTimes(DRAFTS.slice(-1)),
  many: withTimes(DRAFTS),
  awkward: withTimes(AWKWARD_DRAFTS),
  crowd: (now: number) => withTimes(createCrowd(10_000), 3)(now),
} satisfies Record<string, (now: number) => NewEvent[]>

/** Events in a tenant: none, one, one of each kind, awkward names, or ten thousand. */
export type Scenario = keyof typeof SCENARIOS
