import type { NewEvent } from '@whodid/core'
import { expect } from 'vitest'
import { createBarrier, createGate } from './gate.ts'
import { formatRequest } from './raw-connection.ts'
import type { DefineCase } from './test-adapter.ts'

const users = Array.from({ length: 200 }, (_, index) => `user${index}`)

/** Cases about many requests at once, each of which keeps its own context. */
export function defineConcurrencyCases(define: DefineCase): void {
  define('keeps 200 requests at once apart', async (app) => {
    // Each handler waits until all have started.
    app.pauseRename(createBarrier(users.length))
    await Promise.all(
      users.map((user) => app.call('PATCH', `/api/projects/${user}`, { json: { name: `of ${user}` }, user })),
    )
    const events = await app.events(users.length)
    expect(events).toHaveLength(users.length)
    for (const user of users)
      expect(findByUser(events, user)).toMatchObject({
        action: 'project.updated',
        resource: { type: 'project', id: user, name: `of ${user}` },
        changes: [{ path: '/name', from: 'before', to: `of ${user}` }],
        context: { route: '/api/projects/:id' },
      })
  })

  define('keeps 200 bodies at once apart, in the callbacks of their handlers', async (app) => {
    // The last part of each body waits until all have begun.
    const waitForAll = createBarrier(users.length)
    const responses = await Promise.all(
      users.map((user) =>
        app.call('POST', `/api/projects/${user}/import`, {
          user,
          headers: { 'content-type': 'application/json' },
          body: createBody([`${user} `, 'is here'], waitForAll),
          ...{ duplex: 'half' },
        }),
      ),
    )
    expect(responses.filter((response) => response.status !== 200)).toEqual([])
    const events = await app.events(users.length)
    expect(events).toHaveLength(users.length)
    for (const user of users)
      expect(findByUser(events, user)).toMatchObject({
        action: 'project.imported',
        tenantId: 'acme',
        resource: { type: 'project', id: user, name: user },
        metadata: { size: `${user} is here`.length },
      })
  })

  define('keeps pipelined requests of one connection apart', async (app) => {
    // The first request is answered after the handler of the last one has started.
    const lastStarted = createGate()
    app.pauseRename(async (id) => {
      if (id === 'p3') lastStarted.open()
      else await lastStarted.opened
    })
    using connection = app.connect()
    const body = '{"name":"Engine"}'
    const json = { 'content-type': 'application/json' }
    connection.write(
      [
        formatRequest('PATCH', '/api/projects/p1', { ...json, 'x-user': 'ada' }, body),
        formatRequest(
          'POST',
          '/api/projects/p2/import',
          { 'content-type': 'text/plain', 'x-user': 'bob' },
          'Motor is here',
        ),
        formatRequest('PATCH', '/api/projects/p3', { ...json, 'x-user': 'eve', connection: 'close' }, body),
      ].join(''),
    )
    expect((await connection.readAll()).match(/HTTP\/1\.1 \d+/g)).toEqual(Array(3).fill('HTTP/1.1 200'))
    const events = await app.events(3)
    expect(events).toHaveLength(3)
    for (const [user, action, id] of [
      ['ada', 'project.updated', 'p1'],
      ['bob', 'project.imported', 'p2'],
      ['eve', 'project.updated', 'p3'],
    ] as const)
      expect(findByUser(events, user)).toMatchObject({ action, status: 'success', resource: { id } })
  })
}

function findByUser(events: readonly NewEvent[], user: string): NewEvent | undefined {
  return events.find((event) => event.actor.id === user)
}

/** Creates a body of two parts: the last one is sent when `wait` resolves. */
function createBody([first, last]: readonly [string, string], wait: () => Promise<void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream(
    {
      start: (controller) => controller.enqueue(encoder.encode(first)),
      async pull(controller) {
        await wait()
        controller.enqueue(encoder.encode(last))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
