const HTTP_TEST = `const { createServer } = require('node:http')
const { json } = require('node:stream/consumers')
const { createTrail, http } = require('@whodid/capture')
const { defineCatalog } = require('@whodid/core')

const catalog = defineCatalog({ project: { label: 'Project', actions: { archived: {} } } })

test('a trail sends its events over HTTP', async () => {
  const events = []
  const service = createServer(async (request, response) => {
    const received = await json(request)
    events.push(...received)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ results: received.map(({ id }) => ({ outcome: 'stored', id })) }))
  })
  await new Promise((resolve) => service.listen(0, resolve))
  const trail = createTrail({
    catalog,
    to: http({ url: 'http://localhost:' + service.address().port, key: 'a-key-of-the-service' }),
  })
  await trail.run({ actor: { type: 'user', id: 'u1' }, tenant: 'acme' }, () => {
    void trail.record('project.archived', { resource: { id: 'p1' } })
  })
  await trail.close()
  expect(events).toMatchObject([{ action: 'project.archived', resource: { id: 'p1' }, actor: { id: 'u1' } }])
  await new Promise((resolve) => service.close(resolve))
})
`

const RECORDING_TEST = `const { defineCatalog } = require('@whodid/core')
const { whodid } = require('@whodid/express')
const { recordingTrail } = require('@whodid/testkit')
const express = require('express')

const recorded = recordingTrail({ catalog: defineCatalog({ project: { label: 'Project' } }) })

test('the events of a request are recorded', async () => {
  const app = express()
  app.use(express.json())
  app.use(whodid(recorded.trail, { actor: () => ({ type: 'user', id: 'u1' }), tenant: () => 'acme' }))
  app.post('/projects', (request, response) => response.status(201).json({ id: 'p1', name: request.body.name }))
  const server = app.listen(0)
  await fetch('http://localhost:' + server.address().port + '/projects', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Engine' }),
  })
  await recorded.expectEvent('project.created', { resource: { id: 'p1', name: expect.stringMatching(/^Eng/) } })
  await new Promise((resolve) => server.close(resolve))
})
`

/** Runs Jest as it comes: CommonJS, without flags and without transforms of packages. */
export function jest(project) {
  project.install({
    type: 'commonjs',
    names: ['@whodid/core', '@whodid/capture', '@whodid/express', '@whodid/testkit', 'express'],
    devVersions: { jest: '^30.0.0' },
  })
  project.write('http.test.js', HTTP_TEST)
  project.write('recording.test.js', RECORDING_TEST)
  project.run('npx', ['jest', '--ci'])
}
