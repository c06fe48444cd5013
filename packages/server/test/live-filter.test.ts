import { defineCatalog, type Filter, type NewEvent } from '@whodid/core'
import { matchesFilter } from '@whodid/core/filter'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { createService, type Service } from '../src/index.ts'
import { createTrpcApi } from './support/api.ts'

const catalog = defineCatalog({
  project: {
    label: 'Project',
    group: 'Resources',
    actions: { archived: { kind: 'update', aliases: ['project.shelved'] } },
  },
  service: { label: 'Service', group: 'Resources' },
  membership: { label: 'Member', group: 'Security' },
})
const ACTORS = [
  { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'Ada@Acme.test' },
  { type: 'user', id: 'ada', name: 'Łukasz "L" 100%', email: 'lukasz@acme.test' },
  { type: 'api_key', id: 'key_1' },
  { type: 'user', id: 'u4', name: '山田 太郎' },
] as const
const RESOURCES = [
  { type: 'project', id: '42', name: 'Engine' },
  { type: 'project', id: 'a/b', name: 'Café Crème' },
  { type: 'service', id: '42', name: '東京タワー 🚀' },
  { type: 'membership', id: 'u1', name: 'شركة النور' },
] as const
const ACTIONS = [
  'project.created',
  'project.archived',
  'project.shelved',
  'service.deleted',
  'membership.role_changed',
  'unknown.done',
] as const
const NOW = Date.now()
const DAY = 86_400_000

const EVENTS: readonly NewEvent[] = Array.from({ length: 48 }, (_, index) => ({
  action: ACTIONS[index % ACTIONS.length] ?? 'project.created',
  actor: ACTORS[(index >> 1) % ACTORS.length] ?? ACTORS[0],
  resource: RESOURCES[(index >> 2) % RESOURCES.length] ?? RESOURCES[0],
  ...(index % 5 === 0 && { status: 'failure' as const }),
  ...(index % 7 === 0 && { severity: 'critical' as const }),
  ...(index % 3 === 0 && { scope: { project: { id: '42', name: 'Engine' } } }),
  context: { channel: index % 2 ? ('api' as const) : ('ui' as const) },
  occurredAt: new Date(NOW - index * DAY).toISOString(),
}))

let service: Service
const viewer = { id: 'viewer', name: 'Viewer', tenants: ['acme'], permissions: ['view', 'view:all'] as const }
const api = createTrpcApi(
  'http://localhost',
  async (input, init) => (await service.fetch(new Request(input, init))) ?? new Response(null, { status: 404 }),
  {},
)

async function list(filter: Filter) {
  return (await api.list({ ...filter, limit: 100 })).items
}

function getIds(events: readonly { readonly id: string }[]) {
  return events.map(({ id }) => id)
}

beforeAll(async () => {
  service = await createService({ catalog, store: openMemoryStore(), authorize: () => viewer, onWarning: () => {} })
  const results = await service.append(EVENTS.map((event) => ({ ...event, tenantId: 'acme' })))
  expect(results.every(({ outcome }) => outcome === 'stored')).toBe(true)
}, 60_000)
afterAll(() => service.close())

function some<T extends string>(...values: readonly T[]) {
  return fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 })
}

const words = fc
  .array(
    fc.constantFrom(
      'engine',
      'ENGINE',
      '"cafe creme"',
      '"creme cafe"',
      '東京',
      '🚀',
      'lukasz',
      '100%',
      '%',
      'النور',
      'ada',
      '"ada lovelace"',
      'acme',
      'created',
      'key_1',
      'project.',
      '"was created"',
      '"\\"l\\""',
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((each) => each.join(' '))
const terms = {
  actor: some('u1', 'ada', 'ADA@acme.test', 'key_1', 'nobody'),
  actorName: some('ada', 'LOVE', 'lukasz', '太郎', '%', 'nobody'),
  action: some(...ACTIONS),
  category: some('project', 'service', 'unknown'),
  group: some('Resources', 'Security', 'Other', 'Nothing'),
  kind: some('create', 'update', 'delete', 'other'),
  resource: some('project/42', 'service/42', 'project/a/b'),
  resourceType: some('project', 'service', 'membership'),
  resourceId: some('42', 'a/b', 'u1'),
  project: some('42', 'a/b'),
  status: some('success', 'failure'),
  channel: some('ui', 'api'),
  severity: some('info', 'critical'),
}
const typed = fc
  .array(
    fc.oneof(
      words,
      words.map(
        (word) =>
          `-${word.split(' ')[0]?.startsWith('"') ? word.slice(0, word.indexOf('"', 1) + 1) : word.split(' ')[0]}`,
      ),
      fc.constantFrom(
        'actor:ada',
        '-actor:ada',
        'actor:=ada',
        'actor:ada@acme.test,太郎',
        'resource:project/42',
        '-resource:service/42',
        'status:failure',
        'kind:create,delete',
        '-action:project.archived',
        'action:project.archived',
        'group:Security',
        '-group:Other',
        'category:project',
        'is:unread',
        'is:archived',
        'project:42',
        'actorName:love',
      ),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join(' '))
  .filter((text) => (text.match(/\bis:/g) ?? []).length < 2 && !text.includes('-"\\'))
const day = fc
  .integer({ min: 0, max: 50 })
  .map((days) => new Date(NOW - days * DAY + DAY / 2).toISOString().slice(0, 10))

function few(each: typeof terms) {
  return fc
    .record(each, { requiredKeys: [] })
    .chain((all) =>
      fc
        .subarray(Object.keys(all), { maxLength: 2 })
        .map((names) => Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))),
    )
}

const filters = fc
  .record({
    terms: few(terms),
    not: fc.option(few(terms), { nil: undefined }),
    notQ: fc.option(words, { nil: undefined }),
    q: fc.option(typed, { nil: undefined }),
    from: fc.option(day, { nil: undefined }),
    to: fc.option(day, { nil: undefined }),
    inbox: fc.option(fc.constantFrom('unread' as const, 'inbox' as const, 'archived' as const), { nil: undefined }),
  })
  .map(
    ({ terms: wanted, not, notQ, ...rest }): Filter =>
      JSON.parse(JSON.stringify({ ...wanted, ...rest, ...((not || notQ) && { not: { ...not, q: notQ } }) })),
  )

test('a live event is shown in exactly the lists where the service returns it', async () => {
  const all = await list({})
  expect(all).toHaveLength(EVENTS.length)
  let matched = 0
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const expected = getIds(await list(filter))
      matched += expected.length > 0 ? 1 : 0
      expect(getIds(all.filter((event) => matchesFilter(filter, event, catalog.json)))).toEqual(expected)
    }),
    { numRuns: 200 },
  )
  expect(matched).toBeGreaterThan(20)
}, 60_000)
