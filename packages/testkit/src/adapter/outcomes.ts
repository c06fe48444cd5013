import { expect } from 'vitest'
import { createGate } from './gate.ts'
import type { DefineCase } from './test-adapter.ts'
import { SECRET } from './test-app.ts'

/** Cases about refused, failed and abandoned requests. */
export function defineOutcomeCases(define: DefineCase): void {
  for (const [method, verb, status, action, message] of [
    ['DELETE', '', 403, 'project.deleted', 'Owners only'],
    ['POST', '/archive', 404, 'project.archived', 'No such project'],
    ['POST', '/publish', 500, 'project.published', 'Internal Server Error'],
    ['POST', '/deploy', 500, 'project.deployed', 'Internal Server Error'],
  ] as const) {
    define(`${method} …${verb} with status ${status} is recorded as a failure`, async (app) => {
      expect((await app.call(method, `/api/projects/p1${verb}`)).status).toBe(status)
      expect(await app.events(1)).toMatchObject([
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
  }

  for (const kind of ['text', 'object'])
    for (const verb of ['publish', 'deploy']) {
      define(
        `POST …/${verb} that throws ${kind === 'text' ? 'a' : 'an'} ${kind} is recorded as a failure`,
        async (app) => {
          expect((await app.call('POST', `/api/projects/p1/${verb}?throw=${kind}`)).status).toBe(500)
          const events = await app.events(1)
          expect(events).toMatchObject([
            { status: 'failure', resource: { id: 'p1' }, error: { status: 500, message: 'Internal Server Error' } },
          ])
          expect(JSON.stringify(events)).not.toContain('secrets')
        },
      )
    }

  for (const [tell, answer, message] of [
    ['own', '{"error":"Short and stout"}', 'Short and stout'],
    ['message', '{"error":"The pot is empty"}', 'The pot is empty'],
    ['nothing', 'teapot', expect.not.stringContaining(SECRET)],
  ] as const) {
    define(`records what an error layer outside answers, which tells ${tell}`, async (app) => {
      const response = await app.call('POST', `/api/projects/p1/merge?tell=${tell}`)
      expect(response.status).toBe(418)
      expect(await response.text()).toBe(answer)
      const events = await app.events(1)
      expect(events).toMatchObject([
        {
          action: 'project.merged',
          status: 'failure',
          actor: { id: 'ada' },
          resource: { type: 'project', id: 'p1' },
          error: { status: 418, message },
          context: { route: '/api/projects/:id/merge' },
        },
      ])
      expect(JSON.stringify(events)).not.toContain('secrets')
    })
  }

  define('records a client that disconnects', async (app) => {
    const client = new AbortController()
    const response = await fetch(`${app.url}/api/projects/p1/stall`, {
      method: 'POST',
      headers: { 'x-user': 'ada' },
      signal: client.signal,
    })
    await response.body?.getReader().read()
    client.abort()
    expect(await app.events(1)).toMatchObject([
      { status: 'failure', error: { code: 'aborted' }, resource: { id: 'p1' } },
    ])
  })

  define('records a client that disconnects before the response begins, once', async (app) => {
    const started = createGate()
    const end = createGate()
    app.pauseRename(async () => {
      started.open()
      await end.opened
      throw new Error(SECRET)
    })
    const client = new AbortController()
    const response = app.call('PATCH', '/api/projects/p1', { json: { name: 'Engine' }, signal: client.signal })
    await started.opened
    client.abort()
    await expect(response).rejects.toThrow('abort')
    // The server has noticed it by the end of later requests.
    for (let round = 0; round < 3; round += 1) await app.call('GET', '/api/projects/p1')
    end.open()
    await app.call('GET', '/api/projects/p1')
    expect(await app.events(1)).toMatchObject([
      {
        action: 'project.updated',
        status: 'failure',
        tenantId: 'acme',
        actor: { id: 'ada' },
        resource: { type: 'project', id: 'p1' },
      },
    ])
  })
}
