import { defineCatalog, type EventStore, FORMER_USER, type NewEvent, newId, type StoredEvent } from '@whodid/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { erasureOutput } from '../src/openapi/schemas/administration.ts'
import { authorize, createEvent, keepOpen, openService } from './support/acme.ts'
import { session } from './support/api.ts'

const catalog = defineCatalog({
  project: { label: 'Project' },
  member: { label: 'Member', personal: true, actions: { invited: '{resource.name} was invited' } },
})

let store: EventStore

beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())

const LINUS = { type: 'user', id: 'linus', name: 'Benedict Torvalds', email: 'bt@acme.test' } as const

function createTraces(tenantId: string): readonly NewEvent[] {
  const base = { tenantId, context: { ip: '192.0.2.9', userAgent: 'Mozilla' } }
  return [
    createEvent({ ...base, actor: LINUS, metadata: { address: { street: 'Main St', city: 'Oslo' }, plan: 'pro' } }),
    createEvent({
      ...base,
      actor: { type: 'agent', id: 'bot', name: 'Bot', onBehalfOf: { id: 'linus', name: LINUS.name } },
    }),
    createEvent({
      ...base,
      actor: { type: 'user', id: 'x', name: 'X', impersonatedBy: { id: 'linus', name: LINUS.name } },
    }),
    createEvent({
      ...base,
      actor: { type: 'user', id: 'grace', name: 'Grace Hopper', email: 'grace@acme.test' },
      action: 'member.invited',
      resource: { type: 'member', id: 'linus', name: LINUS.name },
    }),
    createEvent({
      ...base,
      actor: { type: 'user', id: 'grace', name: 'Grace Hopper' },
      resource: { type: 'project', id: 'linus' },
    }),
  ]
}

/** Opens a service with a new tenant. */
async function openFor(over: EventStore = store) {
  const tenant = newId()
  const service = await openService({
    store: keepOpen(over),
    catalog,
    authorize: async (request, extra) => {
      const viewer = await authorize(request, extra)
      const exporter = request.headers.get('cookie') === 'session=linus' && request.headers.has('x-may-export')
      return (
        viewer && {
          ...viewer,
          tenants: [tenant],
          permissions: [...viewer.permissions, ...(exporter ? ['export' as const] : [])],
        }
      )
    },
  })
  const send = async (path: string, who: string, init: RequestInit = {}) => {
    const request = new Request(`http://localhost/activity/api/v1${path}`, {
      ...init,
      headers: { ...session(who), 'content-type': 'application/json', ...init.headers },
    })
    const response = await service.fetch(request, { basePath: '/activity' })
    if (!response) throw new Error(`${path} is not a path of the service.`)
    return response
  }
  return {
    tenant,
    service,
    send,
    export: async (who: string, headers: Record<string, string> = {}): Promise<StoredEvent[]> =>
      (await send('/people/linus/export', who, { headers })).json(),
    erase: (body?: unknown) =>
      send('/people/linus/erase', 'ada', { method: 'POST', body: body === undefined ? null : JSON.stringify(body) }),
    audit: async (action: string): Promise<StoredEvent[]> => {
      const { items }: { items: StoredEvent[] } = await (await send(`/events?action=${action}`, 'ada')).json()
      return items.toSorted((a, b) => a.seq - b.seq)
    },
    [Symbol.asyncDispose]: () => service.close(),
  }
}

test('a person export has everything they did, in their name, as them, and about them', async () => {
  await using host = await openFor()
  const stored = createTraces(host.tenant)
  await host.service.append(stored)
  const events = await host.export('ada')
  expect(events.map(({ id }) => id)).toEqual(stored.slice(0, 4).map(({ id }) => id))
  const first = await host.send('/people/linus/export?format=csv', 'ada')
  expect(first.headers.get('content-disposition')).toBe('attachment; filename="person.csv"')
  // The first export is an event about them, too.
  expect((await first.text()).trimEnd().split('\r\n')).toHaveLength(1 + 4 + 1)
  const rest = await host.send(`/people/linus/export?format=csv&after=${events[1]?.id}&upTo=5`, 'ada')
  expect((await rest.text()).trimEnd().split('\r\n')).toHaveLength(2)
  expect(await host.audit('audit.person_exported')).toMatchObject([
    { actor: { id: 'ada' }, resource: { type: 'user', id: 'linus' }, metadata: { format: 'json' } },
    { metadata: { format: 'csv' } },
    { metadata: { format: 'csv', after: events[1]?.id } },
  ])
  expect((await host.audit('audit.export_ended'))[0]).toMatchObject({ status: 'success', metadata: { count: 4 } })
})

