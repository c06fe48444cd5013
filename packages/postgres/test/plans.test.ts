import type { EventStore, Filter, PageRequest, ReadScope } from '@whodid/core'
import postgres from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../tooling/postgres.ts'
import { pg } from '../src/pg.ts'
import { eventOf } from './fixtures.ts'
import { BIG_TENANT, seedMillion } from './million.ts'

/** A node of a plan, as auto_explain gives it in JSON. */
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

/** A statement of the store with its plan. */
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
const DAY = 86_400_000

describe('plans over a million events', () => {
  let database: TestDatabase
  let pool: postgres.Pool
  let store: EventStore
  let explained: Explained[] = []

  beforeAll(async () => {
    database = await testDatabase()
    await (await pg(database.url)).close()
    await seedMillion(database.url)
    // Each statement of the store, also those within functions, is explained to the connection that it ran on.
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

  const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]
  const rowsOf = (node: PlanNode) =>
    (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']

  /** What the statements that read events did, which must be none of the things that grow with the table. */
  const plansOf = async (work: () => Promise<unknown>, sortedAtMost = page.limit + 1) => {
    explained = []
    await work()
    // The last plan comes when its statement is closed.
    await pool.query('select')
    const plans = explained.filter(({ 'Query Text': text }) => text.includes('whodid.events'))
    expect(plans.length).toBeGreaterThan(0)
    for (const { 'Query Text': text, Plan } of plans) {
      for (const node of nodesOf(Plan)) {
        const isEvents = node['Relation Name']?.startsWith('events') ?? false
        const scanned = isEvents && node['Node Type'] === 'Seq Scan' && rowsOf(node) > 0
        expect(scanned, `${node['Relation Name']} is scanned by ${text}`).toBe(false)
        if (!node['Node Type'].includes('Sort')) continue
        const sorted = (node.Plans ?? []).reduce((sum, below) => sum + rowsOf(below), 0)
        expect(sorted, `${sorted} rows are sorted by ${text}`).toBeLessThanOrEqual(sortedAtMost)
      }
    }
    return plans
  }
  const pageOf =
    (filter: Filter, changes: Partial<PageRequest> = {}) =>
    () =>
      store.list(scope, filter, { ...page, ...changes })

  test('a page without a filter', () => plansOf(pageOf({})))

  test('a page far back, by its cursor', async () => {
    const { items } = await store.list(scope, { to: new Date(Date.now() - 200 * DAY).toISOString() }, page)
    const last = items.at(-1)
    await plansOf(pageOf({}, { after: { id: last?.id ?? '', value: null } }))
    await plansOf(pageOf({}, { after: { id: last?.id ?? '', value: null }, order: 'asc' }))
  })

  test.each<[name: string, filter: Filter]>([
    ['an actor', { actor: ['user7'] }],
    ['an actor who did little', { actor: ['user4321'] }],
    ['an e-mail address', { actor: ['person4000@acme.test'] }],
    ['an action', { action: ['key.deleted'] }],
    ['a category', { category: ['domain'] }],
    ['the history of a resource', { resource: ['invoice/r77'] }],
    ['a project', { project: ['p123'] }],
    ['failures', { status: ['failure'] }],
    ['an actor, a category and a status', { actor: ['user3'], category: ['job'], status: ['failure'] }],
    [
      'a week',
      { from: new Date(Date.now() - 107 * DAY).toISOString(), to: new Date(Date.now() - 100 * DAY).toISOString() },
    ],
    ['what is unread', { inbox: 'unread' }],
  ])('a page of %s, and how many there are', async (_, filter) => {
    await plansOf(pageOf(filter))
    await plansOf(() => store.count(scope, filter, 10_000))
  })

  test('what is unread after most was seen', async () => {
    await store.changeInbox(scope, { to: 'seen', which: { all: true, filter: {} } })
    await store.append(BIG_TENANT, [eventOf(), eventOf()])
    expect((await pageOf({ inbox: 'unread' })()).items).toHaveLength(2)
    await plansOf(pageOf({ inbox: 'unread' }))
  })

  test.each(['report', 'tundra', 'ref-98765', 'zyxwvuts'])('text: %s', async (q) => {
    await plansOf(pageOf({ q }), 10_000)
  })
})
