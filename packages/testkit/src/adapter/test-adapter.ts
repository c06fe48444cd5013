import { createTrail, type Trail } from '@whodid/capture'
import { type AppendResult, defineCatalog, type EventWriter, type FetchService, type NewEvent } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { createEchoService } from './echo-service.ts'

/** The parts from which an adapter's test builds its app. */
export interface AdapterSetup {
  readonly trail: Trail
  /** The service to mount at `/activity`. */
  readonly service: FetchService
  /** Returns the actor for the header `x-user`. Pass it to the adapter as `actor`. */
  readonly getActor: (user: string | undefined) => { readonly id: string; readonly name: string } | undefined
  /** Returns the tenant for the header `x-user`. Pass it to the adapter as `tenant`. */
  readonly getTenant: (user: string | undefined) => string | undefined
  /** Renames a project: waits briefly and annotates the event. The PATCH handler calls it and responds with the result. */
  readonly rename: (id: string, name: string) => Promise<{ readonly id: string; readonly name: string }>
}

/** A running app. */
export interface ServedApp extends AsyncDisposable {
  /** `http://127.0.0.1:4711` */
  readonly url: string
}

/**
 * Starts the app of the suite on port 0, written in the framework's idiom. JSON bodies are parsed before the adapter runs.
 *
 * | route | behavior |
 * |---|---|
 * | `POST /api/projects` | 201, `{ id: 'p1', name }` with the request's name, and `Location: /api/projects/p1` |
 * | `GET /api/projects/:id` | 200, `{ id }` |
 * | `PATCH /api/projects/:id` | 200 with what `rename(id, name)` resolves to |
 * | `DELETE /api/projects/:id` | 403, `{ error: 'Owners only' }` |
 * | `POST /api/projects/:id/archive` | 404, `{ error: 'No such project' }` |
 * | `POST /api/projects/:id/publish` | throws `new Error('relation "secrets" does not exist')` synchronously |
 * | `POST /api/projects/:id/deploy` | the same, asynchronously |
 * | `POST /api/projects/:id/export` | 200, streams `one`, `two`, `three` in three parts |
 * | `POST /api/projects/:id/stall` | 200, sends `one` and never ends |
 * | `POST /api/orgs/:orgId/projects/:projectId/services` | 201, `{ id: 's1', name: 'web' }`, from a router nested three levels deep |
 * | `/activity` | the service. `GET /activity/page` is a route of the app and responds with `page` |
 *
 * There are no other routes. Errors respond with 500.
 */
export type ServeApp = (setup: AdapterSetup) => Promise<ServedApp>

const catalog = defineCatalog({ project: {}, service: {} })

interface TestApp extends AsyncDisposable {
  readonly url: string
  /** Sends a request, by default as Ada of Acme, and reads the whole response. */
  call(method: string, path: string, body?: unknown, user?: string): Promise<Response>
  /** Returns all events so far, once there are at least `count`. */
  events(count: number): Promise<readonly NewEvent[]>
}

