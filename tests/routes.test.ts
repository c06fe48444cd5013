import { once } from 'node:events'
import { createServer } from 'node:http'
import { http } from '@whodid/capture'
import { type AppRoute, defineCatalog } from '@whodid/core'
import { mount } from '@whodid/express'
import { createService } from '@whodid/server'
import express from 'express'
import { expect, test } from 'vitest'
import { openMemoryStore } from '../tooling/memory-store.ts'

const key = 'ingest-key-0123456789'

async function serveService() {
  const store = await openMemoryStore()
  const service = await createService({
    catalog: defineCatalog({ project: { label: 'Project' } }),
    store,
    keys: [{ key, name: 'app', scopes: ['ingest'], tenant: 'acme' }],
  })
  const server = createServer(express().use('/activity', mount(service))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    store,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await service.close()
    },
  }
}

test('http() reports the routes of an app to a service', async () => {
  await using served = await serveService()
  const routes: AppRoute[] = Array.from({ length: 1_200 }, (_, index) => ({
    method: 'GET',
    path: `/${String(index).padStart(4, '0')}/:id`,
    action: index % 2 === 0 ? 'project.viewed' : null,
  }))
  await http({ url: `${served.url}/activity`, key }).reportRoutes?.(routes)
  const stored = await served.store.routes.list()
  expect(stored.map(({ method, path, action }) => ({ method, path, action }))).toEqual(routes)
})

test('http() reports no routes with a wrong key or to another page, and only the first is a failure', async () => {
  await using served = await serveService()
  const routes: AppRoute[] = [{ method: 'GET', path: '/', action: null }]
  const report = (path: string, ownKey: string) =>
    http({ url: `${served.url}${path}`, key: ownKey }).reportRoutes?.(routes) ?? Promise.resolve()
  await expect(report('/activity', 'not-a-key-of-this-service')).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(report('/elsewhere', key)).resolves.toBeUndefined()
  expect(await served.store.routes.list()).toEqual([])
})
