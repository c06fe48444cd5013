import { type KeyScope, newId, type Viewer } from '@whodid/core'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintViewerToken } from '../src/auth/viewer-token.ts'
import { COMPAT_OPERATIONS } from '../src/compat/index.ts'
import { router } from '../src/http/trpc.ts'
import { OPERATIONS } from '../src/operations/index.ts'
import type { Operation } from '../src/operations/operation.ts'
import { createEvent, KEYS, openService } from './support/acme.ts'
import { bearer, type Credentials, session } from './support/api.ts'
import { createRestRequest, createTrpcRequest, send } from './support/requests.ts'

const SECRET = 'ACME-ONLY'

function createAcmeEvent() {
  return createEvent({
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

const knownEvent = createAcmeEvent()
const id = knownEvent.id ?? ''

const TOKEN_SECRET = 'a-secret-that-only-tests-know-of'

// Created at the top level: the tests below are generated from it.
const service = await openService({ viewerTokens: { secret: TOKEN_SECRET } })

async function change(method: string, path: string, body?: object) {
  const headers = { ...session('ada'), 'content-type': 'application/json' }
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
  /** Every caller with the permission revokes it. */
  unloved: await makeKey(['read']),
}
await change('DELETE', `/api/v1/keys/${stored.revoked.id}`)

const grace = { id: 'grace', name: 'Grace', tenants: ['acme'] }

function mintToken(permissions: Viewer['permissions'], id = newId(), secret = TOKEN_SECRET) {
  return mintViewerToken({ id, secret, viewer: { ...grace, permissions }, expiresIn: 900 })
}

/** Signs a token with every permission, valid for five minutes and issued `ago` seconds ago. */
function forgeToken(claims: object, ago = 0) {
  const iat = Date.now() / 1000 - ago
  const permissions = ['view', 'view:all', 'export', 'admin']
  const { id: sub, ...viewer } = grace
  const good = { iss: 'whodid-host', aud: 'whodid', sub, ...viewer, permissions, jti: newId(), iat, exp: iat + 300 }
  return new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'whodid-viewer+jwt' })
    .sign(new TextEncoder().encode(TOKEN_SECRET))
}

function removeSignature(token: string) {
  const header = btoa(JSON.stringify({ alg: 'none', typ: 'whodid-viewer+jwt' })).replaceAll('=', '')
  return `${header}.${token.split('.')[1]}.`
}

const tokens = {
  all: await mintToken(['view:all']),
  export: await mintToken(['export']),
  admin: await mintToken(['admin']),
  everything: await mintToken(['view', 'view:all', 'export', 'admin']),
  expired: await forgeToken({}, 301),
  revoked: await mintToken(['view:all', 'admin'], 'revoked'),
  foreign: await forgeToken({ aud: 'another-service' }),
  long: await forgeToken({ exp: Date.now() / 1000 + 1000 }),
  future: await forgeToken({}, -3600),
  ingest: await forgeToken({ permissions: ['ingest', 'view:all'] }),
  unsigned: removeSignature(await forgeToken({})),
  otherSecret: await mintToken(['view:all', 'admin'], newId(), 'a-secret-that-only-others-know-of'),
}
await change('POST', '/api/v1/viewer-tokens/revoke', { token: 'revoked' })

/**
 * Inputs an attacker would try with each operation to see another tenant. `shows` matches what at least one of them returns to
 * a caller with access, so that no attempt is empty. It is null where a response never holds an event.
 */
const ATTEMPTS: Record<string, { readonly shows: RegExp | null; readonly inputs: readonly Record<string, unknown>[] }> =
  {
    list: {
      shows: /ACME-ONLY/,
      inputs: [{}, { tenant: 'acme' }, { tenant: '*' }, { q: SECRET }, { actor: [`${SECRET}-actor`], tenant: 'acme' }],
    },
    append: { shows: null, inputs: [{ events: [createEvent({ tenantId: 'acme' })] }] },
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
      // A new name each time: a third key of the same name is rejected.
      get inputs() {
        return [{}, { tenant: 'acme' }].map((more) => ({ name: newId(), scopes: ['read'], ...more }))
      },
    },
    'keys.revoke': { shows: null, inputs: [{ id: stored.unloved.id }, { id: stored.unloved.id, tenant: 'acme' }] },
    'viewerTokens.revoke': { shows: null, inputs: [{ token: 'x' }, { viewerId: 'nobody', tenant: 'acme' }] },
    'routes.report': { shows: null, inputs: [{ routes: [{ method: 'GET', path: '/acme', action: null }] }] },
    health: { shows: null, inputs: [{}] },
  }

/** The same for the compatibility routes, which exist over REST only. */
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

function getAttempts(name: string) {
  return ATTEMPTS[name] ?? COMPAT_ATTEMPTS[name] ?? { shows: null, inputs: [] }
}

