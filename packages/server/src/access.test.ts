import { newId } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { event, KEYS, openService, type TestService } from '../test/acme.ts'
import { type Credentials, key, person } from '../test/api.ts'
import { restRequest, send, trpcRequest } from '../test/calls.ts'
import { router } from './trpc.ts'
import { VERBS } from './verbs/index.ts'

const SECRET = 'ACME-ONLY'
const acmeEvent = () =>
  event({
    tenantId: 'acme',
    actor: {
      type: 'user',
      id: `${SECRET}-actor`,
      name: `${SECRET} Ada`,
      email: `${SECRET}@acme.test`,
      impersonatedBy: { id: 'support' },
    },
    resource: { type: 'project', id: `${SECRET}-project`, name: `${SECRET} Engine` },
    scope: { project: { id: `${SECRET}-project`, name: `${SECRET} Engine` } },
    metadata: { note: SECRET },
    context: { ip: '192.0.2.77', userAgent: SECRET },
  })

const known = acmeEvent()
const id = known.id ?? ''

/**
 * What somebody who wants to see another tenant would try with each procedure. `shows` is what one of them gives to those who
 * may see it, so that no attempt is void; null where an answer never holds an event.
 */
const ATTEMPTS: Record<string, { readonly shows: RegExp | null; readonly inputs: readonly Record<string, unknown>[] }> =
  {
    list: {
      shows: /ACME-ONLY/,
      inputs: [{}, { tenant: 'acme' }, { tenant: '*' }, { q: SECRET }, { actor: [`${SECRET}-actor`], tenant: 'acme' }],
    },
    append: { shows: null, inputs: [{ events: [event({ tenantId: 'acme' })] }] },
    export: {
      shows: /ACME-ONLY/,
      inputs: [{ format: 'csv' }, { format: 'json', tenant: 'acme' }, { format: 'ndjson', tenant: '*' }],
    },
    get: { shows: /ACME-ONLY/, inputs: [{ id }, { id, tenant: 'acme' }, { id, tenant: '*' }] },
    userActivity: {
      shows: /ACME-ONLY/,
      inputs: [{ userId: `${SECRET}-actor` }, { userId: `${SECRET}-actor`, tenant: 'acme' }],
    },
    history: {
      shows: /ACME-ONLY/,
      inputs: [
        { type: 'project', id: `${SECRET}-project` },
        { type: 'project', id: `${SECRET}-project`, tenant: 'acme' },
      ],
    },
    'inbox.count': { shows: /"unread":[1-9]/, inputs: [{}, { tenant: 'acme' }] },
    'inbox.seen': {
      shows: null,
      inputs: [{ ids: [id] }, { ids: [id], tenant: 'acme' }, { all: true, tenant: 'acme' }],
    },
    'inbox.unseen': { shows: null, inputs: [{ ids: [id] }, { all: true, tenant: 'acme' }] },
    'inbox.archive': { shows: null, inputs: [{ ids: [id] }, { all: true, tenant: 'acme' }] },
    'inbox.unarchive': { shows: null, inputs: [{ ids: [id] }, { all: true, tenant: 'acme' }] },
    catalog: { shows: null, inputs: [{}] },
    facets: { shows: /ACME-ONLY/, inputs: [{}, { tenant: 'acme' }, { tenant: '*', search: SECRET }] },
    viewer: { shows: null, inputs: [{}] },
    follow: { shows: /ACME-ONLY/, inputs: [{ lastEventId: '0' }, { tenant: 'acme', lastEventId: '0' }] },
    stats: { shows: /ACME-ONLY/, inputs: [{}, { tenant: 'acme' }, { tenant: '*' }] },
    'retention.get': { shows: /"tenantId":"acme"/, inputs: [{}, { tenant: 'acme' }] },
    'retention.set': { shows: null, inputs: [{ days: null }, { days: 1, tenant: 'acme' }] },
    'retention.preview': { shows: null, inputs: [{}, { days: 1, tenant: 'acme' }] },
    'people.export': { shows: /ACME-ONLY/, inputs: [{ id: 'support' }, { id: 'support', tenant: 'acme' }] },
    'people.erase': { shows: null, inputs: [{ id: 'stranger' }, { id: 'support', tenant: 'acme' }] },
    health: { shows: null, inputs: [{}] },
  }

const REQUESTS = [
  ['REST', restRequest],
  ['tRPC', trpcRequest],
] as const

let service: TestService

beforeAll(async () => {
  service = await openService()
  await service.append([known])
})
afterAll(() => service.close())

describe("what tRPC's router reaches", () => {
  const procedures = Object.keys(router._def.procedures).toSorted()

  test('is the table of verbs, no more and no less', () => {
    expect(procedures).toEqual(VERBS.map(({ name }) => name).toSorted())
  })

  test('has attempts for each procedure', () => {
    expect(Object.keys(ATTEMPTS).toSorted()).toEqual(procedures)
  })
})

