import { type EventStore, newId, type Viewer } from '@whodid/core'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { mintViewerToken, type ViewerTokenOptions } from '../src/auth/viewer-token.ts'
import { createEvent, keepOpen, openService, type TestService } from './support/acme.ts'
import { bearer, createRestApi, session } from './support/api.ts'
import { type ServedService, serve } from './support/serve.ts'

const SECRET = 'a-secret-that-only-tests-know-of'
const OLD = 'another-secret-known-until-today'
const MINUTE = 60_000

const grace: Viewer = { id: 'grace', name: 'Grace', tenants: ['acme'], permissions: ['view', 'view:all'] }

let store: EventStore
let service: TestService
let served: ServedService
let now = Date.parse('2026-11-21T10:00:00.250Z')

function mint(more: Partial<ViewerTokenOptions> = {}) {
  return mintViewerToken({ secret: SECRET, viewer: grace, now: () => now, ...more })
}

beforeAll(async () => {
  store = await openMemoryStore()
  service = await openService({ store: keepOpen(store), viewerTokens: { secret: [SECRET, OLD] }, now: () => now })
  served = await serve(service)
  await service.append([
    createEvent({ id: newId(now), context: { ip: '192.0.2.1' } }),
    createEvent({ id: newId(now), actor: { type: 'user', id: 'grace' }, resource: { type: 'project', id: 'p2' } }),
    createEvent({ id: newId(now), tenantId: 'umbrella' }),
  ])
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await service.close()
  await store.close()
})

async function read(token: string, path = '/api/v1/events') {
  const response = await fetch(`${served.url}${path}`, { headers: bearer(token) })
  return { status: response.status, ...(await response.json()) }
}

async function total(token: string, path?: string) {
  const { status, total } = await read(token, path)
  return status === 200 ? total.value : status
}

/** Signs a token with the claims of a valid one, changed by `claims`. */
function forge(claims: { [claim: string]: unknown }, header: object = {}, secret = SECRET) {
  const { id: sub, ...viewer } = grace
  const iat = now / 1000
  const good = { iss: 'whodid-host', aud: 'whodid', sub, ...viewer, jti: newId(), iat, exp: iat + 300 }
  return new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'whodid-viewer+jwt', ...header })
    .sign(new TextEncoder().encode(secret))
}

describe('the claims of a token apply to every read', () => {
  test('viewer, tenants and permissions', async () => {
    const token = await mint()
    expect(await read(token, '/api/v1/viewer')).toEqual({ status: 200, ...grace })
    expect(await total(token)).toBe(2)
    expect(await read(token, '/api/v1/events?tenant=umbrella')).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await read(token, '/api/v1/events/export?format=csv')).toMatchObject({ status: 403, code: 'forbidden' })
  })

  test('own activity only without view:all', async () => {
    expect(await total(await mint({ viewer: { ...grace, permissions: ['view'] } }))).toBe(1)
  })

  test('filter and masked fields', async () => {
    const token = await mint({ viewer: { ...grace, filter: { resourceId: ['p1'] }, masked: ['context.ip'] } })
    const { items } = await read(token)
    expect(items).toHaveLength(1)
    expect(items[0].context.ip).toBe('[redacted]')
  })

  test('several tenants', async () => {
    const token = await mint({ viewer: { ...grace, tenants: ['acme', 'umbrella'] } })
    expect(await total(token, '/api/v1/events?tenant=*')).toBe(3)
  })

  test('a token is accepted from any origin, since no browser sends it automatically', async () => {
    const headers = { ...bearer(await mint()), origin: 'https://other.test', 'content-type': 'application/json' }
    const response = await fetch(`${served.url}/api/v1/inbox/seen`, { method: 'POST', headers, body: '{"all":true}' })
    expect(response.status).toBe(200)
  })
})