function nameOperations(operations: readonly Operation[]) {
  return operations.map((operation) => [operation.name, operation] as const)
}

const REQUESTS = [
  ['REST', createRestRequest, nameOperations([...OPERATIONS, ...COMPAT_OPERATIONS])],
  ['tRPC', createTrpcRequest, nameOperations(OPERATIONS)],
] as const

beforeAll(async () => {
  await service.append([knownEvent])
})
afterAll(() => service.close())

describe('the tRPC router', () => {
  const procedures = Object.keys(router._def.procedures).toSorted()

  test('has exactly the operations of the table', () => {
    expect(procedures).toEqual(OPERATIONS.map(({ name }) => name).toSorted())
  })

  test('has attempts for each operation', () => {
    expect(Object.keys(ATTEMPTS).toSorted()).toEqual(procedures)
    expect(Object.keys(COMPAT_ATTEMPTS).toSorted()).toEqual(COMPAT_OPERATIONS.map(({ name }) => name).toSorted())
  })
})

describe.each(REQUESTS)('Eve of Umbrella sees nothing of Acme over %s', (_name, buildRequest, operations) => {
  /** Calls an operation. Reads a stream until an event of the caller's own tenant arrives. */
  const attempt = async (operation: Operation, input: Record<string, unknown>, credentials: Credentials) => {
    const mark = newId()
    let sent = false
    return send(service, buildRequest(operation, input, credentials), async (text) => {
      if (operation.responseType !== 'events') return false
      if (!sent) {
        sent = true
        await service.append([createAcmeEvent(), createEvent({ tenantId: 'umbrella', metadata: { mark } })])
      }
      return text.includes(mark) || text.includes(SECRET)
    })
  }

  test.each(operations)('%s', async (name, operation) => {
    const { shows, inputs } = getAttempts(name)
    for (const input of inputs) {
      const { text, status } = await attempt(operation, input, session('eve'))
      expect(text).not.toContain('192.0.2.77')
      // An error may repeat what Eve sent.
      expect(status === 200 ? text : '').not.toContain(SECRET)
      expect(status).toBeLessThan(500)
      if (operation.route.method !== 'GET') expect(text).not.toMatch(/"changed":[1-9]|"stored"|"revokedAt"/)
      if ('tenant' in input && input.tenant === 'acme') expect(status).toBe(403)
    }
    if (!shows) return
    const shown = await Promise.all(
      inputs.map((input) => attempt(operation, { ...input, tenant: 'acme' }, session('ada'))),
    )
    expect(shown.some(({ text }) => shows.test(text))).toBe(true)
  })

  test('a cursor made for Acme', async () => {
    await service.append([createAcmeEvent(), createAcmeEvent()])
    const list = OPERATIONS.find(({ name }) => name === 'list')
    if (!list) throw new Error('There is no list.')
    const page = await send(service, buildRequest(list, { limit: 1 }, session('ada')))
    const cursor = /"nextCursor":"([^"]+)"/.exec(page.text)?.[1]
    expect(cursor).toBeDefined()
    const { text, status } = await send(service, buildRequest(list, { limit: 1, cursor }, session('eve')))
    expect(status).toBe(400)
    expect(text).not.toContain(SECRET)
  })
})

