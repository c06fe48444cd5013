import { type ApiKey, type EventStore, newId } from '@whodid/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { generateApiKey } from '../src/auth/api-key.ts'
import { authorizeAs, createEvent, KEYS, keepOpen, openService, type TestService } from './support/acme.ts'
import { bearer, type Credentials, session } from './support/api.ts'
import { type ServedService, serve } from './support/serve.ts'

const MINUTE = 60_000

let store: EventStore
let tenant = 0
let now = 0
let lookUps = 0
let service: TestService
let served: ServedService

beforeAll(async () => {
  const opened = await openMemoryStore()
  store = {
    ...opened,
    keys: {
      ...opened.keys,
      find: (hash) => {
        lookUps += 1
        return opened.keys.find(hash)
      },
    },
  }
})
afterAll(() => store.close())

function open() {
  return openService({ store: keepOpen(store), authorize: authorizeAs(`t${tenant}`), now: () => now })
}

beforeEach(async () => {
  tenant += 1
  now = Date.parse('2026-11-21T10:00:30.000Z')
  service = await open()
  served = await serve(service)
  return async () => {
    await served[Symbol.asyncDispose]()
    await service.close()
  }
})

async function call(method: string, path: string, who: Credentials, body?: unknown, at = served) {
  const response = await fetch(`${at.url}${path}`, {
    method,
    headers: { ...who, ...(body !== undefined && { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

async function createKey(body: object, who = session('ada')): Promise<{ id: string; key: string }> {
  const made = await call('POST', '/api/v1/keys', who, body)
  expect(made).toMatchObject({ status: 200, body: { id: expect.any(String), key: expect.any(String) } })
  return made.body
}

async function listKeys(): Promise<ApiKey[]> {
  return (await call('GET', '/api/v1/keys', session('ada'))).body.items
}

async function listAudit() {
  const { items } = (await call('GET', '/api/v1/events?category=audit&order=asc', session('ada'))).body
  return items.map(
    ({ action, resource, actor }: { action: string; resource: { id: string }; actor: { id: string } }) =>
      `${action} ${resource.id} by ${actor.id}`,
  )
}

test('a key is shown once, stored as a hash, and limited to its scopes and tenant', async () => {
  const made = await createKey({ name: 'ci', scopes: ['ingest'] })
  expect(made.key).toMatch(/^whodid_ingest_/)
  const stored = await call(
    'POST',
    '/api/v1/events',
    bearer(made.key),
    createEvent({ id: newId(now), tenantId: `t${tenant}` }),
  )
  expect(stored.body.results).toMatchObject([{ outcome: 'stored' }])
  expect(await call('GET', '/api/v1/events', bearer(made.key))).toMatchObject({ status: 403 })
  const elsewhere = await call(
    'POST',
    '/api/v1/events',
    bearer(made.key),
    createEvent({ id: newId(now), tenantId: 'acme' }),
  )
  expect(elsewhere.body.results).toMatchObject([{ outcome: 'rejected', code: 'wrong_tenant' }])

  const list = await call('GET', '/api/v1/keys', session('ada'))
  expect(list.body.items).toEqual([
    {
      id: made.id,
      tenantId: `t${tenant}`,
      name: 'ci',
      scopes: ['ingest'],
      createdAt: new Date(now).toISOString(),
      createdBy: 'ada',
      expiresAt: null,
      lastUsedAt: new Date(now - MINUTE / 2).toISOString(),
      revokedAt: null,
    },
  ])
  expect(JSON.stringify(list.body)).not.toContain(made.key.slice(-28))
  expect(await call('GET', '/api/v1/viewer', bearer(made.key))).toMatchObject({
    body: { id: `key:${made.id}`, name: 'ci', tenants: [`t${tenant}`], permissions: ['ingest'] },
  })
})

test('creating and revoking a key are logged without the key', async () => {
  const made = await createKey({ name: 'ci', scopes: ['read', 'export'] })
  expect((await call('DELETE', `/api/v1/keys/${made.id}`, session('ada'))).body).toMatchObject({
    id: made.id,
    revokedAt: new Date(now).toISOString(),
  })
  now += MINUTE
  // Revoking it again changes nothing and logs nothing.
  expect((await call('DELETE', `/api/v1/keys/${made.id}`, session('ada'))).body.revokedAt).toBe(
    new Date(now - MINUTE).toISOString(),
  )
  expect(await listAudit()).toEqual([`audit.key_created ${made.id} by ada`, `audit.key_revoked ${made.id} by ada`])
  const events = await call('GET', '/api/v1/events?category=audit', session('ada'))
  expect(JSON.stringify(events.body)).not.toContain(made.key.slice(-28))
})

test('a revocation takes effect immediately, also in another service on the same store', async () => {
  await using other = await open()
  await using elsewhere = await serve(other)
  const made = await createKey({ name: 'ci', scopes: ['read'] })
  expect(await call('GET', '/api/v1/events', bearer(made.key), undefined, elsewhere)).toMatchObject({ status: 200 })
  await call('DELETE', `/api/v1/keys/${made.id}`, session('ada'))
  for (const at of [elsewhere, served]) {
    expect(await call('GET', '/api/v1/events', bearer(made.key), undefined, at)).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated', detail: expect.stringMatching(/^API key revoked at 2026-11-21/) },
    })
  }
})

test('a key expires, and cannot be created with a past expiry', async () => {
  const made = await createKey({ name: 'ci', scopes: ['read'], expiresAt: '2026-11-21T12:00:00+01:00' })
  expect((await listKeys())[0]?.expiresAt).toBe('2026-11-21T11:00:00.000Z')
  now = Date.parse('2026-11-21T10:59:59.999Z')
  expect(await call('GET', '/api/v1/events', bearer(made.key))).toMatchObject({ status: 200 })
  now += 1
  expect(await call('GET', '/api/v1/events', bearer(made.key))).toMatchObject({
    status: 401,
    body: { detail: expect.stringMatching(/^API key expired at/) },
  })
  for (const expiresAt of ['2026-11-21T11:00:00Z', '2026-11-21', 'tomorrow']) {
    expect(
      await call('POST', '/api/v1/keys', session('ada'), { name: 'x', scopes: ['read'], expiresAt }),
    ).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', detail: expect.stringMatching(/expiresAt/) },
    })
  }
})

test('the last use is stored to the minute', async () => {
  const made = await createKey({ name: 'ci', scopes: ['read'] })
  const lastUsed = async () => (await listKeys())[0]?.lastUsedAt
  expect(await lastUsed()).toBeNull()
  await call('GET', '/api/v1/events', bearer(made.key))
  now += 29_000
  await call('GET', '/api/v1/events', bearer(made.key))
  expect(await lastUsed()).toBe('2026-11-21T10:00:00.000Z')
  now += 1_000
  await call('GET', '/api/v1/events', bearer(made.key))
  expect(await lastUsed()).toBe('2026-11-21T10:01:00.000Z')
})

test('two keys can share a name for rotation, and a third is rejected with the key to revoke', async () => {
  const first = await createKey({ name: 'ci', scopes: ['read'] })
  now += 1_000
  const second = await createKey({ name: 'ci', scopes: ['read'] })
  now += 1_000
  expect(await call('POST', '/api/v1/keys', session('ada'), { name: 'ci', scopes: ['read'] })).toMatchObject({
    status: 400,
    body: { code: 'invalid_input', detail: expect.stringContaining(`revoke the oldest, ${first.id}, first`) },
  })
  await createKey({ name: 'another', scopes: ['read'] })
  now += 1_000
  for (const { key: secret } of [first, second]) {
    expect(await call('GET', '/api/v1/events', bearer(secret))).toMatchObject({ status: 200 })
  }
  await call('DELETE', `/api/v1/keys/${first.id}`, session('ada'))
  await createKey({ name: 'ci', scopes: ['read'], expiresAt: new Date(now + 5_000).toISOString() })
  expect(await call('POST', '/api/v1/keys', session('ada'), { name: 'ci', scopes: ['read'] })).toMatchObject({
    status: 400,
  })
  // An expired key does not count.
  now += 5_000
  await createKey({ name: 'ci', scopes: ['read'] })
  expect((await listKeys()).map(({ name, revokedAt }) => `${name} ${revokedAt === null}`)).toEqual([
    'ci true',
    'ci true',
    'another true',
    'ci true',
    'ci false',
  ])
})

describe('an administrator', () => {
  const wrong: readonly (readonly [string, object, number])[] = [
    ['for all tenants', { name: 'x', scopes: ['read'], tenant: '*' }, 403],
    ['for another tenant', { name: 'x', scopes: ['read'], tenant: 'umbrella' }, 403],
    ['with a tenantId', { name: 'x', scopes: ['read'], tenantId: '*' }, 400],
    ['with an unknown scope', { name: 'x', scopes: ['*'] }, 400],
    ['without scopes', { name: 'x', scopes: [] }, 400],
    ['without a name', { scopes: ['read'] }, 400],
    ['with an id', { id: 'mine', name: 'x', scopes: ['read'] }, 400],
  ]
  test.each(wrong)('cannot create a key %s', async (what, body, status) => {
    const answer = await call('POST', '/api/v1/keys', session('ada'), body)
    // With one tenant, `*` means that tenant.
    if (what === 'for all tenants') {
      expect((await listKeys()).map((made) => made.tenantId)).toEqual([`t${tenant}`])
    } else {
      expect(answer.status).toBe(status)
      expect(await listKeys()).toEqual([])
    }
  })

  test('cannot list or revoke keys of other tenants', async () => {
    const made = await createKey({ name: 'ci', scopes: ['read'] })
    await using others = await openService({ store: keepOpen(store), authorize: authorizeAs('others') })
    await using elsewhere = await serve(others)
    expect((await call('GET', '/api/v1/keys', session('ada'), undefined, elsewhere)).body).toEqual({ items: [] })
    for (const query of ['', `?tenant=t${tenant}`, '?tenant=*']) {
      const answer = await call('DELETE', `/api/v1/keys/${made.id}${query}`, session('ada'), undefined, elsewhere)
      expect([403, 404]).toContain(answer.status)
    }
    expect(await call('GET', '/api/v1/events', bearer(made.key))).toMatchObject({ status: 200 })
  })

  test('can be a key with the scope admin, for its own tenant', async () => {
    const admin = await createKey({ name: 'admin', scopes: ['admin'] })
    now += 1_000
    const made = await createKey({ name: 'ci', scopes: ['ingest', 'read', 'export', 'admin'] }, bearer(admin.key))
    expect((await listKeys()).map(({ tenantId, createdBy }) => [tenantId, createdBy])).toEqual([
      [`t${tenant}`, `key:${admin.id}`],
      [`t${tenant}`, 'ada'],
    ])
    expect(await listAudit()).toEqual([
      `audit.key_created ${admin.id} by ada`,
      `audit.key_created ${made.id} by key:${admin.id}`,
    ])
  })

  test('can be a key for all tenants, which must name the tenant', async () => {
    const root = { key: 'root-0123456789abcdef', name: 'root', scopes: ['admin'], tenant: '*' } as const
    await using hosts = await openService({ store: keepOpen(store), keys: [root] })
    await using there = await serve(hosts)
    const create = (body: object) => call('POST', '/api/v1/keys', bearer(root.key), body, there)
    for (const more of [{}, { tenant: '*' }]) {
      expect(await create({ name: 'x', scopes: ['read'], ...more })).toMatchObject({
        status: 400,
        body: { code: 'tenant_required' },
      })
    }
    expect(await create({ name: 'x', scopes: ['read'], tenant: `t${tenant}` })).toMatchObject({ status: 200 })
    expect((await listKeys()).map(({ createdBy }) => createdBy)).toEqual(['key:root'])
  })
})

describe('a wrong key', () => {
  const sendWrongKey = async (secret: string) => {
    const before = lookUps
    const answer = await call('GET', '/api/v1/events', bearer(secret))
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    return { lookUps: lookUps - before, detail: answer.body.detail }
  }

  test('that is mistyped is detected by its checksum without a database lookup', async () => {
    const made = await createKey({ name: 'ci', scopes: ['read'] })
    const mistyped = made.key.slice(0, -1) + (made.key.endsWith('A') ? 'B' : 'A')
    expect(await sendWrongKey(mistyped)).toEqual({ lookUps: 0, detail: expect.stringContaining('checksum') })
    expect(await sendWrongKey(made.key.slice(0, -1))).toMatchObject({ lookUps: 0 })
    expect(await sendWrongKey('an-unknown-key-0123456789')).toMatchObject({ lookUps: 0 })
    expect(await sendWrongKey(KEYS.acmeRead.slice(1))).toMatchObject({ lookUps: 0 })
  })

  test('that does not exist is looked up once, however often it is sent', async () => {
    const { key: unknown } = generateApiKey(['admin'])
    expect(await sendWrongKey(unknown)).toEqual({ lookUps: 1, detail: expect.stringContaining('no such key') })
    expect(await sendWrongKey(unknown)).toMatchObject({ lookUps: 0 })
    expect(await sendWrongKey(unknown)).toMatchObject({ lookUps: 0 })
  })

  test('is never passed to the host', async () => {
    const seen: string[] = []
    await using careful = await openService({
      store: keepOpen(store),
      authorize: (request) => {
        seen.push(request.headers.get('authorization') ?? '')
        return null
      },
    })
    await using there = await serve(careful)
    await call('GET', '/api/v1/events', bearer(generateApiKey(['read']).key), undefined, there)
    await call('GET', '/api/v1/events', bearer('whodid_read_cut'), undefined, there)
    expect(seen).toEqual([])
    await call('GET', '/api/v1/events', bearer('of-the-host'), undefined, there)
    expect(seen).toEqual(['Bearer of-the-host'])
  })
})

test('a failure to store the last use warns the host and rejects nothing', async () => {
  const made = await createKey({ name: 'ci', scopes: ['read'] })
  const used = async () => {
    throw new Error('the disk is full')
  }
  await using full = await openService({
    store: keepOpen({ ...store, keys: { ...store.keys, markUsed: used } }),
    now: () => now,
  })
  await using there = await serve(full)
  expect(await call('GET', '/api/v1/events', bearer(made.key), undefined, there)).toMatchObject({ status: 200 })
  expect(full.warnings).toEqual([expect.stringContaining('the disk is full')])
})

describe('a write without a body', () => {
  const remove = (headers: Credentials, path: string) =>
    fetch(`${served.url}${path}`, { method: 'DELETE', headers }).then(({ status }) => status)

  test('is rejected from another site with a cookie', async () => {
    const made = await createKey({ name: 'ci', scopes: ['read'] })
    const path = `/api/v1/keys/${made.id}`
    expect(await remove({ ...session('ada'), origin: 'https://evil.test' }, path)).toBe(403)
    expect(await remove({ ...session('ada'), 'sec-fetch-site': 'cross-site' }, path)).toBe(403)
    expect(await call('GET', '/api/v1/events', bearer(made.key))).toMatchObject({ status: 200 })
    expect(await remove({ ...session('ada'), 'sec-fetch-site': 'same-origin' }, `${path}?tenant=t${tenant}`)).toBe(200)
    expect(await call('GET', '/api/v1/events', bearer(made.key))).toMatchObject({ status: 401 })
  })

  test('rejects unknown keys, parameters and methods', async () => {
    expect(await remove(session('ada'), '/api/v1/keys/nothing')).toBe(404)
    expect(await remove(session('ada'), '/api/v1/keys/nothing?force=1')).toBe(400)
    expect(await remove(session('ada'), '/api/v1/keys')).toBe(405)
    expect(await remove(session('linus'), '/api/v1/keys/nothing')).toBe(403)
    const options = await fetch(`${served.url}/api/v1/keys/x`, { method: 'OPTIONS' })
    expect(options.headers.get('allow')).toBe('DELETE, OPTIONS')
  })
})

test('an expiry must be a date or time the store can hold, and a rejected key is not logged', async () => {
  const create = (body: object) => call('POST', '/api/v1/keys', session('ada'), { scopes: ['read'], ...body })
  for (const expiresAt of ['9999-12-31T23:59:59-14:00', 'tomorrow']) {
    const { status, body } = await create({ name: 'late', expiresAt })
    expect([status, body.detail]).toEqual([400, expect.stringMatching(/must be (before the year 9999|a date such as)/)])
  }
  for (const name of ['two\nlines', '\u001b[31mred', 'abc\u202edef', 'a\u2066b']) {
    expect(await create({ name })).toMatchObject({ status: 400, body: { detail: expect.stringContaining('control') } })
  }
  expect(await listAudit()).toEqual([])
  await createKey({ name: 'schlüssel 鍵', scopes: ['read'], expiresAt: '2090-01-01' })
  expect((await listKeys())[0]).toMatchObject({ name: 'schlüssel 鍵', expiresAt: '2090-01-01T00:00:00.000Z' })
})
