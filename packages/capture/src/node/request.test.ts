import { once } from 'node:events'
import { createServer, type RequestListener, ServerResponse } from 'node:http'
import { defineCatalog } from '@whodid/core'
import { expect, test } from 'vitest'
import { createCollectingWriter } from '../../test/collecting-writer.ts'
import { createTrail } from '../trail.ts'
import { captureRequest } from './request.ts'

/** A response whose `end` calls its `write`, like that of light-my-request. */
class WritingResponse extends ServerResponse {
  override end(chunk?: unknown): this {
    if (typeof chunk === 'string') this.write(chunk)
    return super.end()
  }
}

async function serve(handler: RequestListener) {
  const writer = createCollectingWriter()
  const trail = createTrail({
    catalog: defineCatalog({ project: { actions: { purged: { kind: 'delete', onFailure: 'closed' } } } }),
    to: writer,
    flushOnExit: false,
    onWarning: () => {},
  })
  const capture = trail.capture<object>()
  const server = createServer({ ServerResponse: WritingResponse }, (req, res) => {
    captureRequest(capture, { native: req, req, res, getOutcome: () => ({}) }).run(() => handler(req, res))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    writer,
    post: (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' }),
    async events() {
      await trail.flush()
      return writer.events
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

test('JSON is read once from a response whose `end` calls `write`', async () => {
  await using app = await serve((_req, res) => {
    res.setHeader('content-type', 'application/json').end('{"id":"p1"}')
  })
  expect(await (await app.post('/projects')).text()).toBe('{"id":"p1"}')
  expect(await app.events()).toMatchObject([{ action: 'project.created', resource: { id: 'p1' } }])
})

test('a response whose `end` calls `write` is refused with a body, and later writes are dropped', async () => {
  await using app = await serve((_req, res) => {
    res.setHeader('set-cookie', 'session=secret')
    res.write('purged')
    setImmediate(() => {
      res.write('more')
      res.end('end')
    })
  })
  app.writer.failures.push(new Error('connect ECONNREFUSED'))
  const response = await app.post('/projects/p1/purge')
  expect(response.status).toBe(503)
  expect(response.headers.get('set-cookie')).toBeNull()
  expect(await response.json()).toMatchObject({ code: 'not_recorded' })
})
