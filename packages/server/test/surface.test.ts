import { expect, test } from 'vitest'
import { ROUTES } from '../src/http/routes.ts'
import { openService } from './support/acme.ts'

/** The documented routes, in order. */
const SURFACE = `
GET /api/v1/events
POST /api/v1/events
GET /api/v1/events/{}
GET /api/v1/events/export
GET /api/v1/users/{}/activity
GET /api/v1/resources/{}/{}/history
GET /api/v1/inbox/count
POST /api/v1/inbox/seen
POST /api/v1/inbox/unseen
POST /api/v1/inbox/archive
POST /api/v1/inbox/unarchive
GET /api/v1/catalog
GET /api/v1/facets
GET /api/v1/stats
GET /api/v1/stream
GET /api/v1/keys
POST /api/v1/keys
DELETE /api/v1/keys/{}
GET /api/v1/retention
PUT /api/v1/retention
POST /api/v1/retention/preview
GET /api/v1/people/{}/export
POST /api/v1/people/{}/erase
GET /health
`

/** Additional routes. */
const ADDITIONAL = `
GET /api/v1/viewer
POST /api/v1/viewer-tokens/revoke
POST /api/v1/routes
GET /api/activity
POST /api/activity/mark-seen
POST /api/activity/archive
GET /audit-logs
GET /users/{}/activity
`

function lines(text: string) {
  return text.trim().split('\n')
}

test('the routes are exactly the documented ones', () => {
  const routes = ROUTES.map(({ route }) => `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`)
  expect(routes.toSorted()).toEqual([...lines(SURFACE), ...lines(ADDITIONAL)].toSorted())
})

test('every route is reachable', async () => {
  await using service = await openService()
  for (const { route, requires } of ROUTES) {
    const path = route.path.replace(/\{\w+\}/g, 'x')
    const response = await service.fetch(new Request(`http://localhost/activity${path}`, { method: 'OPTIONS' }), {
      basePath: '/activity',
    })
    expect([path, response?.headers.get('allow')?.includes(route.method)]).toEqual([path, true])
    const anonymous = await service.fetch(new Request(`http://localhost/activity${path}`, { method: route.method }), {
      basePath: '/activity',
    })
    expect([path, anonymous?.status]).toEqual([path, requires === 'nothing' ? 200 : 401])
  }
  for (const path of ['/openapi.json', '/docs']) {
    expect((await service.fetch(new Request(`http://localhost${path}`)))?.status).toBe(200)
  }
})