test('a person with the export permission can export only themselves, without data of others', async () => {
  await using host = await openFor()
  await host.service.append(createTraces(host.tenant))
  expect((await host.send('/people/linus/export', 'linus')).status).toBe(403)
  expect((await host.send('/people/linus/export', 'masked')).status).toBe(403)
  expect((await host.send('/people/linus/export', 'nobody')).status).toBe(401)
  const exportPermission = { 'x-may-export': 'yes' }
  expect((await host.send('/people/grace/export', 'linus', { headers: exportPermission })).status).toBe(403)
  const events = await host.export('linus', exportPermission)
  expect(events).toHaveLength(4)
  expect(events[0]).toMatchObject({ actor: { email: 'bt@acme.test' }, context: { ip: '192.0.2.9' } })
  expect(events[3]).toMatchObject({
    actor: { name: 'Grace Hopper', email: '[redacted]' },
    context: { ip: '[redacted]', userAgent: '[redacted]' },
  })
})

test('a person is erased everywhere, and the events, counts and the id remain', async () => {
  await using host = await openFor()
  await host.service.append(createTraces(host.tenant))
  const answer = await (await host.erase({ metadata: ['address.street'] })).json()
  expect(erasureOutput.parse(answer)).toEqual({ events: 5, erased: 4 })
  const { items }: { items: StoredEvent[] } = await (await host.send('/events?order=asc', 'ada')).json()
  expect(items).toHaveLength(5)
  expect(JSON.stringify(items)).not.toMatch(/Benedict|Torvalds|bt@|Main St/)
  expect(items[0]).toMatchObject({
    actor: { id: 'linus', name: FORMER_USER },
    metadata: { address: { city: 'Oslo' }, plan: 'pro' },
    context: { ip: null, userAgent: null },
  })
  expect(items[3]).toMatchObject({ actor: { name: 'Grace Hopper' }, description: `${FORMER_USER} was invited` })
  expect(items[4]).toMatchObject({ actor: { name: 'Grace Hopper' }, context: { ip: '192.0.2.9' } })
  expect((await (await host.send('/events?q=torvalds', 'ada')).json()).total.value).toBe(0)

  const [erased] = await host.audit('audit.person_erased')
  expect(erased).toMatchObject({
    actor: { id: 'ada' },
    resource: { type: 'user', id: 'linus' },
    metadata: { metadata: ['address.street'] },
  })
  expect(JSON.stringify(erased)).not.toMatch(/Benedict|Torvalds|bt@|Main St/)
  // A second time, without a body, there is nothing to erase.
  expect(await (await host.erase()).json()).toEqual({ events: 6, erased: 0 })
  expect((await host.erase({ metadata: ['.'] })).status).toBe(400)
})

test('an interrupted erasure completes on a second call', async () => {
  let failing = true
  const erase: EventStore['people']['erase'] = async (tenantId, events) => {
    if (!failing) return store.people.erase(tenantId, events)
    failing = false
    await store.people.erase(tenantId, events.slice(0, 2))
    throw new Error('The plug was pulled.')
  }
  await using host = await openFor({ ...store, people: { ...store.people, erase } })
  await host.service.append(createTraces(host.tenant))
  expect((await host.erase()).status).toBe(500)
  expect(await host.audit('audit.person_erased')).toHaveLength(1)
  expect(await (await host.erase()).json()).toEqual({ events: 6, erased: 2 })
  expect(JSON.stringify(await host.export('ada'))).not.toMatch(/Benedict|Torvalds|bt@/)
})

test('erasure requires an administrator and no legal hold', async () => {
  await using host = await openFor()
  await host.service.append(createTraces(host.tenant))
  expect((await host.send('/people/linus/erase', 'linus', { method: 'POST' })).status).toBe(403)
  const hold = (legalHold: boolean) =>
    host.send('/retention', 'ada', { method: 'PUT', body: JSON.stringify({ days: null, legalHold }) })
  await hold(true)
  const refused = await host.erase()
  expect([refused.status, (await refused.json()).detail]).toEqual([403, expect.stringContaining('legal hold')])
  expect(await host.audit('audit.person_erased')).toEqual([])
  await hold(false)
  expect((await host.erase()).status).toBe(200)
})
