import type { StoredEvent } from '@whodid/core'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../tooling/postgres.ts'
import { followRest, followTrpc } from './processes/follower.ts'
import { expectLedger, query } from './processes/ledger.ts'
import { type ServiceProcess, startServiceProcess } from './processes/service-process.ts'
import { TENANTS } from './processes/tenants.ts'
import { Acknowledged, write, writeOne } from './processes/writer.ts'
import { createRandom, SEED } from './random.ts'

const WRITERS = 3
const CALLS = 40
/** The action of the last event of each tenant. */
const LAST_ACTION = 'job.finished'

const ROLLUPS = [
  [
    'select tenant_id, day, action, kind, status, n from whodid.rollup_day',
    `select tenant_id, (occurred_at at time zone 'UTC')::date, action, kind, status, count(*)
      from whodid.events group by 1, 2, 3, 4, 5`,
  ],
  [
    'select tenant_id, hour, n from whodid.rollup_hour',
    `select tenant_id, date_trunc('hour', occurred_at, 'UTC'), count(*) from whodid.events group by 1, 2`,
  ],
] as const

/** Checks if the last event of `tenants` tenants has arrived. */
function hasLastEvents(tenants: number) {
  return (events: readonly StoredEvent[]) => events.filter(({ action }) => action === LAST_ACTION).length === tenants
}

/** Starts followers of one process: of each tenant and of all, over REST and tRPC, from seq 0 to the last event. */
function startFollowers(peer: ServiceProcess, seed: number) {
  return [
    ...TENANTS.flatMap((tenant, index) => [
      { tenants: [tenant], events: followRest(peer, tenant, createRandom(seed + index), hasLastEvents(1)) },
      { tenants: [tenant], events: followTrpc(peer, tenant, hasLastEvents(1)) },
    ]),
    {
      tenants: TENANTS,
      events: followRest(peer, '*', createRandom(seed + TENANTS.length), hasLastEvents(TENANTS.length)),
    },
    { tenants: TENANTS, events: followTrpc(peer, '*', hasLastEvents(TENANTS.length)) },
  ]
}

test(`two processes on one database, killed in the middle, store each event once without a gap (seed ${SEED})`, async () => {
  await using database = await createTestDatabase()
  await using first = await startServiceProcess(database.url)
  await using second = await startServiceProcess(database.url)
  const peers = [first, second]
  const acknowledged = new Acknowledged()
  const followers = peers.flatMap((peer, index) => startFollowers(peer, SEED + 100 * (index + 1)))
  // Checked below. A rejection before that is handled there.
  for (const { events } of followers) events.catch(() => {})

  const calls = TENANTS.length * WRITERS * CALLS
  const killing = (async () => {
    await acknowledged.waitFor(calls / 4)
    await second.restart()
    await acknowledged.waitFor(calls / 2)
    await first.restart()
  })()
  await Promise.all(
    TENANTS.flatMap((tenant, index) =>
      Array.from({ length: WRITERS }, (_, writer) =>
        write(peers, tenant, CALLS, createRandom(SEED + 10 * index + writer), acknowledged),
      ),
    ),
  )
  await killing
  for (const tenant of TENANTS) await writeOne(peers, tenant, LAST_ACTION, acknowledged)

  expect(acknowledged.unanswered).toBeGreaterThan(0)
  const ledger = await expectLedger(database.url, TENANTS, acknowledged)
  for (const { tenants, events } of followers) {
    const seen = await events
    for (const tenant of tenants) {
      expect(seen.filter(({ tenantId }) => tenantId === tenant).map(({ id }) => id)).toEqual(ledger.get(tenant))
    }
  }
  // Rollups match the events.
  for (const [rollup, raw] of ROLLUPS) {
    expect(await query(database.url, `(${rollup} except ${raw}) union all (${raw} except ${rollup})`)).toEqual([])
  }
  expect(await query(database.url, 'select sum(n)::int as n from whodid.rollup_day')).toEqual([
    { n: acknowledged.positions.size },
  ])
}, 180_000)

test('processes that open a new database at the same time create its schema once, and all can append', async () => {
  await using database = await createTestDatabase()
  const started = await Promise.allSettled(Array.from({ length: 4 }, () => startServiceProcess(database.url)))
  await using ending = new AsyncDisposableStack()
  for (const result of started) if (result.status === 'fulfilled') ending.use(result.value)
  const peers = started.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
  const acknowledged = new Acknowledged()
  await Promise.all(
    TENANTS.flatMap((tenant) => peers.map((peer) => writeOne([peer], tenant, 'job.started', acknowledged))),
  )
  expect(acknowledged.calls).toBe(TENANTS.length * peers.length)
  await expectLedger(database.url, TENANTS, acknowledged)
}, 180_000)
