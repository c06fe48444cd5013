import { type Authorize, type EventStore, newId, type Viewer } from '@whodid/core'
import { pglite } from '@whodid/postgres/pglite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { event, openService, shared } from './support/acme.ts'

const viewer: Viewer = { id: 'ada', name: 'Ada', tenants: ['acme'], permissions: ['view', 'view:all'] }

/** What a host in JavaScript may give, or one whose roles come from JSON. */
function given(more: object): Authorize {
  const wrong: Viewer = Object.assign({ ...viewer }, more)
  return () => wrong
}

let store: EventStore

beforeAll(async () => {
  store = await pglite('memory')
})
afterAll(() => store.close())

test.each([
  ['a condition that there is not', { filter: { projects: ['p1'] } }, /filter.*projects/],
  ['a value that is no list', { filter: { project: 'p1' } }, /filter\.project/],
  ['a value that there is not', { filter: { status: ['failed'] } }, /filter\.status/],
  ['a filter that is none', { filter: null }, /filter/],
  ['one masked field', { masked: 'actor.email' }, /masked/],
  ['masked fields that are no texts', { masked: ['actor.email', 7] }, /masked\.1/],
])('%s of a viewer closes everything, and the host is told', async (_what, more, why) => {
  await using service = await openService({ store: shared(store), authorize: given(more) })
  await service.append([event()])
  for (const path of [
    '/api/v1/events',
    '/api/v1/facets',
    '/api/v1/viewer',
    '/api/activity',
    '/trpc/list?input=%7B%7D',
  ]) {
    const response = await service.fetch(new Request(`http://localhost${path}`))
    const text = await response?.text()
    expect([path, response?.status]).toEqual([path, 403])
    expect(text).not.toContain('Engine')
  }
  expect(service.warnings[0]).toMatch(/authorize/)
  expect(service.warnings[0]).toMatch(why)
})

test('a viewer without view:all whose id is an address sees what that id did, and nothing of who has the address', async () => {
  const id = 'bob@acme.test'
  await using service = await openService({
    store: shared(store),
    authorize: () => ({ ...viewer, id, permissions: ['view'] }),
  })
  const mine = event({ actor: { type: 'user', id, name: 'Mine' } })
  await service.append([mine, event({ actor: { type: 'user', id: newId(), name: 'Theirs', email: id } })])
  for (const path of ['/api/v1/events', '/api/v1/facets', '/api/v1/stats', `/api/v1/users/${id}/activity`]) {
    const response = await service.fetch(new Request(`http://localhost${path}`))
    const text = await response?.text()
    expect([path, response?.status]).toEqual([path, 200])
    expect(text).toContain('Mine')
    expect(text).not.toContain('Theirs')
  }
})
