import type { AppRoute, EventStore } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { routesStoredOutput } from '../src/openapi/schemas/service.ts'
import { KEYS, openService, type TestService } from './support/acme.ts'
import { bearer, type Credentials } from './support/api.ts'
import { type ServedService, serve } from './support/serve.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const AT = '2026-11-20T12:00:00.000Z'

function createRoute(route: Partial<AppRoute> = {}): AppRoute {
  return { method: 'POST', path: '/api/projects', action: 'project.created', ...route }
}

describe('the routes of the app', () => {
  let store: EventStore
  let service: TestService
  let served: ServedService

  beforeAll(async () => {
    store = await openMemoryStore()
    service = await openService({ store, now: () => NOW, limits: { events: { quota: 10_000, seconds: 60 } } })
    served = await serve(service)
  })
  afterAll(async () => {
    await served[Symbol.asyncDispose]()
    await service.close()
  })

  const post = async (body: unknown, credentials: Credentials = bearer(KEYS.allIngest)) => {
    const headers = { ...credentials, 'content-type': 'application/json' }
    const response = await fetch(`${served.url}/api/v1/routes`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const find = async (path: string) => (await store.routes.list()).filter((route) => route.path === path)

  test.each([
    ['a key for all tenants', KEYS.allIngest],
    ['a key for one tenant', KEYS.acmeIngest],
  ])('are stored with %s', async (name, key) => {
    const route = createRoute({ path: `/${name}` })
    const { status, body } = await post(
      { routes: [route, createRoute({ path: `/${name}`, method: '*' })] },
      bearer(key),
    )
    expect([status, routesStoredOutput.parse(body)]).toEqual([200, { stored: 2, ignored: 0 }])
    expect(await find(`/${name}`)).toEqual([
      { ...route, method: '*', firstSeenAt: AT, lastSeenAt: AT },
      { ...route, firstSeenAt: AT, lastSeenAt: AT },
    ])
  })

  test('are stored over tRPC', async () => {
    const route = createRoute({ path: '/trpc-client', action: null })
    const headers = { ...bearer(KEYS.acmeIngest), 'content-type': 'application/json' }
    const body = JSON.stringify({ routes: [route] })
    const response = await fetch(`${served.url}/trpc/routes.report`, { method: 'POST', headers, body })
    expect((await response.json()).result.data).toEqual({ stored: 1, ignored: 0 })
    expect(await find('/trpc-client')).toMatchObject([route])
  })

  test('are stored by the app that embeds the service', async () => {
    await service.reportRoutes([createRoute({ path: '/embedded' })])
    await service.reportRoutes([createRoute({ path: '/embedded', action: null })])
    expect(await find('/embedded')).toMatchObject([{ method: 'POST', action: null }])
    await expect(service.reportRoutes([createRoute({ path: '' })])).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('are stored once per method and path, with the last action', async () => {
    const routes = [null, 'project.updated', 'project.viewed'].map((action) =>
      createRoute({ method: action === null ? 'get' : 'GET', path: '/twice', action }),
    )
    expect((await post({ routes })).body).toEqual({ stored: 1, ignored: 0 })
    expect(await find('/twice')).toMatchObject([{ method: 'GET', action: 'project.viewed' }])
  })

  test('are cut to the limits, after a whole character', async () => {
    const path = `/long/${'é'.repeat(1_020)}`
    const routes = ['é', '😀', 'abc'].map((more) =>
      createRoute({ path: `${path}x${more}`, action: `a.${'b'.repeat(200)}` }),
    )
    expect((await post({ routes })).body).toEqual({ stored: 2, ignored: 0 })
    const stored = (await store.routes.list()).filter((route) => route.path.startsWith('/long/'))
    expect(stored.map((route) => [route.path, route.action])).toEqual([
      [`${path}x`, `a.${'b'.repeat(126)}`],
      [`${path}xa`, `a.${'b'.repeat(126)}`],
    ])
  })

  test.each([
    ['no routes', {}, 'routes must be an array'],
    ['a single route', createRoute(), 'routes must be an array'],
    ['too many', { routes: Array(1_001).fill(createRoute()) }, 'routes must be at most 1000 values long'],
    ['no path', { routes: [{ method: 'GET', action: null }] }, 'routes.0.path must be a string'],
    ['an empty path', { routes: [createRoute({ path: '' })] }, 'routes.0.path must be at least 1 characters long'],
    ['a NUL', { routes: [createRoute({ path: '/a\0' })] }, 'routes.0.path must not contain U+0000'],
    ['a lone surrogate', { routes: [createRoute({ action: 'a\ud800' })] }, 'routes.0.action must not contain'],
    ['two methods', { routes: [createRoute({ method: 'GET POST' })] }, 'routes.0.method must be an HTTP method'],
    ['no action', { routes: [{ method: 'GET', path: '/' }] }, 'routes.0.action'],
    ['another field', { routes: [{ ...createRoute(), tenant: 'acme' }] }, 'routes.0.tenant is not a known field'],
  ])('are rejected with %s', async (_name, body, detail) => {
    expect(await post(body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', detail: expect.stringContaining(detail) },
    })
  })

  test('are counted like events by the rate limit', async () => {
    const routes = Array.from({ length: 500 }, (_, index) => createRoute({ path: `/rate/${index}` }))
    const remaining = async () => {
      const { headers } = await post({ routes }, bearer(KEYS.umbrellaIngest))
      return Number(/"events";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])
    }
    expect([await remaining(), await remaining()]).toEqual([9_500, 9_000])
  })

  test('cause a warning when the store is full', async () => {
    for (let start = 0; start < 10_000; start += 2_500) {
      await service.reportRoutes(
        Array.from({ length: 2_500 }, (_, index) => createRoute({ path: `/p/${start + index}` })),
      )
    }
    const [warning, ...others] = service.warnings
    expect([warning, others]).toEqual([expect.stringMatching(/^Ignored \d+ new routes .* not paths with ids\.$/), []])
    const { body } = await post({ routes: [createRoute({ path: '/p/0' }), createRoute({ path: '/new' })] })
    expect(body).toEqual({ stored: 1, ignored: 1 })
    expect(await store.routes.list()).toHaveLength(10_000)
  })
})
