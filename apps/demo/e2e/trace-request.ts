import { createServer } from 'node:http'
import { Session } from 'node:inspector/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startAcme } from '../src/server/start.ts'

/** Posts one project in the demo, and prints the functions that run until its event is on the stream, by file, as JSON. */
const root = fileURLToPath(new URL('../../..', import.meta.url))
const server = createServer()
const acme = await startAcme({
  server,
  port: 0,
  host: '127.0.0.1',
  database: 'memory',
  consoleDatabase: ':memory:',
  pages: root,
  traffic: false,
  ingestKey: undefined,
  paceMs: 10,
})

async function post(path: string, body: object, cookie = ''): Promise<Response> {
  const headers = { 'content-type': 'application/json', cookie }
  return fetch(acme.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
}

const signedIn = await post('/api/login', { email: 'ada@acme.test', password: 'demo' })
const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
const left = new AbortController()
const stream = await fetch(`${acme.url}/activity/api/v1/stream`, { headers: { cookie }, signal: left.signal })
const chunks = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
let streamed = ''

async function create(name: string): Promise<void> {
  await post('/api/projects', { name }, cookie)
  while (!streamed.includes(name)) streamed += (await chunks?.read())?.value ?? ''
}

// What is learned once, such as a route's pattern, is learned before.
await create('First')
await create('Second')

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
await create('Third')
const { result } = await session.post('Profiler.takePreciseCoverage')

const files = result
  .filter(({ url }) => /\/(?:packages\/.+\/src|apps\/demo\/src\/server)\//.test(url))
  .map(({ url, functions }) => ({
    file: relative(root, fileURLToPath(url)),
    functions: functions
      .map(({ functionName, ranges }) => ({ name: functionName, calls: ranges[0]?.count ?? 0 }))
      .filter(({ calls }) => calls > 0),
  }))
  .filter(({ functions }) => functions.length > 0)
console.log(JSON.stringify(files))
left.abort()
await acme.close()