describe.each(REQUESTS)("Umbrella's Eve sees nothing of Acme through %s", (_name, requestOf) => {
  /** Of a stream, the part until an event of the viewer's own tenant came. */
  const attempt = async (verb: (typeof VERBS)[number], input: Record<string, unknown>, credentials: Credentials) => {
    const mark = newId()
    let sent = false
    return send(service, requestOf(verb, input, credentials), async (text) => {
      if (verb.answers !== 'events') return false
      if (!sent) {
        sent = true
        await service.append([acmeEvent(), event({ tenantId: 'umbrella', metadata: { mark } })])
      }
      return text.includes(mark) || text.includes(SECRET)
    })
  }

  test.each(VERBS.map((verb) => [verb.name, verb] as const))('%s', async (name, verb) => {
    const { shows, inputs } = ATTEMPTS[name] ?? { shows: null, inputs: [] }
    for (const input of inputs) {
      const { text, status } = await attempt(verb, input, person('eve'))
      expect(text).not.toContain('192.0.2.77')
      // What Eve gave herself may come back in the sentence that refuses it.
      expect(status === 200 ? text : '').not.toContain(SECRET)
      expect(status).toBeLessThan(500)
      if (verb.route.method === 'POST') expect(text).not.toMatch(/"changed":[1-9]|"stored"/)
      if ('tenant' in input && input.tenant === 'acme') expect(status).toBe(403)
    }
    if (!shows) return
    const shown = await Promise.all(inputs.map((input) => attempt(verb, { ...input, tenant: 'acme' }, person('ada'))))
    expect(shown.some(({ text }) => shows.test(text))).toBe(true)
  })

  test('a cursor that was written for Acme', async () => {
    await service.append([acmeEvent(), acmeEvent()])
    const list = VERBS.find(({ name }) => name === 'list')
    if (!list) throw new Error('There is no list.')
    const page = await send(service, requestOf(list, { limit: 1 }, person('ada')))
    const cursor = /"nextCursor":"([^"]+)"/.exec(page.text)?.[1]
    expect(cursor).toBeDefined()
    const { text, status } = await send(service, requestOf(list, { limit: 1, cursor }, person('eve')))
    expect(status).toBe(400)
    expect(text).not.toContain(SECRET)
  })
})

/** Which verbs each credential may use in its own tenant; everything else is refused. */
const READS = ['list', 'get', 'userActivity', 'history', 'catalog', 'facets', 'follow', 'stats']
const INBOX = ['inbox.count', 'inbox.seen', 'inbox.unseen', 'inbox.archive', 'inbox.unarchive']
const ADMIN = ['retention.get', 'retention.set', 'retention.preview', 'people.export', 'people.erase']
const EVERYBODY = ['health']
const SIGNED_IN = [...EVERYBODY, 'viewer']
const MAY: readonly (readonly [who: string, credentials: Credentials, refusal: 401 | 403, verbs: readonly string[]])[] =
  [
    ['nobody', {}, 401, EVERYBODY],
    ['an unknown key', key('not-a-key-of-this-service'), 401, EVERYBODY],
    ['an unknown session', person('mallory'), 401, EVERYBODY],
    ['an ingest key', key(KEYS.acmeIngest), 403, [...SIGNED_IN, 'append']],
    ['an ingest key for all tenants', key(KEYS.allIngest), 403, [...SIGNED_IN, 'append']],
    ['a read key', key(KEYS.acmeRead), 403, [...SIGNED_IN, ...READS, ...INBOX]],
    ['an export key', key(KEYS.acmeExport), 403, [...SIGNED_IN, 'export']],
    ['an admin key', key(KEYS.acmeAdmin), 403, [...SIGNED_IN, ...ADMIN]],
    ['an owner', person('ada'), 403, [...SIGNED_IN, ...READS, ...INBOX, ...ADMIN, 'export']],
    ['a person whose role says ingest', person('sneaky'), 403, [...SIGNED_IN, ...READS, ...INBOX]],
  ]

describe.each(REQUESTS)('rights over %s', (_name, requestOf) => {
  describe.each(MAY)('%s', (_who, credentials, refusal, may) => {
    test.each(VERBS.map((verb) => [verb.name, verb] as const))('%s', async (name, verb) => {
      const [input = {}] = ATTEMPTS[name]?.inputs ?? []
      const own = name === 'userActivity' ? { userId: 'linus' } : name === 'append' ? { events: [event()] } : input
      const allowed = may.includes(name)
      const { status, code, response, text } = await send(
        service,
        requestOf(verb, own, credentials),
        (text) => allowed && (verb.answers === 'events' || text.includes(SECRET)),
      )
      expect([status, allowed ? '' : code]).toEqual(
        allowed ? [200, ''] : [refusal, refusal === 401 ? 'unauthenticated' : 'forbidden'],
      )
      if (!allowed) expect(text).not.toContain(SECRET)
      expect(response.headers.get('www-authenticate')).toBe(response.status === 401 ? 'Bearer realm="whodid"' : null)
    })
  })

  test('a key for all tenants names the one it reads', async () => {
    const list = VERBS.find(({ name }) => name === 'list')
    if (!list) throw new Error('There is no list.')
    const read = async (input: Record<string, unknown>, secret: string) =>
      send(service, requestOf(list, input, key(secret)))
    expect(await read({}, KEYS.allRead)).toMatchObject({ status: 400, code: 'tenant_required' })
    expect(await read({ tenant: '*' }, KEYS.allRead)).toMatchObject({ status: 400, code: 'tenant_required' })
    expect((await read({ tenant: 'acme' }, KEYS.allRead)).text).toContain(SECRET)
    expect(await read({ tenant: 'acme' }, KEYS.umbrellaRead)).toMatchObject({ status: 403, code: 'forbidden' })
    expect((await read({}, KEYS.umbrellaRead)).text).not.toContain(SECRET)
  })
})
