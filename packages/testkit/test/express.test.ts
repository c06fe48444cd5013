import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Trail } from '@whodid/capture'
import { whodid } from '@whodid/express'
import express from 'express'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordingTrail } from '../src/index.ts'
import { catalog } from './catalog.ts'

function createApp(trail: Trail) {
  const app = express()
  app.use(express.json())
  app.use(
    whodid(trail, {
      actor: async (req) => {
        await sleep(1)
        return { id: req.get('x-user') ?? 'u1' }
      },
      tenant: () => 'acme',
      routes: { 'POST /jobs/:id': false },
    }),
  )
  app.post('/projects', (req, res) => {
    res.status(201).json({ id: req.body.id, name: 'Engine' })
  })
  app.get('/reports/:id', (req, res) => {
    void trail.record('report.downloaded', { resource: { id: req.params.id } })
    res.json({})
  })
  app.get('/reports/:id/lines', (req, res) => {
    res.write('one')
    setTimeout(() => {
      void trail.record('report.downloaded', { resource: { id: req.params.id } })
      res.end('two')
    }, 10)
  })
  app.post('/jobs/:id', (req, res) => {
    res.sendStatus(202)
    setTimeout(() => void trail.record('report.downloaded', { resource: { id: req.params.id } }), 10)
  })
  app.get('/stream', (_req, res) => {
    res.write('open')
  })
  return app
}

/** Serves an app with a trail until it is disposed. */
async function serveApp(trail: Trail) {
  const server = createServer(createApp(trail))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
  return {
    url,
    create(id: string, user = 'u1') {
      const headers = { 'content-type': 'application/json', 'x-user': user }
      return fetch(`${url}/projects`, { method: 'POST', headers, body: JSON.stringify({ id }) })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('an Express app', () => {
  const recorded = recordingTrail({ catalog })
  let app: Awaited<ReturnType<typeof serveApp>>
  beforeAll(async () => {
    app = await serveApp(recorded.trail)
  })
  beforeEach(recorded.clear)
  afterAll(() => app[Symbol.asyncDispose]())

  test('a request is recorded when its response has arrived', async () => {
    await app.create('p1')
    const event = await recorded.expectEvent('project.created', { resource: { id: 'p1' }, actor: { id: 'u1' } })
    expect(event).toMatchObject({
      tenantId: 'acme',
      description: 'Engine was created',
      context: { route: '/projects' },
    })
    await recorded.expectNoEvent('project.archived')
  })

  test('no answered request is missed, also when the client is faster than the end of the request', async () => {
    for (let index = 0; index < 30; index += 1) {
      const id = `r${index}`
      await fetch(`${app.url}/reports/${id}`)
      await recorded.expectEvent('report.downloaded', { resource: { id } })
      await recorded.clear()
      await fetch(`${app.url}/reports/${id}`)
      await expect(recorded.expectNoEvent('report.downloaded', { resource: { id } })).rejects.toThrow('not expected')
      await app.create(id)
      expect(await recorded.events()).toHaveLength(2)
      await fetch(`${app.url}/reports/${id}`)
      await recorded.clear()
      expect(await recorded.events()).toEqual([])
    }
  })

  test('a response that the client has not read to its end is waited for', async () => {
    await fetch(`${app.url}/reports/r1/lines`)
    await expect(recorded.expectNoEvent('report.downloaded')).rejects.toThrow('report r1')
    await fetch(`${app.url}/reports/r2/lines`)
    expect(await recorded.events()).toHaveLength(2)
    await fetch(`${app.url}/reports/r3/lines`)
    await recorded.clear()
    await recorded.expectNoEvent()
  })

  test('expectEvent waits for work that goes on after the response', async () => {
    await fetch(`${app.url}/jobs/j1`, { method: 'POST' })
    await recorded.expectEvent('report.downloaded', { resource: { id: 'j1' } })
  })
})

test('a request that goes on, such as a stream, is waited for once', async () => {
  const timeoutMs = 500
  const recorded = recordingTrail({ catalog, timeoutMs })
  await using app = await serveApp(recorded.trail)
  const client = new AbortController()
  await fetch(`${app.url}/stream`, { signal: client.signal })
  await app.create('p1')
  const start = performance.now()
  await recorded.expectEvent('project.created')
  await recorded.expectNoEvent('project.archived')
  const waitedMs = performance.now() - start
  expect(waitedMs).toBeGreaterThan(timeoutMs - 10)
  expect(await recorded.events()).toHaveLength(1)
  await recorded.clear()
  expect(performance.now() - start - waitedMs).toBeLessThan(timeoutMs)
  client.abort()
})

describe('tests that run at once', () => {
  const recorded = recordingTrail({ catalog })
  let app: Awaited<ReturnType<typeof serveApp>>
  beforeAll(async () => {
    app = await serveApp(recorded.trail)
  })
  afterAll(() => app[Symbol.asyncDispose]())

  test.concurrent.for(['a', 'b', 'c', 'd'])('find their own events: %s', async (id, { expect }) => {
    const actor = { id: `user-${id}` }
    await app.create(id, actor.id)
    expect(await recorded.expectEvent('project.created', { actor })).toMatchObject({ resource: { id } })
    await recorded.expectNoEvent('project.archived', { actor })
  })
})
