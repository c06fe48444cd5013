import { type Authorize, type EventStore, newId, type Viewer } from '@whodid/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { createEvent, keepOpen, openService } from './support/acme.ts'

const viewer: Viewer = { id: 'ada', name: 'Ada', tenants: ['acme'], permissions: ['view', 'view:all'] }

/** Returns an `authorize` with an invalid viewer, as a host in plain JavaScript could write it. */
function createAuthorize(more: object): Authorize {
  const wrong: Viewer = Object.assign({ ...viewer }, more)
  return () => wrong
}

let store: EventStore

beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())

test.each([
  ['an unknown condition', { filter: { projects: ['p1'] } }, /filter.*projects/],
  ['a value that is not a list', { filter: { project: 'p1' } }, /filter\.project/],
  ['an unknown value', { filter: { status: ['failed'] } }, /filter\.status/],
  ['a null filter', { filter: null }, /filter/],
  ['a masked field outside a list', { masked: 'actor.email' }, /masked/],
  ['a masked field that is not a string', { masked: ['actor.email', 7] }, /masked\.1/],
])('%s in a viewer denies all access and warns the host', async (_what, more, why) => {
  await using service = await openService({ store: keepOpen(store), authorize: createAuthorize(more) })
  await service.append([createEvent()])
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

test('a viewer without view:all whose id is an email address sees activity by that id, not by that email address', async () => {
  const id = 'bob@acme.test'
  await using service = await openService({
    store: keepOpen(store),
    authorize: () => ({ ...viewer, id, permissions: ['view'] }),
  })
  const mine = createEvent({ actor: { type: 'user', id, name: 'Mine' } })
  await service.append([mine, createEvent({ actor: { type: 'user', id: newId(), name: 'Theirs', email: id } })])
  for (const path of ['/api/v1/events', '/api/v1/facets', '/api/v1/stats', `/api/v1/users/${id}/activity`]) {
    const response = await service.fetch(new Request(`http://localhost${path}`))
    const text = await response?.text()
    expect([path, response?.status]).toEqual([path, 200])
    expect(text).toContain('Mine')
    expect(text).not.toContain('Theirs')
  }
})
