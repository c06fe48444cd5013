import { type KeyScope, newId, type Viewer } from '@whodid/core'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintViewerToken } from '../src/auth/viewer-token.ts'
import { COMPAT } from '../src/compat/index.ts'
import { router } from '../src/http/trpc.ts'
import { VERBS } from '../src/operations/index.ts'
import type { Verb } from '../src/operations/operation.ts'
import { event, KEYS, openService } from './support/acme.ts'
import { type Credentials, key, person } from './support/api.ts'
import { restRequest, send, trpcRequest } from './support/calls.ts'

const SECRET = 'ACME-ONLY'

function acmeEvent() {
  return event({
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
}

const known = acmeEvent()
const id = known.id ?? ''

const TOKEN_SECRET = 'a-secret-that-only-tests-know-of'

// Made before anything is described, since what is described depends on them.
const service = await openService({ viewerTokens: { secret: TOKEN_SECRET } })

async function change(method: string, path: string, body?: object) {
  const headers = { ...person('ada'), 'content-type': 'application/json' }
  const request = new Request(`http://localhost${path}`, { method, headers, body: body ? JSON.stringify(body) : null })
  const response = await service.fetch(request)
  expect(response?.status).toBe(200)
  return response?.json()
}

async function makeKey(scopes: readonly KeyScope[]): Promise<{ id: string; key: string }> {
  return change('POST', '/api/v1/keys', { name: newId(), scopes })
}

const stored = {
  ingest: await makeKey(['ingest']),
  read: await makeKey(['read']),
  export: await makeKey(['export']),
  admin: await makeKey(['admin']),
  all: await makeKey(['ingest', 'read', 'export', 'admin']),
  revoked: await makeKey(['ingest', 'read', 'export', 'admin']),
  /** Whoever may will revoke it. */
  unloved: await makeKey(['read']),
}
await change('DELETE', `/api/v1/keys/${stored.revoked.id}`)

const grace = { id: 'grace', name: 'Grace', tenants: ['acme'] }

function mint(permissions: Viewer['permissions'], id = newId(), secret = TOKEN_SECRET) {
  return mintViewerToken({ id, secret, viewer: { ...grace, permissions }, expiresIn: 900 })
}

/** A token made by hand, with every permission, issued for five minutes some seconds ago. */
function forge(claims: object, ago = 0) {
  const iat = Date.now() / 1000 - ago
  const permissions = ['view', 'view:all', 'export', 'admin']
  const { id: sub, ...viewer } = grace
  const good = { iss: 'whodid-host', aud: 'whodid', sub, ...viewer, permissions, jti: newId(), iat, exp: iat + 300 }
  return new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'whodid-viewer+jwt' })
    .sign(new TextEncoder().encode(TOKEN_SECRET))
}

function unsigned(token: string) {
  const header = btoa(JSON.stringify({ alg: 'none', typ: 'whodid-viewer+jwt' })).replaceAll('=', '')
  return `${header}.${token.split('.')[1]}.`
}

const tokens = {
  all: await mint(['view:all']),
  export: await mint(['export']),
  admin: await mint(['admin']),
  everything: await mint(['view', 'view:all', 'export', 'admin']),
  expired: await forge({}, 301),
  revoked: await mint(['view:all', 'admin'], 'revoked'),
  foreign: await forge({ aud: 'another-service' }),
  long: await forge({ exp: Date.now() / 1000 + 1000 }),
  future: await forge({}, -3600),
  ingest: await forge({ permissions: ['ingest', 'view:all'] }),
  unsigned: unsigned(await forge({})),
  otherSecret: await mint(['view:all', 'admin'], newId(), 'a-secret-that-only-others-know-of'),
}
await change('POST', '/api/v1/viewer-tokens/revoke', { token: 'revoked' })

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
    'keys.list': { shows: /"tenantId":"acme"/, inputs: [{}, { tenant: 'acme' }, { tenant: '*' }] },
    'keys.create': {
      shows: null,
      // A name of its own each time, since a third key of one is refused.
      get inputs() {
        return [{}, { tenant: 'acme' }].map((more) => ({ name: newId(), scopes: ['read'], ...more }))
      },
    },
    'keys.revoke': { shows: null, inputs: [{ id: stored.unloved.id }, { id: stored.unloved.id, tenant: 'acme' }] },
    'viewerTokens.revoke': { shows: null, inputs: [{ token: 'x' }, { viewerId: 'nobody', tenant: 'acme' }] },
    health: { shows: null, inputs: [{}] },
  }

/** The same for the routes of other products, which REST alone has. */
const COMPAT_ATTEMPTS: typeof ATTEMPTS = {
  'compat.activity': { shows: /ACME-ONLY/, inputs: [{}, { tenant: 'acme' }, { tenant: '*', search: SECRET }] },
  'compat.markSeen': { shows: null, inputs: [{ ids: [id] }, { ids: [id], tenant: 'acme' }, { tenant: 'acme' }] },
  'compat.archive': { shows: null, inputs: [{ ids: [id] }, { ids: [id], tenant: 'acme' }, { tenant: 'acme' }] },
  'compat.auditLogs': { shows: /ACME-ONLY/, inputs: [{}, { tenant: 'acme' }, { user_id: `${SECRET}-actor` }] },
  'compat.userActivity': {
    shows: /ACME-ONLY/,
    inputs: [{ user_id: `${SECRET}-actor` }, { user_id: `${SECRET}-actor`, tenant: 'acme' }],
  },
}

