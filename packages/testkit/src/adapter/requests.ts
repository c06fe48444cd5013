import { METHODS } from 'node:http'
import { expect } from 'vitest'
import type { DefineCase } from './test-adapter.ts'

/** Cases about who acts on which resource, and about requests that are no events. */
export function defineRequestCases(define: DefineCase): void {
  define('records a creation with actor, resource and context', async (app) => {
    const response = await app.call('POST', '/api/projects?draft=1', { json: { name: 'Engine', password: 'x' } })
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ id: 'p1', name: 'Engine' })
    expect(await app.events(1)).toEqual([
      {
        id: expect.any(String),
        tenantId: 'acme',
        action: 'project.created',
        kind: 'create',
        status: 'success',
        actor: { type: 'user', id: 'ada', name: 'ADA' },
        resource: { type: 'project', id: 'p1', name: 'Engine' },
        severity: 'info',
        description: 'Project Engine was created',
        context: {
          channel: 'api',
          ip: '127.0.0.1',
          userAgent: 'node',
          requestId: expect.any(String),
          traceId: null,
          method: 'POST',
          route: '/api/projects',
        },
      },
    ])
  })

  define('takes the actor and the tenant from an authentication that runs after the adapter', async (app) => {
    const { status } = await app.call('POST', '/api/members', { headers: { authorization: 'Bearer grace' } })
    expect(status).toBe(201)
    expect(await app.events(1)).toMatchObject([
      {
        action: 'member.created',
        status: 'success',
        tenantId: 'acme',
        actor: { type: 'user', id: 'grace', name: 'GRACE' },
        resource: { id: 'm1', name: 'Grace' },
        context: { route: '/api/members' },
      },
    ])
  })

  define('records a request that the authentication of its route refuses', async (app) => {
    expect((await app.call('POST', '/api/members')).status).toBe(401)
    expect(await app.events(1)).toMatchObject([
      {
        action: 'member.created',
        status: 'failure',
        error: { status: 401, message: 'Sign in first' },
        context: { route: '/api/members' },
      },
    ])
  })

  define('ignores reads and unknown paths', async (app) => {
    expect((await app.call('GET', '/api/projects/p1')).status).toBe(200)
    expect((await app.call('POST', '/wp-login.php', { json: {} })).status).toBe(404)
    expect(await app.events(0)).toEqual([])
  })

  define('ignores the catch-all route of the app, however long the path', async (app) => {
    for (const path of [
      '/nothing',
      '/wp-admin/setup.php',
      '/v1/nothing/at/all',
      '/api/nothing',
      '/api/projects/p1/x/y',
    ])
      expect([path, (await app.call('POST', path, { json: {} })).status]).toEqual([path, 404])
    expect(await app.events(0)).toEqual([])
  })

  define('ignores HEAD and OPTIONS, also on paths that change something', async (app) => {
    for (const path of ['/api/projects', '/api/projects/p1', '/api/projects/p1/archive', '/api/projects/p1/sync'])
      for (const method of ['HEAD', 'OPTIONS']) await app.call(method, path)
    expect(await app.events(0)).toEqual([])
  })

  define('ignores unusual methods that only read', async (app) => {
    // Node 20 does not parse QUERY.
    for (const method of ['PROPFIND', 'SEARCH', 'REPORT', 'QUERY'].filter((each) => METHODS.includes(each)))
      expect([method, (await app.call(method, '/api/projects/p1/sync')).status]).toEqual([method, 200])
    expect(await app.events(0)).toEqual([])
  })

  define('records unusual methods that change something', async (app) => {
    expect((await app.call('LOCK', '/api/projects/p1/sync')).status).toBe(200)
    expect(await app.events(1)).toMatchObject([
      {
        action: 'project.synced',
        status: 'success',
        actor: { id: 'ada' },
        resource: { type: 'project', id: 'p1' },
        context: { method: 'LOCK', route: '/api/projects/:id/sync' },
      },
    ])
  })

  define('records the full path of nested routes, with parents as scope', async (app) => {
    await app.call('POST', '/api/orgs/acme/projects/p1/services', { json: { name: 'web' } })
    expect(await app.events(1)).toMatchObject([
      {
        action: 'service.created',
        resource: { type: 'service', id: 's1', name: 'web' },
        scope: { org: { id: 'acme' }, project: { id: 'p1' } },
        context: { route: '/api/orgs/:orgId/projects/:projectId/services' },
      },
    ])
  })

  define('decodes the parameters of a path, and ignores the query', async (app) => {
    for (const id of ['caf%C3%A9', 'a%2Fb', '%F0%9F%9A%80'])
      expect((await app.call('DELETE', `/api/tasks/${id}?id=q1&name=q`)).status).toBe(204)
    const context = { route: '/api/tasks/:id' }
    expect(await app.events(3)).toMatchObject([
      { action: 'task.deleted', resource: { type: 'task', id: 'café' }, context },
      { action: 'task.deleted', resource: { type: 'task', id: 'a/b' }, context },
      { action: 'task.deleted', resource: { type: 'task', id: '🚀' }, context },
    ])
  })

  define('does not trust X-Forwarded-For by default', async (app) => {
    const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' }
    await app.call('POST', '/api/projects', { json: { name: 'Engine' }, headers })
    expect((await app.events(1)).map((event) => event.context?.ip)).toEqual(['127.0.0.1'])
  })
}
