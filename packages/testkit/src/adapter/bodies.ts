import { expect } from 'vitest'
import { formatRequest } from './raw-connection.ts'
import type { DefineCase } from './test-adapter.ts'

// Large enough to arrive in several reads, after the handler has started.
const LARGE = 'x'.repeat(300_000)

/** Cases about request bodies: who reads them, and in which callbacks. */
export function defineBodyCases(define: DefineCase): void {
  for (const type of ['application/json', 'text/plain', 'application/octet-stream']) {
    define(`keeps the context in the callbacks of a handler that reads ${type} itself`, async (app) => {
      const text = `Engine ${LARGE}`
      const response = await app.call('POST', '/api/projects/p1/import', {
        body: text,
        headers: { 'content-type': type },
      })
      expect(await response.json()).toEqual({ id: 'p1', size: text.length })
      expect(await app.events(1)).toMatchObject([
        {
          action: 'project.imported',
          status: 'success',
          tenantId: 'acme',
          actor: { id: 'ada' },
          resource: { type: 'project', id: 'p1', name: 'Engine' },
          metadata: { size: text.length },
          context: { route: '/api/projects/:id/import' },
        },
      ])
    })
  }

  define('keeps the context in the callbacks of a multipart parser', async (app) => {
    const body = new FormData()
    // The file begins after the first read.
    body.append('comment', LARGE)
    body.append('file', new Blob([LARGE]), 'plan.pdf')
    const response = await app.call('POST', '/api/projects/p1/upload', { body })
    expect(await response.json()).toEqual({ id: 'p1', size: LARGE.length })
    expect(await app.events(1)).toMatchObject([
      {
        action: 'project.uploaded',
        status: 'success',
        tenantId: 'acme',
        actor: { id: 'ada' },
        resource: { type: 'project', id: 'p1' },
        metadata: { filename: 'plan.pdf' },
        context: { route: '/api/projects/:id/upload' },
      },
    ])
  })

  define('leaves a body that nobody reads, and the connection stays usable', async (app) => {
    using connection = app.connect()
    const headers = { 'x-user': 'ada', 'content-type': 'application/octet-stream' }
    connection.write(formatRequest('POST', '/api/projects/p1/archive', headers, 'x'.repeat(1_000_000)))
    await connection.readUntil('No such project')
    connection.write(formatRequest('POST', '/api/projects/p2/sync', { ...headers, connection: 'close' }))
    expect((await connection.readAll()).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200'])
    expect(await app.events(2)).toMatchObject([
      { action: 'project.archived', status: 'failure', actor: { id: 'ada' }, resource: { id: 'p1' } },
      { action: 'project.synced', status: 'success', actor: { id: 'ada' }, resource: { id: 'p2' } },
    ])
  })

  define('leaves Expect: 100-continue to the server', async (app) => {
    using connection = app.connect()
    const body = '{"name":"Engine"}'
    const headers = { 'x-user': 'ada', 'content-type': 'application/json', connection: 'close' }
    const request = formatRequest('POST', '/api/projects', { expect: '100-continue', ...headers }, body)
    connection.write(request.slice(0, -body.length))
    expect(await connection.readUntil('\r\n\r\n')).toMatch(/^HTTP\/1\.1 100 /)
    connection.write(body)
    expect(await connection.readAll()).toContain('HTTP/1.1 201')
    expect(await app.events(1)).toMatchObject([
      { action: 'project.created', actor: { id: 'ada' }, resource: { id: 'p1', name: 'Engine' } },
    ])
  })
}