describe('mintViewerToken rejects', () => {
  const refusals: readonly (readonly [string, Partial<ViewerTokenOptions>, RegExp])[] = [
    ['a short secret', { secret: 'x'.repeat(31) }, /31 bytes/],
    ['a lifetime of more than fifteen minutes', { expiresIn: 901 }, /between 0 and 900 seconds/],
    ['a lifetime of zero', { expiresIn: 0 }, /between 0 and 900 seconds/],
    ['a lifetime that is not a number', { expiresIn: Number.NaN }, /between 0 and 900 seconds/],
    ['ingest', { viewer: { ...grace, permissions: ['view', 'ingest'] } }, /permissions/],
    ['no tenant', { viewer: { ...grace, tenants: [] } }, /tenants/],
    ['an empty id', { viewer: { ...grace, id: '' } }, /sub/],
    ['the id of a key', { viewer: { ...grace, id: 'key:ci' } }, /reserved for API keys/],
  ]
  test.each(refusals)('%s', async (_what, options, message) => {
    await expect(mint(options)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
    })
  })

  test('the same secrets as a service', async () => {
    for (const secret of ['x'.repeat(31), [SECRET, 'short'], []]) {
      await expect(openService({ store: keepOpen(store), viewerTokens: { secret } })).rejects.toMatchObject({
        code: 'invalid_input',
      })
    }
  })
})

describe('a token is rejected', () => {
  const soon = () => now / 1000 + 300
  const tokens: readonly (readonly [string, () => string | Promise<string>, RegExp])[] = [
    ['when another secret signed it', () => forge({}, {}, 'a-secret-that-only-others-know-of'), /another secret/],
    ['for another audience', () => forge({ aud: 'billing' }), /"aud"/],
    ['for several audiences', () => forge({ aud: ['whodid', 'billing'] }), /aud/],
    ['of another issuer', () => forge({ iss: 'billing' }), /"iss"/],
    ['with another algorithm and the same secret', () => forge({}, { alg: 'HS512' }), /alg/],
    [
      'when it is valid for more than fifteen minutes',
      () => forge({ exp: now / 1000 + 901 }),
      /lifetime is over 900 seconds/,
    ],
    ['when it was issued long ago', () => forge({ iat: now / 1000 - 700 }), /lifetime is over 900 seconds/],
    [
      'when it was issued in the future',
      () => forge({ iat: now / 1000 + 6, exp: now / 1000 + 60 }),
      /issued in the future/,
    ],
    ['when it has expired', () => forge({ iat: now / 1000 - 60, exp: now / 1000 - 0.001 }), /expired/],
    ['without an expiry', () => forge({ exp: undefined }), /exp/],
    ['without an issue time', () => forge({ iat: undefined }), /iat/],
    ['without an id', () => forge({ jti: undefined }), /jti/],
    ['without a subject', () => forge({ sub: undefined }), /sub/],
    ['with ingest', () => forge({ permissions: ['ingest'] }), /permissions/],
    ['with an unknown claim', () => forge({ only: ['p1'] }), /only/],
    ['with an invalid filter', () => forge({ filter: { projects: ['p1'] } }), /projects/],
    [
      'without a signature',
      () => {
        const [header = '', payload = ''] = new UnsecuredJWT({ sub: 'grace', exp: soon() }).encode().split('.')
        const none = btoa(JSON.stringify({ alg: 'none', typ: 'whodid-viewer+jwt' })).replaceAll('=', '')
        expect(atob(header)).toContain('none')
        return `${none}.${payload}.`
      },
      /alg|signed|Invalid|Unsecured/i,
    ],
    [
      'when a character was changed',
      async () => (await mint()).replace(/\.(.)/, (_, char) => `.${char === 'e' ? 'f' : 'e'}`),
      /./,
    ],
    [
      'with the signature of another token',
      async () => {
        const [mine, other] = [(await mint()).split('.'), (await mint()).split('.')]
        return [mine[0], mine[1], other[2]].join('.')
      },
      /another secret/,
    ],
  ]
  test.each(tokens)('%s', async (_what, make, why) => {
    const refusal = await read(await make())
    expect(refusal).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect(refusal.detail).toMatch(/^Invalid viewer token: /)
    expect(refusal.detail).toMatch(why)
  })

  test('when it is of another type and the host does not know it', async () => {
    expect(await read(await forge({}, { typ: 'JWT' }))).toMatchObject({ status: 401 })
    expect(await read(new UnsecuredJWT({ sub: 'grace' }).encode())).toMatchObject({ status: 401 })
    expect(await read('a.b.c')).toMatchObject({ status: 401 })
  })

  test('by a service without viewer tokens', async () => {
    await using closed = await openService({ store: keepOpen(store) })
    await using elsewhere = await serve(closed)
    const response = await fetch(`${elsewhere.url}/api/v1/events`, { headers: bearer(await mint()) })
    expect(response.status).toBe(401)
  })
})