/** The operations each credential may use in its own tenant. All others are rejected. */
const COMPAT_VERBS = COMPAT_OPERATIONS.map(({ name }) => name)
const READS = ['list', 'get', 'userActivity', 'history', 'catalog', 'facets', 'follow', 'stats', ...COMPAT_VERBS]
const INBOX = ['inbox.count', 'inbox.seen', 'inbox.unseen', 'inbox.archive', 'inbox.unarchive']
const KEYS_AND_TOKENS = ['keys.list', 'keys.create', 'keys.revoke', 'viewerTokens.revoke']
const ADMIN = [
  'retention.get',
  'retention.set',
  'retention.preview',
  'people.export',
  'people.erase',
  ...KEYS_AND_TOKENS,
]
const INGEST = ['append', 'routes.report']
const ANONYMOUS = ['health']
const SIGNED_IN = [...ANONYMOUS, 'viewer']
const PERMISSIONS: readonly (readonly [
  who: string,
  credentials: Credentials,
  refusal: 401 | 403,
  operations: readonly string[],
])[] = [
  ['an anonymous caller', {}, 401, ANONYMOUS],
  ['an unknown key', bearer('not-a-key-of-this-service'), 401, ANONYMOUS],
  ['an unknown session', session('mallory'), 401, ANONYMOUS],
  ['an ingest key', bearer(KEYS.acmeIngest), 403, [...SIGNED_IN, ...INGEST]],
  ['an ingest key for all tenants', bearer(KEYS.allIngest), 403, [...SIGNED_IN, ...INGEST]],
  ['a read key', bearer(KEYS.acmeRead), 403, [...SIGNED_IN, ...READS, ...INBOX]],
  ['an export key', bearer(KEYS.acmeExport), 403, [...SIGNED_IN, 'export']],
  ['an admin key', bearer(KEYS.acmeAdmin), 403, [...SIGNED_IN, ...ADMIN]],
  ['an owner', session('ada'), 403, [...SIGNED_IN, ...READS, ...INBOX, ...ADMIN, 'export']],
  ['a stored ingest key', bearer(stored.ingest.key), 403, [...SIGNED_IN, ...INGEST]],
  ['a stored read key', bearer(stored.read.key), 403, [...SIGNED_IN, ...READS, ...INBOX]],
  ['a stored export key', bearer(stored.export.key), 403, [...SIGNED_IN, 'export']],
  ['a stored admin key', bearer(stored.admin.key), 403, [...SIGNED_IN, ...ADMIN]],
  ['a stored key of every scope', bearer(stored.all.key), 403, OPERATIONS.map(({ name }) => name).concat(COMPAT_VERBS)],
  ['a revoked key', bearer(stored.revoked.key), 401, ANONYMOUS],
  ['a mistyped key', bearer(`${stored.all.key.slice(0, -1)}-`), 401, ANONYMOUS],
  ['a token with view:all', bearer(tokens.all), 403, [...SIGNED_IN, ...READS, ...INBOX]],
  ['a token with export', bearer(tokens.export), 403, [...SIGNED_IN, 'export']],
  ['a token with admin', bearer(tokens.admin), 403, [...SIGNED_IN, ...ADMIN]],
  [
    'a token with every permission',
    bearer(tokens.everything),
    403,
    [...SIGNED_IN, ...READS, ...INBOX, ...ADMIN, 'export'],
  ],
  ['an expired token', bearer(tokens.expired), 401, ANONYMOUS],
  ['a revoked token', bearer(tokens.revoked), 401, ANONYMOUS],
  ['a token for another audience', bearer(tokens.foreign), 401, ANONYMOUS],
  ['a token with too long a lifetime', bearer(tokens.long), 401, ANONYMOUS],
  ['a token issued in the future', bearer(tokens.future), 401, ANONYMOUS],
  ['a token with ingest', bearer(tokens.ingest), 401, ANONYMOUS],
  ['a token without a signature', bearer(tokens.unsigned), 401, ANONYMOUS],
  ['a token signed with another secret', bearer(tokens.otherSecret), 401, ANONYMOUS],
  ['a person with the ingest permission', session('sneaky'), 403, [...SIGNED_IN, ...READS, ...INBOX]],
]

describe.each(REQUESTS)('permissions over %s', (_name, buildRequest, operations) => {
  describe.each(PERMISSIONS)('%s', (_who, credentials, refusal, allowedOperations) => {
    test.each(operations)('%s', async (name, operation) => {
      const [input = {}] = getAttempts(name).inputs
      const own =
        name === 'userActivity'
          ? { userId: 'grace' }
          : name === 'compat.userActivity'
            ? { user_id: 'grace' }
            : name === 'append'
              ? { events: [createEvent()] }
              : input
      const allowed = allowedOperations.includes(name)
      const { status, code, response, text } = await send(
        service,
        buildRequest(operation, own, credentials),
        (text) => allowed && (operation.responseType === 'events' || text.includes(SECRET)),
      )
      expect([status, allowed ? '' : code]).toEqual(
        allowed ? [200, ''] : [refusal, refusal === 401 ? 'unauthenticated' : 'forbidden'],
      )
      if (!allowed) expect(text).not.toContain(SECRET)
      expect(response.headers.get('www-authenticate')).toBe(response.status === 401 ? 'Bearer realm="whodid"' : null)
    })
  })

  test('a key for all tenants must name the tenant it reads', async () => {
    const list = OPERATIONS.find(({ name }) => name === 'list')
    if (!list) throw new Error('There is no list.')
    const read = async (input: Record<string, unknown>, secret: string) =>
      send(service, buildRequest(list, input, bearer(secret)))
    expect(await read({}, KEYS.allRead)).toMatchObject({ status: 400, code: 'tenant_required' })
    expect(await read({ tenant: '*' }, KEYS.allRead)).toMatchObject({ status: 400, code: 'tenant_required' })
    expect((await read({}, KEYS.allRead)).text).toMatch(/Tenant required: .* Name it with `tenant=<id>`\./)
    expect((await read({ tenant: '*' }, KEYS.allRead)).text).toMatch(/Tenant required: .* one tenant at a time\./)
    expect((await read({ tenant: 'acme' }, KEYS.allRead)).text).toContain(SECRET)
    expect(await read({ tenant: 'acme' }, KEYS.umbrellaRead)).toMatchObject({ status: 403, code: 'forbidden' })
    expect((await read({}, KEYS.umbrellaRead)).text).not.toContain(SECRET)
  })
})
