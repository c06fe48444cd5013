import { createTrail, type Trail } from '@whodid/capture'
import { type AppendResult, defineCatalog, type EventWriter, type FetchService, type NewEvent } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { echoService } from './service.ts'

/** What an adapter's test gets to build its app with. */
export interface AdapterSetup {
  readonly trail: Trail
  /** To be mounted at `/activity`. */
  readonly service: FetchService
  /** The actor of a request, from its header `x-user`; to be given to the adapter as its `actor`. */
  readonly actorOf: (user: string | undefined) => { readonly id: string; readonly name: string } | undefined
  /** The tenant of a request, to be given to the adapter as its `tenant`. */
  readonly tenantOf: (user: string | undefined) => string | undefined
  /** What the handler of PATCH does before it answers with the project: it takes a while, and annotates. */
  readonly rename: (id: string, name: string) => Promise<{ readonly id: string; readonly name: string }>
}

/** A running app. */
export interface ServedApp extends AsyncDisposable {
  /** `http://127.0.0.1:4711` */
  readonly url: string
}

/**
 * Starts the app of the suite, written in the framework's own way, on port 0. JSON bodies are parsed before the adapter runs.
 *
 * | route | what it does |
 * |---|---|
 * | `POST /api/projects` | 201, `{ id: 'p1', name }` with the name that was sent, and `Location: /api/projects/p1` |
 * | `GET /api/projects/:id` | 200, `{ id }` |
 * | `PATCH /api/projects/:id` | 200 with what `rename(id, name)` resolves to |
 * | `DELETE /api/projects/:id` | 403, `{ error: 'Owners only' }` |
 * | `POST /api/projects/:id/archive` | 404, `{ error: 'No such project' }` |
 * | `POST /api/projects/:id/publish` | throws `new Error('relation "secrets" does not exist')` at once |
 * | `POST /api/projects/:id/deploy` | the same, asynchronously |
 * | `POST /api/projects/:id/export` | 200, streams `one`, `two`, `three` in three parts |
 * | `POST /api/projects/:id/stall` | 200, sends `one` and then nothing more |
 * | `POST /api/orgs/:orgId/projects/:projectId/services` | 201, `{ id: 's1', name: 'web' }`, from a router within a router within a router |
 * | `/activity` | the service, and below it `GET /activity/page`, which answers `page` and is the app's own |
 *
 * Nothing else is there. Errors are answered with 500.
 */
export type ServeApp = (setup: AdapterSetup) => Promise<ServedApp>

const catalog = defineCatalog({ project: {}, service: {} })

interface Run extends AsyncDisposable {
  readonly url: string
  /** One request by Ada of Acme, whose answer is read to its end. */
  call(method: string, path: string, body?: unknown, user?: string): Promise<Response>
  /** The events of everything so far, when there are as many as this. */
  events(count: number): Promise<readonly NewEvent[]>
}

async function start(serve: ServeApp): Promise<Run> {
  const stored: NewEvent[] = []
  let arrived = () => {}
  const writer: EventWriter = {
    async append(events) {
      stored.push(...events)
      arrived()
      return events.map(
        (event): AppendResult => ({ id: event.id ?? '', outcome: 'stored', seq: stored.length, leafHash: '' }),
      )
    },
  }
  const trail: Trail = createTrail({ catalog, to: writer, closeAtEnd: false, onWarning: () => {} })
  const app = await serve({
    trail,
    service: echoService(),
    actorOf: (user) => (user === undefined ? undefined : { id: user, name: user.toUpperCase() }),
    tenantOf: (user) => (user === undefined ? undefined : 'acme'),
    async rename(id, name) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
      trail.annotate({ resource: { type: 'project', id }, before: { name: 'before' }, after: { name } })
      return { id, name }
    },
  })
  const call: Run['call'] = async (method, path, body, user = 'ada') => {
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
      // Requests end one after the other: an event after a mark of ours shows that nothing else is to come.
      await call('POST', '/api/projects', { name: 'mark' })
      while (stored.filter((event) => event.resource.name === 'mark').length === 0 || stored.length < count + 1) {
        await trail.flush()
        if (stored.length < count + 1) await new Promise<void>((resolve) => (arrived = resolve))
      }
      return stored.filter((event) => event.resource.name !== 'mark')
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await trail.close()
    },
  }
}

/**
 * What every adapter does, asserted through a real server: the same requests give the same events, whatever the framework.
 *
 * @example
 * testAdapter('Express 5', async ({ trail, service, actorOf, tenantOf, rename }) => { … })
 */
export function testAdapter(name: string, serve: ServeApp): void {
  describe(`${name} as every adapter`, () => {
    test('tells what was created, by whom, from where', async () => {
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

    test('leaves reads and unknown paths alone', async () => {
      await using run = await start(serve)
      expect((await run.call('GET', '/api/projects/p1')).status).toBe(200)
      expect((await run.call('POST', '/wp-login.php', {})).status).toBe(404)
      expect(await run.events(0)).toEqual([])
    })

    test('keeps requests at the same time apart', async () => {
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
    ])('%s …%s answered with %i is a failure', async (method, verb, status, action, message) => {
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

    test('passes a streamed answer on, and tells of it once', async () => {
      await using run = await start(serve)
      expect(await (await run.call('POST', '/api/projects/p1/export')).text()).toBe('onetwothree')
      expect(await run.events(1)).toMatchObject([
        { action: 'project.exported', status: 'success', resource: { id: 'p1' } },
      ])
    })

    test('tells of a client that left', async () => {
      await using run = await start(serve)
      const leaving = new AbortController()
      const response = await fetch(`${run.url}/api/projects/p1/stall`, {
        method: 'POST',
        headers: { 'x-user': 'ada' },
        signal: leaving.signal,
      })
      await response.body?.getReader().read()
      leaving.abort()
      expect(await run.events(1)).toMatchObject([
        { status: 'failure', error: { code: 'aborted' }, resource: { id: 'p1' } },
      ])
    })

    test('knows a route within routers by its whole path, and its parents as scope', async () => {
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

    test('mounts the service, which reads parsed bodies and is no event itself', async () => {
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

    test('passes raw bodies on to the service, and large answers back', async () => {
      await using run = await start(serve)
      const body = 'é'.repeat(200_000)
      const response = await fetch(`${run.url}/activity/api/raw`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'text/x-raw' },
      })
      expect(await response.text()).toBe(body)
    })

    test('ends the service’s stream when the client leaves', async () => {
      await using run = await start(serve)
      const leaving = new AbortController()
      const response = await fetch(`${run.url}/activity/api/stream`, { signal: leaving.signal })
      const reader = response.body?.getReader()
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: open\n\n')
      leaving.abort()
      expect(await (await run.call('GET', '/activity/api/left')).text()).toBe('aborted')
    })
  })
}