test('a token is valid to its last millisecond and no longer', async () => {
  const token = await mint({ expiresIn: 900 })
  const minted = now
  now = minted + 15 * MINUTE - 1
  expect(await total(token)).toBe(2)
  now = minted + 15 * MINUTE
  expect(await total(token)).toBe(401)
  now = minted
})

test('a host can rotate its secret without signing anyone out', async () => {
  expect(await total(await mint({ secret: OLD }))).toBe(2)
  await using next = await openService({ store: keepOpen(store), viewerTokens: { secret: SECRET }, now: () => now })
  await using elsewhere = await serve(next)
  const status = async (token: string) =>
    (await fetch(`${elsewhere.url}/api/v1/events`, { headers: bearer(token) })).status
  expect(await status(await mint())).toBe(200)
  expect(await status(await mint({ secret: OLD }))).toBe(401)
})

describe('an administrator can revoke', () => {
  const revoke = async (body: object, who = session('ada'), at = served) => {
    const headers = { ...who, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(`${at.url}/api/v1/viewer-tokens/revoke`, init)
    return { status: response.status, ...(await response.json()) }
  }

  test('one token by its id, in every process', async () => {
    const [token, another] = [await mint({ id: 'token-1' }), await mint()]
    await using other = await openService({
      store: keepOpen(store),
      viewerTokens: { secret: SECRET },
      authorize: () => null,
      now: () => now,
    })
    await using elsewhere = await serve(other)
    expect(await revoke({ token: 'token-1' })).toEqual({
      status: 200,
      at: new Date(now).toISOString(),
      until: new Date(now + 16 * MINUTE).toISOString(),
    })
    expect(await read(token)).toMatchObject({ status: 401, detail: expect.stringContaining('revoked') })
    expect((await fetch(`${elsewhere.url}/api/v1/events`, { headers: bearer(token) })).status).toBe(401)
    expect(await total(another)).toBe(2)
  })

  test('all tokens of a viewer issued until now, and none issued later', async () => {
    const ofHeidi = (more: Partial<Viewer> = {}) => mint({ viewer: { ...grace, id: 'heidi', ...more } })
    const [before, graces] = [await ofHeidi(), await mint()]
    now += 1
    expect(await revoke({ viewerId: 'heidi' })).toMatchObject({ status: 200 })
    expect(await total(before)).toBe(401)
    expect(await total(graces)).toBe(2)
    expect(await total(await ofHeidi())).toBe(2)
  })

  test('for their own tenant: a token of several tenants keeps the others', async () => {
    const both = { ...grace, id: 'ivan', tenants: ['acme', 'umbrella'] }
    const token = await mint({ viewer: both, id: 'of-both' })
    expect(await revoke({ token: 'of-both' }, session('eve'))).toMatchObject({ status: 200 })
    expect((await read(token, '/api/v1/viewer')).tenants).toEqual(['acme'])
    expect(await total(token, '/api/v1/events?tenant=*')).toBe(2)
    expect(await total(token, '/api/v1/events?tenant=umbrella')).toBe(403)
    expect(await revoke({ token: 'of-both' })).toMatchObject({ status: 200 })
    expect(await total(token)).toBe(401)
  })

  test('nothing in another tenant', async () => {
    const token = await mint({ id: 'not-eves' })
    expect(await revoke({ token: 'not-eves' }, session('eve'))).toMatchObject({ status: 200 })
    expect(await revoke({ token: 'not-eves', tenant: 'acme' }, session('eve'))).toMatchObject({ status: 403 })
    expect(await revoke({ viewerId: 'grace' }, session('linus'))).toMatchObject({ status: 403 })
    expect(await total(token)).toBe(2)
  })

  test('which is logged', async () => {
    await revoke({ token: 'told' })
    await revoke({ viewerId: 'judy' })
    const { items } = await createRestApi(served.url, fetch, session('ada')).list({
      action: ['audit.token_revoked'],
      limit: 2,
    })
    expect(items.map(({ description, actor, resource }) => [description, actor.id, resource.type])).toEqual([
      ['Revoked viewer tokens of judy', 'ada', 'user'],
      ['Revoked viewer token told', 'ada', 'viewer_token'],
    ])
  })

  test('by exactly one of token and viewerId', async () => {
    for (const body of [{}, { token: 'x', viewerId: 'y' }, { token: '' }, { viewerId: 7 }, { all: true }]) {
      expect(await revoke(body)).toMatchObject({ status: 400, code: 'invalid_input' })
    }
  })
})
