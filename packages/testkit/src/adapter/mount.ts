import type { FetchService } from '@whodid/core'
import { expect } from 'vitest'
import { createEchoService } from './echo-service.ts'
import { createGate, type Gate } from './gate.ts'
import type { DefineCase } from './test-adapter.ts'

/** Cases about the mounted service. */
export function defineMountCases(define: DefineCase): void {
  define('mounts the service, which reads parsed bodies, and records no event for it', async (app) => {
    const response = await app.call('POST', '/activity/api/echo?x=1', { json: { name: 'Engine', list: [1] } })
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
    expect(await (await app.call('GET', '/activity/page')).text()).toBe('page')
    expect(await (await app.call('HEAD', '/activity/api/echo')).text()).toBe('')
    expect(await app.events(0)).toEqual([])
  })

  define('forwards raw request bodies and large responses', async (app) => {
    const body = 'é'.repeat(200_000)
    const response = await app.call('POST', '/activity/api/raw', { body, headers: { 'content-type': 'text/x-raw' } })
    expect(await response.text()).toBe(body)
  })

  define('aborts the service’s stream when the client disconnects', async (app) => {
    const client = new AbortController()
    const response = await fetch(`${app.url}/activity/api/stream`, { signal: client.signal })
    const reader = response.body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: open\n\n')
    client.abort()
    expect(await (await app.call('GET', '/activity/api/aborted')).text()).toBe('aborted')
  })

  const ready = createGate()
  define(
    'mounts a promise of a service, whose requests wait until it has started',
    async (app) => {
      const early = app.call('POST', '/activity/api/echo', { json: { name: 'Engine' } })
      expect((await app.call('POST', '/api/projects', { json: { name: 'Motor' } })).status).toBe(201)
      ready.open()
      expect((await early).status).toBe(207)
      expect(await (await early).json()).toMatchObject({ basePath: '/activity', body: '{"name":"Engine"}' })
      expect((await app.call('GET', '/activity/api/echo')).status).toBe(207)
      expect(await (await app.call('GET', '/activity/page')).text()).toBe('page')
      expect(await app.events(1)).toMatchObject([{ action: 'project.created', resource: { name: 'Motor' } }])
    },
    { service: startService(ready) },
  )

  const failed = createGate()
  define(
    'responds with 500 when the promised service does not start, and the app goes on',
    async (app) => {
      failed.open()
      expect((await app.call('GET', '/activity/api/echo')).status).toBe(500)
      expect((await app.call('POST', '/api/projects', { json: { name: 'Motor' } })).status).toBe(201)
      expect(await app.events(1)).toMatchObject([{ action: 'project.created', resource: { name: 'Motor' } }])
    },
    { service: startService(failed, new Error('The database is away')) },
  )
}

async function startService(gate: Gate, failure?: Error): Promise<FetchService> {
  await gate.opened
  if (failure !== undefined) throw failure
  return createEchoService()
}