async function start(serve: ServeApp): Promise<TestApp> {
  const stored: NewEvent[] = []
  let onAppend = () => {}
  const writer: EventWriter = {
    async append(events) {
      stored.push(...events)
      onAppend()
      return events.map(
        (event): AppendResult => ({ id: event.id ?? '', outcome: 'stored', seq: stored.length, leafHash: '' }),
      )
    },
  }
  const trail: Trail = createTrail({ catalog, to: writer, flushOnExit: false, onWarning: () => {} })
  const app = await serve({
    trail,
    service: createEchoService(),
    getActor: (user) => (user === undefined ? undefined : { id: user, name: user.toUpperCase() }),
    getTenant: (user) => (user === undefined ? undefined : 'acme'),
    async rename(id, name) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
      trail.annotate({ resource: { type: 'project', id }, before: { name: 'before' }, after: { name } })
      return { id, name }
    },
  })
  const call: TestApp['call'] = async (method, path, body, user = 'ada') => {
    const response = await fetch(`${app.url}${path}`, {
      method,
      headers: { 'x-user': user, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return new Response(await response.arrayBuffer(), response)
  }
  return {
    url: app.url,
    call,
    async events(count) {
      // Events arrive in order, so an event named `marker` proves that no earlier event is pending.
      await call('POST', '/api/projects', { name: 'marker' })
      while (stored.filter((event) => event.resource.name === 'marker').length === 0 || stored.length < count + 1) {
        await trail.flush()
        if (stored.length < count + 1) await new Promise<void>((resolve) => (onAppend = resolve))
      }
      return stored.filter((event) => event.resource.name !== 'marker')
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await trail.close()
    },
  }
}

/**
 * Runs the conformance suite of adapters against a real server: the same requests record the same events in every framework.
 *
 * @example
 * testAdapter('Express 5', async ({ trail, service, getActor, getTenant, rename }) => { … })
 */
export function testAdapter(name: string, serve: ServeApp): void {
  describe(`adapter: ${name}`, () => {
    test('records a creation with actor, resource and context', async () => {
      await using run = await start(serve)
      const response = await run.call('POST', '/api/projects?draft=1', { name: 'Engine', password: 'x' })
      expect(response.status).toBe(201)
      expect(await response.json()).toEqual({ id: 'p1', name: 'Engine' })
      expect(await run.events(1)).toEqual([
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

    test('ignores reads and unknown paths', async () => {
      await using run = await start(serve)
      expect((await run.call('GET', '/api/projects/p1')).status).toBe(200)
      expect((await run.call('POST', '/wp-login.php', {})).status).toBe(404)
      expect(await run.events(0)).toEqual([])
    })

    test('isolates concurrent requests', async () => {
      await using run = await start(serve)
      const users = Array.from({ length: 20 }, (_, index) => `user${index}`)
      await Promise.all(users.map((user) => run.call('PATCH', `/api/projects/${user}`, { name: `of ${user}` }, user)))
      const events = await run.events(users.length)
      expect(events).toHaveLength(users.length)
      for (const user of users) {
        expect(events.find((event) => event.actor.id === user)).toMatchObject({
          action: 'project.updated',
          resource: { type: 'project', id: user, name: `of ${user}` },
          changes: [{ path: '/name', from: 'before', to: `of ${user}` }],
          context: { route: '/api/projects/:id' },
        })
      }
    })

    test.each([
      ['DELETE', '', 403, 'project.deleted', 'Owners only'],
      ['POST', '/archive', 404, 'project.archived', 'No such project'],
      ['POST', '/publish', 500, 'project.published', 'Internal Server Error'],
      ['POST', '/deploy', 500, 'project.deployed', 'Internal Server Error'],
    ])('%s …%s with status %i is recorded as a failure', async (method, verb, status, action, message) => {
      await using run = await start(serve)
      expect((await run.call(method, `/api/projects/p1${verb}`)).status).toBe(status)
      expect(await run.events(1)).toMatchObject([
        {
          action,
          status: 'failure',
          actor: { id: 'ada' },
          resource: { type: 'project', id: 'p1' },
          error: { status, message },
          context: { route: `/api/projects/:id${verb}` },
        },
      ])
    })

    test('forwards a streamed response and records one event', async () => {
      await using run = await start(serve)
      expect(await (await run.call('POST', '/api/projects/p1/export')).text()).toBe('onetwothree')
      expect(await run.events(1)).toMatchObject([
        { action: 'project.exported', status: 'success', resource: { id: 'p1' } },
      ])
    })

    test('records a client that disconnects', async () => {
      await using run = await start(serve)
      const client = new AbortController()
      const response = await fetch(`${run.url}/api/projects/p1/stall`, {
        method: 'POST',
        headers: { 'x-user': 'ada' },
        signal: client.signal,
      })
      await response.body?.getReader().read()
      client.abort()
      expect(await run.events(1)).toMatchObject([
        { status: 'failure', error: { code: 'aborted' }, resource: { id: 'p1' } },
      ])
    })

    test('records the full path of nested routes, with parents as scope', async () => {
      await using run = await start(serve)
      await run.call('POST', '/api/orgs/acme/projects/p1/services', { name: 'web' })
      expect(await run.events(1)).toMatchObject([
        {
          action: 'service.created',
          resource: { type: 'service', id: 's1', name: 'web' },
          scope: { org: { id: 'acme' }, project: { id: 'p1' } },
          context: { route: '/api/orgs/:orgId/projects/:projectId/services' },
        },
      ])
    })

    test('mounts the service, which reads parsed bodies, and records no event for it', async () => {
      await using run = await start(serve)
      const response = await run.call('POST', '/activity/api/echo?x=1', { name: 'Engine', list: [1] })
      expect(response.status).toBe(207)
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
      expect(await response.json()).toEqual({
        method: 'POST',
        path: '/activity/api/echo',
        search: '?x=1',
        basePath: '/activity',
        user: 'ada',
        isNative: true,
        body: '{"name":"Engine","list":[1]}',
      })
      expect(await (await run.call('GET', '/activity/page')).text()).toBe('page')
      expect(await (await run.call('HEAD', '/activity/api/echo')).text()).toBe('')
      expect(await run.events(0)).toEqual([])
    })

    test('forwards raw request bodies and large responses', async () => {
      await using run = await start(serve)
      const body = 'é'.repeat(200_000)
      const response = await fetch(`${run.url}/activity/api/raw`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'text/x-raw' },
      })
      expect(await response.text()).toBe(body)
    })

    test('aborts the service’s stream when the client disconnects', async () => {
      await using run = await start(serve)
      const client = new AbortController()
      const response = await fetch(`${run.url}/activity/api/stream`, { signal: client.signal })
      const reader = response.body?.getReader()
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: open\n\n')
      client.abort()
      expect(await (await run.call('GET', '/activity/api/aborted')).text()).toBe('aborted')
    })
  })
}
