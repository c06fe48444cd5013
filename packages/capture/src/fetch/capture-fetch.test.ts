import { type ActionName, type CatalogData, defineCatalog } from '@whodid/core'
import { expect, test } from 'vitest'
import { createCollectingWriter } from '../../test/collecting-writer.ts'
import { createTrail, type Trail } from '../trail.ts'
import { captureFetch, type FetchOptions } from './capture-fetch.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }
const PROJECT = '{"id":"p1","name":"Café"}'

function createApp(
  handler: (request: Request) => Response | Promise<Response>,
  options: FetchOptions<[], ActionName<CatalogData>> = {},
) {
  const writer = createCollectingWriter()
  const trail: Trail = createTrail({
    catalog: defineCatalog({ project: { actions: { purged: { kind: 'delete', onFailure: 'closed' } } } }),
    to: writer,
    flushOnExit: false,
    onWarning: () => {},
  })
  const fetch = captureFetch(trail, handler, options)
  return {
    trail,
    writer,
    request: (path: string, init: RequestInit = {}) =>
      fetch(new Request(`http://localhost${path}`, { method: 'POST', ...init })),
    async events() {
      await trail.flush()
      return writer.events
    },
  }
}

/** Creates a stream of the first part that never ends. */
function createStalled(part: string, onCancel = () => {}): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(part)),
    cancel: onCancel,
  })
}

test.each(['gzip', 'deflate'] as const)('JSON that the app compresses with %s is read', async (encoding) => {
  const app = createApp(() => {
    const body = new Blob([PROJECT]).stream().pipeThrough(new CompressionStream(encoding))
    return new Response(body, { status: 201, headers: { ...JSON_HEADERS, 'content-encoding': encoding } })
  })
  const response = await app.request('/projects')
  const text = response.body?.pipeThrough(new DecompressionStream(encoding))
  expect(await new Response(text).text()).toBe(PROJECT)
  expect(await app.events()).toMatchObject([{ action: 'project.created', resource: { id: 'p1', name: 'Café' } }])
})

test.each([
  ['in an unknown encoding', { 'content-encoding': 'zstd' }],
  ['that says gzip and is not', { 'content-encoding': 'gzip' }],
  ['that is invalid', {}],
])('JSON %s is sent as it is, and its event has no id', async (_title, headers) => {
  const app = createApp(() => new Response('{"id":"p1"', { headers: { ...JSON_HEADERS, ...headers } }))
  expect(await (await app.request('/projects')).text()).toBe('{"id":"p1"')
  expect(await app.events()).toMatchObject([{ action: 'project.created', resource: { id: null } }])
})

test('a large JSON response is sent whole, and its event does not wait for the client', async () => {
  const text = JSON.stringify({ id: 'p1', text: 'x'.repeat(300_000) })
  const app = createApp(() => new Response(text, { headers: JSON_HEADERS }))
  const response = await app.request('/projects')
  expect(await app.events()).toMatchObject([{ action: 'project.created', resource: { id: null } }])
  expect(await response.text()).toBe(text)
})

test.each(['text/plain', 'text/html', 'text/event-stream'])(
  'a client that leaves a stream of %s is a failure',
  async (type) => {
    let isCanceled = false
    const body = createStalled('one', () => {
      isCanceled = true
    })
    const app = createApp(() => new Response(body, { headers: { 'content-type': type } }))
    const reader = (await app.request('/projects/p1/export')).body?.getReader()
    await reader?.read()
    expect(await app.events()).toEqual([])
    await reader?.cancel()
    expect(isCanceled).toBe(true)
    expect(await app.events()).toMatchObject([
      { action: 'project.exported', status: 'failure', error: { code: 'aborted' } },
    ])
  },
)

test('a client that leaves before the end of streamed JSON is a failure', async () => {
  const client = new AbortController()
  let isCanceled = false
  const body = createStalled('{"id":', () => {
    isCanceled = true
  })
  const app = createApp(() => new Response(body, { headers: JSON_HEADERS }))
  const response = await app.request('/projects', { signal: client.signal })
  client.abort()
  await response.body?.cancel()
  expect(isCanceled).toBe(true)
  expect(await app.events()).toMatchObject([
    { action: 'project.created', status: 'failure', error: { code: 'aborted' } },
  ])
})

test('a signal that aborts after the response is no failure', async () => {
  const client = new AbortController()
  const app = createApp(() => new Response(PROJECT, { headers: JSON_HEADERS }))
  await (await app.request('/projects', { signal: client.signal })).text()
  client.abort()
  expect(await app.events()).toMatchObject([{ action: 'project.created', status: 'success', resource: { id: 'p1' } }])
})

test('a stream is produced in the context of its request, chunk by chunk', async () => {
  const parts = ['one', 'two']
  const app = createApp(() => {
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const part = parts.shift()
          if (part === undefined) {
            app.trail.annotate({ metadata: { isComplete: true } })
            controller.close()
          } else controller.enqueue(new TextEncoder().encode(part))
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body)
  })
  expect(await (await app.request('/projects/p1/export')).text()).toBe('onetwo')
  expect(await app.events()).toMatchObject([{ action: 'project.exported', metadata: { isComplete: true } }])
})

test('a refused response is canceled, and nothing of it is sent', async () => {
  let isCanceled = false
  const app = createApp(() => {
    const body = createStalled('one', () => {
      isCanceled = true
    })
    return new Response(body, { headers: { 'set-cookie': 'session=secret', 'x-custom': 'engine' } })
  })
  app.writer.failures.push(new Error('connect ECONNREFUSED'))
  const response = await app.request('/projects/p1/purge')
  expect(response.status).toBe(503)
  expect([...response.headers.keys()]).toEqual(['content-type'])
  expect(await response.json()).toMatchObject({ code: 'not_recorded' })
  expect(isCanceled).toBe(true)
})

test('`waitUntil` receives a promise before the stream ends, which resolves when the event is stored', async () => {
  const promises: Promise<void>[] = []
  const app = createApp(() => new Response(new Blob(['one']).stream()), {
    waitUntil: (delivered) => promises.push(delivered),
  })
  const response = await app.request('/projects/p1/export')
  expect(promises).toHaveLength(1)
  await response.text()
  await promises[0]
  expect(app.writer.events).toMatchObject([{ action: 'project.exported', status: 'success' }])
})

test('the app may replace the methods of the request', async () => {
  const app = createApp(async (request) => {
    request.json = async () => ({ name: 'Apollo' })
    return Response.json(await request.json())
  })
  expect(await (await app.request('/projects')).json()).toEqual({ name: 'Apollo' })
})

test('the route of a request that only reads is not looked up', async () => {
  const paths: string[] = []
  const app = createApp(() => Response.json({}), {
    route: ({ url }) => {
      paths.push(new URL(url).pathname)
      return null
    },
  })
  await app.request('/projects/p1', { method: 'GET' })
  await app.request('/projects')
  expect(await app.events()).toHaveLength(1)
  expect(new Set(paths)).toEqual(new Set(['/projects']))
})

test('a request that is captured twice is one event, also when its JSON is invalid', async () => {
  const app = createApp((request) => inner(request))
  const inner = captureFetch(app.trail, () => new Response('{"id":', { headers: JSON_HEADERS }))
  expect(await (await app.request('/projects')).text()).toBe('{"id":')
  expect(await app.events()).toMatchObject([{ action: 'project.created', status: 'success' }])
})
