import { expect } from 'vitest'
import { ANSWERS } from './answers.ts'
import type { DefineCase } from './test-adapter.ts'

/** Cases about the ways to send a response. */
export function defineResponseCases(define: DefineCase): void {
  for (const [title, form, encoding] of [
    ['by the function for JSON', '', 'identity'],
    ['as a text', 'text', 'identity'],
    ['with an explicit head', 'head', 'identity'],
    ['in pieces', 'pieces', 'identity'],
    ['through another adapter', 'foreign', 'identity'],
    ['compressed with gzip', 'compressed', 'gzip'],
    ['compressed with brotli', 'compressed', 'br'],
    ['compressed with deflate', 'compressed', 'deflate'],
  ] as const) {
    define(`finds id, name and Location in a response that is sent ${title}`, async (app) => {
      for (const [path, answer] of [
        ['/api/tasks', ANSWERS.task],
        ['/api/notes', ANSWERS.note],
      ] as const) {
        const headers = { 'accept-encoding': encoding }
        const response = await app.call('POST', `${path}?as=${form}`, { headers })
        expect(response.status).toBe(201)
        expect(response.headers.get('content-encoding') ?? 'identity').toBe(encoding)
        expect(response.headers.get('location')).toBe(answer.headers.location ?? null)
        expect(await response.text()).toBe(answer.json)
      }
      // Decompression takes different times.
      expect((await app.events(2)).toSorted((one, other) => one.action.localeCompare(other.action))).toMatchObject([
        { action: 'note.created', status: 'success', resource: { type: 'note', id: 'n1', name: 'Café' } },
        { action: 'task.created', status: 'success', resource: { type: 'task', id: 't1', name: 'Café' } },
      ])
    })
  }

  define('records a response without a body', async (app) => {
    expect((await app.call('DELETE', '/api/tasks/t1')).status).toBe(204)
    expect(await app.events(1)).toMatchObject([
      {
        action: 'task.deleted',
        status: 'success',
        actor: { id: 'ada' },
        resource: { type: 'task', id: 't1' },
        context: { route: '/api/tasks/:id' },
      },
    ])
  })

  define('records a response that is ended twice as it was sent', async (app) => {
    const response = await app.call('POST', '/api/tasks?as=twice')
    expect(response.status).toBe(201)
    expect(await response.text()).toBe(ANSWERS.task.json)
    expect(await app.events(1)).toMatchObject([
      { action: 'task.created', status: 'success', resource: { id: 't1', name: 'Café' } },
    ])
  })

  define('forwards a streamed response and records one event', async (app) => {
    expect(await (await app.call('POST', '/api/projects/p1/export')).text()).toBe('onetwothree')
    expect(await app.events(1)).toMatchObject([
      { action: 'project.exported', status: 'success', resource: { id: 'p1' } },
    ])
  })
}
