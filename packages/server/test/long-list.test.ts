import { type EventStore, type Filter, newId, type ReadScope } from '@whodid/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { createTotalCounter } from '../src/read/totals.ts'
import { createEvent, keepOpen, openService } from './support/acme.ts'
import { session } from './support/api.ts'

let store: EventStore

beforeAll(async () => {
  store = await openMemoryStore()
  await using service = await openService({ store: keepOpen(store) })
  const first = Date.parse('2026-01-01T00:00:00Z')
  for (let begin = 0; begin <= 10_000; begin += 1_000) {
    const count = Math.min(1_000, 10_001 - begin)
    await service.append(Array.from({ length: count }, (_, index) => createEvent({ id: newId(first + begin + index) })))
  }
  await service.append([createEvent({ tenantId: 'umbrella' })])
})
afterAll(() => store.close())

test('counts and sorts beyond 10,000 events are marked as inexact, also over several tenants', async () => {
  await using service = await openService({ store: keepOpen(store) })
  const list = async (query: string) => {
    const request = new Request(`http://localhost/activity/api/v1/events?limit=1&${query}`, {
      headers: session('both'),
    })
    const response = await service.fetch(request, { basePath: '/activity' })
    const { total, windowed } = (await response?.json()) ?? {}
    return { total, windowed }
  }
  const total = { value: 10_000, exact: false }
  expect(await list('tenant=*')).toEqual({ total, windowed: false })
  expect(await list('tenant=*&sort=actor')).toEqual({ total, windowed: true })
  expect(await list('tenant=acme&sort=actor')).toEqual({ total, windowed: true })
  expect(await list('tenant=umbrella&sort=actor')).toEqual({ total: { value: 1, exact: true }, windowed: false })
})

test('a count that reached 10,000 is cached for a minute, for the same query only', async () => {
  let clock = Date.parse('2026-01-02T00:00:00Z')
  let counts = 0
  const total = createTotalCounter(
    {
      count: (...asked) => {
        counts += 1
        return store.count(...asked)
      },
    },
    () => clock,
  )
  const ada: ReadScope = { tenantId: 'acme', viewerId: 'ada', restrict: [{ from: '2025-12-31T23:59:30Z' }] }
  const reached = { value: 10_000, exact: false }
  const none = { value: 0, exact: true }
  const steps: readonly (readonly [
    what: string,
    scope: ReadScope,
    filter: Filter,
    total: object,
    isCounted: boolean,
  ])[] = [
    ['the first time', ada, {}, reached, true],
    ['again', ada, {}, reached, false],
    ['by somebody else', { ...ada, viewerId: 'linus' }, {}, reached, false],
    ['from a moment later on', { ...ada, restrict: [{ from: '2025-12-31T23:59:31Z' }] }, {}, reached, true],
    ['of their own', { ...ada, viewerId: 'linus', ownOnly: true }, {}, reached, true],
    ['of their own, of another', { ...ada, ownOnly: true }, {}, reached, true],
    ['under a filter', ada, { actor: ['nobody'] }, none, true],
    ['of few', ada, { actor: ['nobody'] }, none, true],
    ['under a restriction', { ...ada, restrict: [{ actor: ['nobody'] }] }, {}, none, true],
    ['of another tenant', { ...ada, tenantId: 'umbrella' }, {}, { value: 1, exact: true }, true],
    ['of an inbox', ada, { inbox: 'unread' }, reached, true],
    ['of an inbox, again', ada, { inbox: 'unread' }, reached, true],
    ['within the minute', ada, {}, reached, false],
  ]
  for (const [what, scope, filter, expected, isCounted] of steps) {
    const before = counts
    expect(await total(scope, filter), what).toEqual(expected)
    expect(counts - before, what).toBe(isCounted ? 1 : 0)
    clock += 1_000
  }
  clock += 60_000
  const before = counts
  expect(await total(ada, {})).toEqual(reached)
  expect(counts - before).toBe(1)
})