function attemptsOf(name: string) {
  return ATTEMPTS[name] ?? COMPAT_ATTEMPTS[name] ?? { shows: null, inputs: [] }
}

function named(verbs: readonly Verb[]) {
  return verbs.map((verb) => [verb.name, verb] as const)
}

const REQUESTS = [
  ['REST', restRequest, named([...VERBS, ...COMPAT])],
  ['tRPC', trpcRequest, named(VERBS)],
] as const

beforeAll(async () => {
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
    expect(Object.keys(COMPAT_ATTEMPTS).toSorted()).toEqual(COMPAT.map(({ name }) => name).toSorted())
  })
})

describe.each(REQUESTS)("Umbrella's Eve sees nothing of Acme through %s", (_name, requestOf, verbs) => {
  /** Of a stream, the part until an event of the viewer's own tenant came. */
  const attempt = async (verb: Verb, input: Record<string, unknown>, credentials: Credentials) => {
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

  test.each(verbs)('%s', async (name, verb) => {
    const { shows, inputs } = attemptsOf(name)
    for (const input of inputs) {
      const { text, status } = await attempt(verb, input, person('eve'))
      expect(text).not.toContain('192.0.2.77')
      // What Eve gave herself may come back in the sentence that refuses it.
      expect(status === 200 ? text : '').not.toContain(SECRET)
      expect(status).toBeLessThan(500)
      if (verb.route.method !== 'GET') expect(text).not.toMatch(/"changed":[1-9]|"stored"|"revokedAt"/)
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
const COMPAT_VERBS = COMPAT.map(({ name }) => name)
const READS = ['list', 'get', 'userActivity', 'history', 'catalog', 'facets', 'follow', 'stats', ...COMPAT_VERBS]
const INBOX = ['inbox.count', 'inbox.seen', 'inbox.unseen', 'inbox.archive', 'inbox.unarchive']
const KEEPS = ['keys.list', 'keys.create', 'keys.revoke', 'viewerTokens.revoke']
const ADMIN = ['retention.get', 'retention.set', 'retention.preview', 'people.export', 'people.erase', ...KEEPS]
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
    ['a stored ingest key', key(stored.ingest.key), 403, [...SIGNED_IN, 'append']],
    ['a stored read key', key(stored.read.key), 403, [...SIGNED_IN, ...READS, ...INBOX]],
    ['a stored export key', key(stored.export.key), 403, [...SIGNED_IN, 'export']],
    ['a stored admin key', key(stored.admin.key), 403, [...SIGNED_IN, ...ADMIN]],
    ['a stored key of every scope', key(stored.all.key), 403, VERBS.map(({ name }) => name).concat(COMPAT_VERBS)],
    ['a revoked key', key(stored.revoked.key), 401, EVERYBODY],
    ['a mistyped key', key(`${stored.all.key.slice(0, -1)}-`), 401, EVERYBODY],
    ['a token for everybody’s activity', key(tokens.all), 403, [...SIGNED_IN, ...READS, ...INBOX]],
    ['a token for exports', key(tokens.export), 403, [...SIGNED_IN, 'export']],
    ['a token of an administrator', key(tokens.admin), 403, [...SIGNED_IN, ...ADMIN]],
    ['a token of an owner', key(tokens.everything), 403, [...SIGNED_IN, ...READS, ...INBOX, ...ADMIN, 'export']],
    ['an expired token', key(tokens.expired), 401, EVERYBODY],
    ['a revoked token', key(tokens.revoked), 401, EVERYBODY],
    ['a token for another audience', key(tokens.foreign), 401, EVERYBODY],
    ['a token that holds too long', key(tokens.long), 401, EVERYBODY],
    ['a token from the future', key(tokens.future), 401, EVERYBODY],
    ['a token with ingest', key(tokens.ingest), 401, EVERYBODY],
    ['a token without a signature', key(tokens.unsigned), 401, EVERYBODY],
    ['a token of another secret', key(tokens.otherSecret), 401, EVERYBODY],
    ['a person whose role says ingest', person('sneaky'), 403, [...SIGNED_IN, ...READS, ...INBOX]],
  ]

describe.each(REQUESTS)('rights over %s', (_name, requestOf, verbs) => {
  describe.each(MAY)('%s', (_who, credentials, refusal, may) => {
    test.each(verbs)('%s', async (name, verb) => {
      const [input = {}] = attemptsOf(name).inputs
      const own =
        name === 'userActivity'
          ? { userId: 'grace' }
          : name === 'compat.userActivity'
            ? { user_id: 'grace' }
            : name === 'append'
              ? { events: [event()] }
              : input
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
    expect((await read({}, KEYS.allRead)).text).toMatch(/does not say which one: name it, with tenant=…\./)
    expect((await read({ tenant: '*' }, KEYS.allRead)).text).toMatch(/one at a time, so not tenant=\*: name one, with/)
    expect((await read({ tenant: 'acme' }, KEYS.allRead)).text).toContain(SECRET)
    expect(await read({ tenant: 'acme' }, KEYS.umbrellaRead)).toMatchObject({ status: 403, code: 'forbidden' })
    expect((await read({}, KEYS.umbrellaRead)).text).not.toContain(SECRET)
  })
})
