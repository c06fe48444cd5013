import { once } from 'node:events'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { createTrail } from '@whodid/capture'
import { defineCatalog } from '@whodid/core'
import { mount, whodid } from '@whodid/express'
import { pglite } from '@whodid/postgres/pglite'
import { createService, type Service } from '@whodid/server'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ada = { id: 'u1', name: 'Ada Lovelace' }
const key = 'ingest-key-0123456789'

let service: Service
let url: string
let stop: () => Promise<void>

beforeAll(async () => {
  const catalog = defineCatalog({ project: { label: 'Project' } })
  service = await createService({
    catalog,
    store: pglite('memory'),
    authorize: () => ({ ...ada, tenants: ['acme'], permissions: ['view', 'view:all'] }),
    keys: [{ key, name: 'importer', scopes: ['ingest'], tenant: 'acme' }],
  })
  const trail = createTrail({ catalog, to: service })
  const app = express()
  app.use(express.json())
  app.use(whodid(trail, { actor: () => ada, tenant: () => 'acme' }))
  const mounted = mount(service)
  app.use('/activity', mounted)
  // Inside a route of the host, which capture would otherwise record as an action.
  app.all('/behind/*path', (req, res, next) => {
    req.baseUrl = '/behind'
    mounted(req, res, next)
  })
  app.get('/activity/users/:id', (_req, res) => {
    res.send('a page of the host')
  })
  app.post('/projects', (_req, res) => {
    res.status(201).json({ id: 'p1', name: 'Engine' })
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  url = `http://127.0.0.1:${address.port}`
  stop = async () => {
    server.closeAllConnections()
    server.close()
    await trail.close()
    await service.close()
  }
})
afterAll(() => stop())

async function actions() {
  const { items } = await (await fetch(`${url}/activity/api/v1/events`)).json()
  return items.map(({ action }: { action: string }) => action)
}

test('requests to a mounted service are not recorded, on any path', async () => {
  await fetch(`${url}/projects`, { method: 'POST' })
  await expect.poll(actions).toEqual(['project.created'])
  const requests = [
    ['GET', '/api/activity', 200],
    ['POST', '/api/activity/mark-seen', 200],
    ['POST', '/api/activity/archive', 200],
    ['POST', '/api/activity/nothing', 404],
    ['DELETE', '/audit-logs/', 405],
    ['POST', '/users/u1/activity', 405],
    ['GET', '/users/u1/activity', 200],
  ] as const
  for (const base of ['/activity', '/behind']) {
    for (const [method, path, status] of requests) {
      expect([path, (await fetch(`${url}${base}${path}`, { method })).status]).toEqual([path, status])
    }
  }
  await fetch(`${url}/projects`, { method: 'POST' })
  await expect.poll(actions).toEqual(['project.created', 'project.created'])
})

test('paths below the mount that the service does not know go to the host', async () => {
  expect(await (await fetch(`${url}/activity/users/u1`)).text()).toBe('a page of the host')
  expect((await fetch(`${url}/activity/audit-logs/more`)).headers.get('content-type')).toMatch(/html/)
})

test('a body already parsed and decompressed by the host is read correctly', async () => {
  const event = {
    action: 'project.updated',
    actor: { type: 'user', ...ada },
    resource: { type: 'project', id: 'p1', name: 'Engine' },
  }
  const response = await fetch(`${url}/activity/api/v1/events`, {
    method: 'POST',
    body: gzipSync(JSON.stringify(event)),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
  })
  expect((await response.json()).results).toMatchObject([{ outcome: 'stored' }])
  expect(await actions()).toContain('project.updated')
})
