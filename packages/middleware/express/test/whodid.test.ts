import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { createTrail, type Trail } from '@whodid/capture'
import { type AppendResult, defineCatalog, type NewEvent } from '@whodid/core'
import compression from 'compression'
import express from 'express'
import express4 from 'express4'
import { describe, expect, test } from 'vitest'
import { mount } from '../src/mount.ts'
import { type ExpressOptions, whodid } from '../src/whodid.ts'
import { serveApp } from './serve-app.ts'

const catalog = defineCatalog({
  project: { actions: { purged: { kind: 'delete', onFailure: 'closed' } } },
})

const frameworks = [
  ['Express 5', express],
  ['Express 4', express4],
] as const

describe.each(frameworks)('%s', (_, framework) => {
  /** Starts an app with the middleware. */
  async function setUp(
    build: (app: express.Express, trail: Trail) => void,
    options: ExpressOptions = {},
    before: express.RequestHandler[] = [],
  ) {
    const events: NewEvent[] = []
    const failures: (Error | Promise<void>)[] = []
    const trail: Trail = createTrail({
      catalog,
      flushOnExit: false,
      onWarning: () => {},
      to: {
        async append(batch) {
          const trouble = failures.shift()
          if (trouble instanceof Error) throw trouble
          await trouble
          events.push(...batch)
          return batch.map((event): AppendResult => ({ id: event.id ?? '', outcome: 'stored', seq: 1, leafHash: '' }))
        },
      },
    })
    const app = framework()
    for (const handler of before) app.use(handler)
    app.use(whodid(trail, { actor: () => ({ id: 'u1' }), tenant: () => 'acme', ...options }))
    app.use(framework.json())
    build(app, trail)
    const server = await serveApp(app)
    let ended = 0
    return {
      url: server.url,
      trail,
      failures,
      /** Sends one request, and returns its response and events. */
      async call(method: string, path: string, init: RequestInit = {}) {
        const response = await fetch(`${server.url}${path}`, { method, ...init })
        const text = await response.text()
        ended += 1
        // The server ends a response after its client has received it: a second request marks the end of the events.
        await fetch(`${server.url}/-/fences/${ended}`, { method: 'PUT' })
        while (!events.some((event) => event.resource.type === 'fence' && event.resource.id === String(ended))) {
          await new Promise((resolve) => setImmediate(resolve))
          await trail.flush()
        }
        const found = events.splice(0).filter((event) => event.resource.type !== 'fence')
        return { status: response.status, headers: response.headers, text, events: found, event: found[0] }
      },
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        await trail.close()
      },
    }
  }

  const fence = (app: express.Express) => {
    app.put('/-/fences/:id', (_req, res) => {
      res.json({})
    })
  }

  test('supports nested routers with and without mergeParams, and routers that are mounted twice', async () => {
    await using app = await setUp((app) => {
      fence(app)
      for (const mergeParams of [true, false]) {
        const inner = framework.Router({ mergeParams })
        inner.use((_req, _res, next) => next())
        inner.delete('/:id', (_req, res) => {
          res.json({})
        })
        const outer = framework.Router({ mergeParams })
        outer.use('/teams/:id/tasks', inner)
        outer.use('/groups/:group/tasks', inner)
        app.use(mergeParams ? '/merged/:id' : '/apart/:id', outer)
      }
    })
    for (const base of ['/merged', '/apart']) {
      const first = await app.call('DELETE', `${base}/a/teams/b/tasks/c`)
      expect(first.event).toMatchObject({
        action: 'task.deleted',
        resource: { id: 'c' },
        scope: { team: { id: 'b' } },
        context: { route: `${base}/:id/teams/:id/tasks/:id` },
      })
      expect((await app.call('DELETE', `${base}/a/groups/b/tasks/c`)).event).toMatchObject({
        scope: { group: { id: 'b' } },
        context: { route: `${base}/:id/groups/:group/tasks/:id` },
      })
    }
  })

  test('supports app.route(), array paths, and values that look like other segments', async () => {
    await using app = await setUp((app) => {
      fence(app)
      const ok: express.RequestHandler = (_req, res) => {
        res.json({})
      }
      app.route('/projects/:id').put(ok).delete(ok)
      app.post(['/items/:id/archive', '/things/:thing/archive'], ok)
      const router = framework.Router()
      router.delete('/:id', ok)
      app.use(['/first', '/second/:team'], router)
    })
    const routes = async (method: string, path: string) => (await app.call(method, path)).event?.context?.route
    expect(await routes('PUT', '/projects/p1')).toBe('/projects/:id')
    expect(await routes('DELETE', '/projects/projects')).toBe('/projects/:id')
    expect(await routes('DELETE', '/projects/a%2Fb%20c')).toBe('/projects/:id')
    expect(await routes('POST', '/items/1/archive')).toBe('/items/:id/archive')
    expect(await routes('POST', '/things/1/archive')).toBe('/things/:thing/archive')
    expect(await routes('DELETE', '/first/1')).toBe('/first/:id')
    expect(await routes('DELETE', '/second/x/1')).toBe('/second/:team/:id')
    expect((await app.call('DELETE', '/projects/a%2Fb%20c')).event?.resource.id).toBe('a/b c')
  })

  test('supports regular expressions', async () => {
    await using app = await setUp((app) => {
      fence(app)
      app.delete(/^\/files\/(\d+)$/, (_req, res) => {
        res.json({})
      })
    })
    expect((await app.call('DELETE', '/files/42')).event).toMatchObject({
      action: 'file.deleted',
      resource: { id: '42' },
      context: { route: '/files/:0' },
    })
  })

  test('supports nested apps, and routers behind functions', async () => {
    await using app = await setUp((app) => {
      fence(app)
      const inner = framework()
      inner.delete('/projects/:id', (_req, res) => {
        res.json({})
      })
      app.use('/tenants/:tenant', inner)
      const router = framework.Router()
      router.delete('/projects/:id', (_req, res) => {
        res.json({})
      })
      app.use('/wrapped', (req, res, next) => router(req, res, next))
    })
    expect((await app.call('DELETE', '/tenants/t1/projects/p1')).event).toMatchObject({
      scope: { tenant: { id: 't1' } },
      context: { route: '/tenants/:tenant/projects/:id' },
    })
    expect((await app.call('DELETE', '/wrapped/projects/p1')).event).toMatchObject({
      resource: { id: 'p1' },
      context: { route: '/wrapped/projects/:id' },
    })
  })

  test('keeps the pattern of a route in a router when its handler throws', async () => {
    await using app = await setUp((app) => {
      fence(app)
      const router = framework.Router()
      router.delete('/:id', () => {
        throw Object.assign(new Error('no'), { status: 418 })
      })
      app.use('/api/projects', router)
      app.use(((error: { status: number }, _req, res, _next) => {
        res.status(error.status).send({ code: 'teapot' })
      }) satisfies express.ErrorRequestHandler)
    })
    expect(await app.call('DELETE', '/api/projects/p1')).toMatchObject({
      status: 418,
      event: {
        resource: { id: 'p1' },
        error: { status: 418, code: 'teapot' },
        context: { route: '/api/projects/:id' },
      },
    })
  })

  test('records a request that is refused before its route, but not one without a route', async () => {
    await using app = await setUp((app) => {
      fence(app)
      app.use('/api', (req, res, next) => {
        if (req.get('authorization') === undefined) res.status(401).json({ error: 'Who are you?' })
        else next()
      })
      app.post('/api/projects', (_req, res) => {
        res.json({})
      })
      app.use((_req, res) => {
        res.status(404).json({ error: 'Nothing here' })
      })
    })
    expect((await app.call('DELETE', '/api/projects/42')).event).toMatchObject({
      action: 'project.deleted',
      status: 'failure',
      error: { status: 401, message: 'Who are you?' },
    })
    expect((await app.call('POST', '/api/nothing', { headers: { authorization: 'x' } })).events).toEqual([])
    expect((await app.call('POST', '/wp-login.php')).events).toEqual([])
  })

  test('reads names from every way to send a response', async () => {
    await using app = await setUp((app) => {
      fence(app)
      const body = { id: 'p1', name: 'Engine' }
      const text = JSON.stringify(body)
      app.post('/json/projects', (_req, res) => {
        res.json(body)
      })
      app.post('/object/projects', (_req, res) => {
        res.send(body)
      })
      app.post('/text/projects', (_req, res) => {
        res.type('json').send(text)
      })
      app.post('/raw/projects', (_req, res) => {
        res.setHeader('content-type', 'application/json')
        res.end(text)
      })
      app.post('/buffer/projects', (_req, res) => {
        res.type('json').send(Buffer.from(text))
      })
      app.post('/html/projects', (_req, res) => {
        res.send(text)
      })
      app.post('/redirect/projects', (_req, res) => {
        res.redirect(303, '/redirect/projects/p1')
      })
      app.get('/redirect/projects/p1', (_req, res) => {
        res.send('')
      })
    })
    for (const way of ['json', 'object', 'text', 'raw', 'buffer']) {
      const { event, text } = await app.call('POST', `/${way}/projects`)
      expect([way, event?.resource]).toEqual([way, { type: 'project', id: 'p1', name: 'Engine' }])
      expect(JSON.parse(text)).toEqual({ id: 'p1', name: 'Engine' })
    }
    expect((await app.call('POST', '/html/projects')).event?.resource).toEqual({ type: 'project', id: null })
    const redirected = await app.call('POST', '/redirect/projects', { redirect: 'manual' })
    expect(redirected.event?.resource).toEqual({ type: 'project', id: 'p1' })
  })

  test('reads JSON that a compressor in front compresses', async () => {
    const build = (app: express.Express) => {
      fence(app)
      app.post('/projects', (_req, res) => {
        res.status(201).type('json').send('{"id":"p1"}')
      })
    }
    await using app = await setUp(build, {}, [compression({ threshold: 0 })])
    const { event, headers } = await app.call('POST', '/projects')
    expect(headers.get('content-encoding')).not.toBeNull()
    expect(event?.resource.id).toBe('p1')
  })

  test('keeps nothing of JSON that cannot be sent', async () => {
    await using app = await setUp((app) => {
      fence(app)
      app.post('/projects', (_req, res) => {
        res.json({ message: 'the secret', size: 1n })
      })
      app.use(((_error, _req, res, _next) => {
        res.sendStatus(500)
      }) satisfies express.ErrorRequestHandler)
    })
    const { event } = await app.call('POST', '/projects')
    expect(event).toMatchObject({ status: 'failure', error: { message: 'Internal Server Error' } })
  })

  test('trusts proxies as the app does', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    await using trusting = await setUp((app) => {
      app.set('trust proxy', 'loopback')
      fence(app)
      app.post('/projects', (_req, res) => {
        res.json({})
      })
    })
    expect((await trusting.call('POST', '/projects', { headers })).event?.context?.ip).toBe('203.0.113.9')
    await using wary = await setUp((app) => {
      fence(app)
      app.post('/projects', (_req, res) => {
        res.json({})
      })
    })
    expect((await wary.call('POST', '/projects', { headers })).event?.context?.ip).toBe('127.0.0.1')
  })

  test.each([1, 2])(
    'keeps the context in listeners on a request of HTTP/%i, as in multipart parsers',
    async (version) => {
      const toVersion: express.RequestHandler = (req, _res, next) => {
        req.httpVersionMajor = version
        // HTTP/2 need not tell the length.
        if (version === 2) delete req.headers['content-length']
        next()
      }
      const build = (app: express.Express, trail: Trail) => {
        fence(app)
        app.post('/files/upload', (req, res) => {
          let size = 0
          req.on('data', (chunk: Buffer) => {
            size += chunk.length
          })
          req.on('end', () => {
            trail.annotate({ metadata: { size } })
            res.json({ id: 'f1' })
          })
        })
      }
      await using app = await setUp(build, {}, [toVersion])
      const body = new FormData()
      body.append('file', new Blob(['x'.repeat(300_000)]), 'report.pdf')
      const { event } = await app.call('POST', '/files/upload', { body })
      expect(event).toMatchObject({
        action: 'file.uploaded',
        resource: { id: 'f1' },
        metadata: { size: expect.any(Number) },
      })
    },
  )

  test('looks up the actor when the response ends', async () => {
    await using app = await setUp(
      (app) => {
        fence(app)
        app.use((req, _res, next) => {
          Object.assign(req, { user: { id: 7, name: 'Ada', email: 'ada@acme.test', isAdmin: true } })
          next()
        })
        app.post('/projects', (_req, res) => {
          res.json({})
        })
      },
      { actor: async (req) => ('user' in req ? Object(req.user) : undefined) },
    )
    expect((await app.call('POST', '/projects')).event?.actor).toEqual({
      type: 'user',
      id: '7',
      name: 'Ada',
      email: 'ada@acme.test',
    })
  })

  test('records a response that waits behind another one, even if the client disconnects', async () => {
    await using app = await setUp((app) => {
      fence(app)
      app.get('/slow', (_req, res) => {
        res.write('still here')
      })
      app.delete('/projects/:id', (_req, res) => {
        res.json({ id: 'p1', name: 'Engine' })
      })
    })
    const { port } = new URL(app.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\nDELETE /projects/p1 HTTP/1.1\r\nHost: a\r\n\r\n')
    await new Promise((resolve) => socket.once('data', resolve))
    const { events } = await app.call('PUT', '/-/fences/after')
    expect(events).toMatchObject([{ action: 'project.deleted', status: 'success', resource: { id: 'p1' } }])
    socket.resetAndDestroy()
    expect((await app.call('PUT', '/-/fences/later')).events).toEqual([])
  })

  test('leaves methods that Fetch does not support to the host, and rejects a missing service', async () => {
    const service = { fetch: async (request: Request) => Response.json({ method: request.method }) }
    await using app = await setUp((app) => {
      app.use('/activity', mount(service))
    })
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1')
    socket.write('TRACE /activity/api/v1/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    const answer = await new Promise((resolve) => socket.once('data', resolve))
    expect(String(answer)).toMatch(/^HTTP\/1.1 404 /)
    for (const wrong of [undefined, null, {}, () => service])
      expect(() => Reflect.apply(mount, undefined, [wrong])).toThrow(/pass `createService/)
  })

  describe('an action with onFailure closed', () => {
    const build = (app: express.Express) => {
      fence(app)
      app.post('/projects/:id/purge', (_req, res) => {
        res.set('etag', 'x').json({ id: 'p1' })
      })
      app.post('/streams/projects/:id/purge', (_req, res) => {
        res.writeHead(202, { 'content-type': 'text/plain' })
        res.write('one')
        res.end('two')
      })
    }

    test('responds when it is recorded, and not before', async () => {
      await using app = await setUp(build)
      let answer = () => {}
      app.failures.push(
        new Promise((resolve) => {
          answer = resolve
        }),
      )
      let isAnswered = false
      const response = fetch(`${app.url}/projects/p1/purge`, { method: 'POST' }).then((value) => {
        isAnswered = true
        return value
      })
      while (app.trail.stats().queued === 0) await new Promise((resolve) => setImmediate(resolve))
      expect(isAnswered).toBe(false)
      answer()
      expect(await (await response).json()).toEqual({ id: 'p1' })
      expect((await app.call('POST', '/streams/projects/p1/purge')).text).toBe('onetwo')
    })

    test('responds with 503 when it is not recorded, and is delivered later', async () => {
      await using app = await setUp(build)
      app.failures.push(new Error('down'))
      const response = await fetch(`${app.url}/projects/p1/purge`, { method: 'POST' })
      expect(response.status).toBe(503)
      expect(response.headers.get('etag')).toBeNull()
      expect(await response.json()).toMatchObject({ status: 503, code: 'not_recorded' })
      const { events } = await app.call('PUT', '/nothing')
      expect(events).toMatchObject([{ action: 'project.purged', status: 'success', resource: { id: 'p1' } }])
    })

    test('streams the JSON of other actions', async () => {
      let finish = () => {}
      await using app = await setUp((app) => {
        fence(app)
        app.post('/projects', async (_req, res) => {
          const finished = new Promise<void>((resolve) => {
            finish = resolve
          })
          res.type('json')
          await new Promise((resolve) => res.write('{"id":', resolve))
          await finished
          res.end('"p1"}')
        })
      })
      const response = await fetch(`${app.url}/projects`, { method: 'POST' })
      const reader = response.body?.getReader()
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('{"id":')
      finish()
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('"p1"}')
    })

    test('reads JSON in pieces, compressed or with callbacks, before it responds', async () => {
      await using app = await setUp((app) => {
        fence(app)
        app.post('/projects/:id/purge', compression({ threshold: 0 }), (_req, res) => {
          res.type('json')
          res.write('{"id":"p1",')
          res.write('"name":')
          res.end('"Apollo"}')
        })
        app.delete('/projects/:id/purge', async (_req, res) => {
          res.type('json')
          await new Promise((resolve) => res.write('{"name":', resolve))
          res.end('"Apollo"}')
        })
      })
      const compressed = await app.call('POST', '/projects/p1/purge')
      expect(compressed.text).toBe('{"id":"p1","name":"Apollo"}')
      expect(compressed.event).toMatchObject({ action: 'project.purged', resource: { id: 'p1', name: 'Apollo' } })
      expect((await app.call('DELETE', '/projects/p1/purge')).text).toBe('{"name":"Apollo"}')
    })

    test.each([2, 50])('passes on a stream of %i pieces of JSON', async (count) => {
      await using app = await setUp((app) => {
        fence(app)
        app.post('/projects/:id/purge', (_req, res) => {
          res.type('json')
          Readable.from(Array.from({ length: count }, () => ' '.repeat(20_000)).concat('{}')).pipe(res)
        })
      })
      expect((await app.call('POST', '/projects/p1/purge')).text).toHaveLength(count * 20_000 + 2)
    })

    test('is a failure when the client leaves before the app has sent its JSON', async () => {
      await using app = await setUp((app) => {
        fence(app)
        app.post('/projects/:id/purge', (req, res) => {
          res.type('json').write('{')
          req.socket.destroy()
        })
      })
      await expect(fetch(`${app.url}/projects/p1/purge`, { method: 'POST' })).rejects.toThrow()
      const { events } = await app.call('PUT', '/nothing')
      expect(events).toMatchObject([{ action: 'project.purged', status: 'failure', error: { code: 'aborted' } }])
    })

    test('sends what was written, whatever the app does while it is held', async () => {
      const sent: unknown[] = []
      await using app = await setUp((app) => {
        fence(app)
        app.post('/projects/:id/purge', (_req, res, next) => {
          res.json({ ok: true })
          next(new Error('late'))
        })
        app.post('/projects/purge', (_req, res) => {
          res.writeHead(200, { 'content-type': 'application/json' })
          sent.push(res.headersSent)
          res.end('{}')
          expect(() => res.writeHead(500, {})).toThrow('after they are sent')
        })
        app.use(((_error, _req, res, _next) => {
          sent.push(res.headersSent)
          res.status(500).set('content-length', '99').end('the error')
        }) satisfies express.ErrorRequestHandler)
      })
      expect(await app.call('POST', '/projects/p1/purge')).toMatchObject({ status: 200, text: '{"ok":true}' })
      expect(await app.call('POST', '/projects/purge')).toMatchObject({ status: 200, text: '{}' })
      expect(sent).toEqual([true, true])
    })

    test('closes the connection when the head that was held is invalid', async () => {
      await using app = await setUp((app) => {
        app.post('/projects/:id/purge', (_req, res) => {
          res.writeHead(200, { 'x-name': 'line\nbreak' })
          res.end()
        })
      })
      await expect(fetch(`${app.url}/projects/p1/purge`, { method: 'POST' })).rejects.toThrow()
    })

    test('calls back when it drops what was written', async () => {
      let callBack = () => {}
      const calledBack = new Promise<void>((resolve) => {
        callBack = resolve
      })
      await using app = await setUp((app) => {
        app.post('/projects/:id/purge', (_req, res) => {
          res.end('done', callBack)
        })
      })
      app.failures.push(new Error('down'))
      expect((await fetch(`${app.url}/projects/p1/purge`, { method: 'POST' })).status).toBe(503)
      await calledBack
    })
  })

  describe('mount', () => {
    test('leaves the bodies of other paths to the host, parsed or not', async () => {
      await using app = await setUp((app) => {
        fence(app)
        app.use('/activity', mount({ fetch: async () => null }))
        app.post('/activity/projects', framework.text(), (req, res) => {
          res.json({ id: 'p1', name: req.body.name ?? req.body })
        })
      })
      const raw = await app.call('POST', '/activity/projects', { body: 'Engine' })
      expect(raw.event).toMatchObject({ action: 'project.created', resource: { name: 'Engine' } })
      const json = await app.call('POST', '/activity/projects', {
        body: '{"name":"Motor"}',
        headers: { 'content-type': 'application/json' },
      })
      expect(json.event).toMatchObject({ resource: { name: 'Motor' } })
    })

    test('passes errors of the service to the host’s error handlers', async () => {
      await using app = await setUp((app) => {
        fence(app)
        app.use('/activity', mount({ fetch: () => Promise.reject(new Error('broken')) }))
        app.use(((error: Error, _req, res, _next) => {
          res.status(500).send(error.message)
        }) satisfies express.ErrorRequestHandler)
      })
      expect(await app.call('GET', '/activity/api/v1/events')).toMatchObject({
        status: 500,
        text: 'broken',
        events: [],
      })
    })

    test('closes the connection when the body of a response fails', async () => {
      await using app = await setUp((app) => {
        fence(app)
        const broken = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('half')),
          pull: (controller) => controller.error(new Error('disk')),
        })
        app.use('/activity', mount({ fetch: async () => new Response(broken) }))
      })
      await expect(fetch(`${app.url}/activity/api`).then((response) => response.text())).rejects.toThrow()
    })

    test('cancels the body of a response when the client disconnects', async () => {
      let isCancelled = false
      await using app = await setUp((app) => {
        const endless = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('first')),
          cancel() {
            isCancelled = true
          },
        })
        app.use('/activity', mount({ fetch: async () => new Response(endless) }))
      })
      const abort = new AbortController()
      const response = await fetch(`${app.url}/activity/api`, { signal: abort.signal })
      const reader = response.body?.getReader()
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first')
      abort.abort()
      while (!isCancelled) await new Promise((resolve) => setImmediate(resolve))
    })

    test('accepts requests with an invalid Host', async () => {
      await using app = await setUp((app) => {
        app.use('/activity', mount({ fetch: async (request) => new Response(new URL(request.url).pathname) }))
      })
      const { port, hostname } = new URL(app.url)
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () =>
          socket.write('GET /activity/api HTTP/1.1\r\nHost: a b%\r\nConnection: close\r\n\r\n'),
        )
        let text = ''
        socket.on('data', (chunk) => {
          text += String(chunk)
        })
        socket.on('end', () => resolve(text))
        socket.on('error', reject)
      })
      expect(answer).toContain('/activity/api')
    })
  })
})
