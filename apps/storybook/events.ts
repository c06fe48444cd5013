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

type Sketch = Omit<NewEvent, 'occurredAt'>

/** One of each shape that a component has to draw, newest last. */
const SKETCHES: readonly Sketch[] = [
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
    action: 'job.cancelled',
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
    error: { status: 401, message: 'Wrong e-mail or password.' },
    context: browser,
  },
  {
    action: 'project.deleted',
    status: 'failure',
    actor: linus,
    resource: engine,
    error: { status: 403, message: 'Members may not delete projects.' },
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

const long =
  'The Analytical Engine of the Royal Astronomical Society, with all of its punched cards, mills, stores and a very long name indeed'

/** Names that break layouts: long, without spaces, right to left, emoji, control characters. */
const AWKWARD: readonly Sketch[] = [
  {
    action: 'project.created',
    actor: { ...ada, name: 'Augusta Ada King-Noel, Countess of Lovelace, née Byron' },
    resource: { type: 'project', id: 'p1', name: long },
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

/** Minutes between two events of a story, so that a list spans several days. */
const MINUTES_APART = 190

function dated(sketches: readonly Sketch[], minutesApart = MINUTES_APART) {
  return (now: number): NewEvent[] =>
    sketches.map((sketch, place) => ({
      ...sketch,
      occurredAt: new Date(now - (sketches.length - place) * minutesApart * 60_000).toISOString(),
    }))
}

/** Many events, over a hundred or so resources of each type. */
function crowd(size: number): Sketch[] {
  return Array.from({ length: size }, (_, place) => {
    const sketch = SKETCHES[place % SKETCHES.length]
    if (!sketch) throw new Error('There are no sketches.')
    const number = (place % 97) + 1
    const { type, name = 'Item' } = sketch.resource
    return { ...sketch, resource: { type, id: `${type}-${number}`, name: `${name} ${number}` } }
  })
}

/** What has happened in a tenant of the stories, newest last. */
export const SCENARIOS = {
  none: () => [],
  one: dated(SKETCHES.slice(-1)),
  many: dated(SKETCHES),
  awkward: dated(AWKWARD),
  crowd: (now: number) => dated(crowd(10_000), 3)(now),
} satisfies Record<string, (now: number) => NewEvent[]>

/** The name of what has happened in a tenant: nothing, one event, one of each shape, awkward names, or ten thousand. */
export type Scenario = keyof typeof SCENARIOS
