import { expect } from 'vitest'
import { ANSWERS } from './answers.ts'
import type { DefineCase } from './test-adapter.ts'

const { headers, json } = ANSWERS.purged
const options = { isFailClosed: true }

/** Cases about an action with `onFailure: 'closed'`: the response waits until the event is stored. */
export function defineFailClosedCases(define: DefineCase): void {
  for (const [title, form] of [
    ['sent by the function for JSON', ''],
    ['with an explicit head', 'head'],
    ['sent in pieces', 'pieces'],
    ['compressed', 'compressed'],
  ]) {
    const path = `/api/projects/p1/purge?as=${form}`

    define(
      `holds a response ${title} until its event is stored`,
      async (app) => {
        const append = app.writer.holdNext()
        let isAnswered = false
        const answer = app.call('POST', path).then((response) => {
          isAnswered = true
          return response
        })
        await append.started
        // A response that was sent by now would arrive before those of later requests.
        for (let round = 0; round < 3; round += 1) await app.call('GET', '/api/projects/p1')
        expect(isAnswered).toBe(false)
        expect(app.writer.stored).toEqual([])
        append.release()
        const response = await answer
        expect(response.status).toBe(200)
        for (const [name, value] of Object.entries(headers))
          expect([name, response.headers.get(name)]).toEqual([name, value])
        expect(response.headers.get('content-type')).toMatch(/^application\/json/)
        expect(await response.text()).toBe(json)
        expect(await app.events(1)).toMatchObject([
          {
            action: 'project.purged',
            status: 'success',
            tenantId: 'acme',
            actor: { id: 'ada' },
            // The name is in the body, and a streamed response may be held before it.
            resource: form === '' ? { id: 'p1', name: 'Café' } : { id: 'p1' },
            context: { route: '/api/projects/:id/purge' },
          },
        ])
      },
      options,
    )

    define(
      `responds with 503 and nothing of a response ${title} when its event is not stored`,
      async (app) => {
        app.writer.failNext()
        const response = await app.call('POST', path)
        expect([response.status, response.statusText]).toEqual([503, 'Service Unavailable'])
        for (const name of Object.keys(headers)) expect([name, response.headers.get(name)]).toEqual([name, null])
        expect(response.headers.get('content-encoding')).toBeNull()
        expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
        const body = await response.text()
        expect(body).not.toContain('Café')
        expect(JSON.parse(body)).toMatchObject({ status: 503, code: 'not_recorded' })
        // The event is delivered when the service is back.
        expect(await app.events(1)).toMatchObject([
          { action: 'project.purged', actor: { id: 'ada' }, resource: { id: 'p1' } },
        ])
      },
      options,
    )
  }

  define(
    'does not hold the response of other actions',
    async (app) => {
      const append = app.writer.holdNext()
      expect((await app.call('POST', '/api/projects/p1/sync')).status).toBe(200)
      await append.started
      append.release()
      expect(await app.events(1)).toMatchObject([{ action: 'project.synced', status: 'success' }])
    },
    options,
  )
}
