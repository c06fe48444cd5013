import type { EventStore, Filter, PageRequest, ReadScope } from '@whodid/core'
import postgres from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../tooling/postgres.ts'
import { pg } from '../src/pg.ts'
import { createEvent } from './fixtures.ts'
import { BIG_TENANT, seedMillion } from './seed-million.ts'

/** A node of a plan in the JSON format of auto_explain. */
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

/** A statement and its plan. */
interface Explained {
  readonly 'Query Text': string
  readonly Plan: PlanNode
}

const scope: ReadScope = {
  tenantId: BIG_TENANT,
  viewerId: 'ada',
  restrict: [{ not: { category: ['audit'] } }],
}
const page: PageRequest = { sort: 'occurredAt', order: 'desc', limit: 50, after: null }
const DAY_MS = 86_400_000

describe('query plans with a million events', () => {
  let database: TestDatabase
  let pool: postgres.Pool
  let store: EventStore
  let explained: Explained[] = []

  beforeAll(async () => {
    database = await createTestDatabase()
    await (await pg(database.url)).close()
    await seedMillion(database.url)
    // auto_explain sends the plan of each statement, including those in functions, to its connection.
    pool = new postgres.Pool({
      connectionString: database.url,
      max: 1,
      options: Object.entries({
        session_preload_libraries: 'auto_explain',
        'auto_explain.log_min_duration': '0',
        'auto_explain.log_analyze': 'on',
        'auto_explain.log_timing': 'off',
        'auto_explain.log_format': 'json',
        'auto_explain.log_nested_statements': 'on',
        client_min_messages: 'log',
        jit: 'off',
      })
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    })
    pool.on('connect', (client) =>
      client.on('notice', ({ message = '' }) => {
        const json = message.indexOf('{')
        if (message.includes('plan:') && json >= 0) explained.push(JSON.parse(message.slice(json)))
      }),
    )
    store = await pg(pool)
  }, 300_000)

  afterAll(async () => {
    await store?.close()
    await pool?.end()
    await database?.[Symbol.asyncDispose]()
  })

  const listNodes = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(listNodes)]
  const countRows = (node: PlanNode) =>
    (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']

  /** Asserts that the statements of `work` scan no partition and sort few rows. */
  const assertPlans = async (work: () => Promise<unknown>, maxSortedRows = page.limit + 1) => {
    explained = []
    await work()
    // The plan of a statement arrives with the next statement.
    await pool.query('select')
    const plans = explained.filter(({ 'Query Text': text }) => text.includes('whodid.events'))
    expect(plans.length).toBeGreaterThan(0)
    for (const { 'Query Text': text, Plan } of plans) {
      for (const node of listNodes(Plan)) {
        const isEvents = node['Relation Name']?.startsWith('events') ?? false
        const scanned = isEvents && node['Node Type'] === 'Seq Scan' && countRows(node) > 0
        expect(scanned, `${node['Relation Name']} is scanned by ${text}`).toBe(false)
        if (!node['Node Type'].includes('Sort')) continue
        const sorted = (node.Plans ?? []).reduce((sum, below) => sum + countRows(below), 0)
        expect(sorted, `${sorted} rows are sorted by ${text}`).toBeLessThanOrEqual(maxSortedRows)
      }
    }
    return plans
  }
  const readPage =
    (filter: Filter, changes: Partial<PageRequest> = {}) =>
    () =>
      store.list(scope, filter, { ...page, ...changes })

  test('a page without a filter', () => assertPlans(readPage({})))

  test('a page far back, by cursor', async () => {
    const { items } = await store.list(scope, { to: new Date(Date.now() - 200 * DAY_MS).toISOString() }, page)
    const last = items.at(-1)
    await assertPlans(readPage({}, { after: { id: last?.id ?? '', value: null } }))
    await assertPlans(readPage({}, { after: { id: last?.id ?? '', value: null }, order: 'asc' }))
  })

  test.each<[name: string, filter: Filter]>([
    ['an actor', { actor: ['user7'] }],
    ['an actor with few events', { actor: ['user4321'] }],
    ['an email address', { actor: ['person4000@acme.test'] }],
    ['an action', { action: ['key.deleted'] }],
    ['a category', { category: ['domain'] }],
    ['the history of a resource', { resource: ['invoice/r77'] }],
    ['a project', { project: ['p123'] }],
    ['failures', { status: ['failure'] }],
    ['an actor, a category and a status', { actor: ['user3'], category: ['job'], status: ['failure'] }],
    [
      'a week',
      {
        from: new Date(Date.now() - 107 * DAY_MS).toISOString(),
        to: new Date(Date.now() - 100 * DAY_MS).toISOString(),
      },
    ],
    ['unread events', { inbox: 'unread' }],
  ])('a page and the count of %s', async (_, filter) => {
    await assertPlans(readPage(filter))
    await assertPlans(() => store.count(scope, filter, 10_000))
  })

  test('unread events after most are seen', async () => {
    await store.changeInbox(scope, { to: 'seen', which: { all: true, filter: {} } })
    await store.append(BIG_TENANT, [createEvent(), createEvent()])
    expect((await readPage({ inbox: 'unread' })()).items).toHaveLength(2)
    await assertPlans(readPage({ inbox: 'unread' }))
  })

  test.each(['report', 'tundra', 'ref-98765', 'zyxwvuts'])('text: %s', async (q) => {
    await assertPlans(readPage({ q }), 10_000)
  })
})
