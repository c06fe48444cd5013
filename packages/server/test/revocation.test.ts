import type { EventStore } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { anonymous } from '../src/auth/caller.ts'
import { createRevocationWatch } from '../src/auth/revocation.ts'
import { mintViewerToken } from '../src/auth/viewer-token.ts'
import { createCalls } from '../src/calls.ts'
import { keepOpen, openService } from './support/acme.ts'
import { bearer, type Credentials, session } from './support/api.ts'
import { serve } from './support/serve.ts'

const SECRET = 'a-secret-that-only-tests-know-of'

let store: EventStore
beforeAll(async () => {
  store = await openMemoryStore()
})
afterAll(() => store.close())

async function open(now = Date.now) {
  const service = await openService({ store: keepOpen(store), viewerTokens: { secret: SECRET }, now })
  const served = await serve(service)
  return {
    /** Opens a stream. `ended` resolves with its whole text. */
    async follow(path: string, who: Credentials) {
      const response = await fetch(`${served.url}${path}`, { headers: who })
      const [first, rest] = response.body?.pipeThrough(new TextDecoderStream()).tee() ?? []
      const reader = first?.getReader()
      expect((await reader?.read())?.value).toContain('connected')
      void reader?.cancel()
      const ended = (async () => {
        let text = ''
        for await (const part of rest ?? []) text += part
        return text
      })()
      return { ended }
    },
    async change(method: string, path: string, body?: object) {
      const headers = { ...session('ada'), ...(body && { 'content-type': 'application/json' }) }
      const response = await fetch(`${served.url}${path}`, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
      })
      expect(response.status).toBe(200)
      return response.json()
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await service.close()
    },
  }
}

const viewer = { id: 'grace', name: 'Grace', tenants: ['acme'], permissions: ['view:all'] } as const

describe.each([
  ['REST', '/api/v1/stream'],
  ['tRPC', '/trpc/follow?input=%7B%7D'],
])('a stream over %s ends', (_name, path) => {
  test('when its key is revoked', async () => {
    await using at = await open()
    const { id, key: secret } = await at.change('POST', '/api/v1/keys', { name: `ci ${path}`, scopes: ['read'] })
    const { ended } = await at.follow(path, bearer(secret))
    await at.change('DELETE', `/api/v1/keys/${id}`)
    expect(await ended).not.toMatch(/serialized-error|event: return/)
  })

  test('when its token is revoked', async () => {
    await using at = await open()
    const { ended } = await at.follow(path, bearer(await mintViewerToken({ secret: SECRET, viewer, id: path })))
    await at.change('POST', '/api/v1/viewer-tokens/revoke', { token: path })
    await ended
  })

  test('when one of its tenants is lost, so that the reader reconnects for the others', async () => {
    await using at = await open()
    const several = { ...viewer, tenants: ['umbrella', 'acme'] }
    const { ended } = await at.follow(
      path,
      bearer(await mintViewerToken({ secret: SECRET, viewer: several, id: `2${path}` })),
    )
    await at.change('POST', '/api/v1/viewer-tokens/revoke', { token: `2${path}` })
    await ended
  })

  test('when its token expires', async () => {
    // The clock stands still, so that the stream opens on a slow machine, too.
    const now = () => 1_800_000_000_000
    await using at = await open(now)
    const { ended } = await at.follow(
      path,
      bearer(await mintViewerToken({ secret: SECRET, viewer, expiresIn: 0.2, now })),
    )
    expect(await ended).not.toMatch(/serialized-error|event: return/)
  })
})

describe('the revocation watch', () => {
  const begin = () => createCalls().begin(new Request('http://localhost/'))
  const asker = (holds: () => Promise<boolean>, until: number | null = null, tenants = ['acme']) => ({
    ...anonymous,
    viewer: { ...anonymous.viewer, tenants },
    credential: { expiresAt: until, isValid: holds },
  })
  const ended = (call: ReturnType<typeof begin>) =>
    new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve()))

  test('rechecks repeatedly and ends calls without permission', async () => {
    const call = begin()
    let checked = 0
    createRevocationWatch(Date.now, { recheckMs: 1 }).watch(
      asker(async () => {
        checked += 1
        return checked < 3
      }),
      call,
      'events',
    )
    await ended(call)
    expect(checked).toBe(3)
  })

  test('ends calls whose recheck fails', async () => {
    const call = begin()
    createRevocationWatch(Date.now, { recheckMs: 1 }).watch(
      asker(async () => {
        throw new Error('the database is down')
      }),
      call,
      'events',
    )
    await ended(call)
  })

  test('rechecks only open calls', async () => {
    const rights = createRevocationWatch(Date.now)
    const [left, open] = [begin(), begin()]
    const checked: string[] = []
    const createCheckedCaller = (name: string) =>
      asker(async () => {
        checked.push(name)
        return true
      }, Date.now() + 1e12)
    rights.watch(createCheckedCaller('left'), left, 'events')
    rights.watch(createCheckedCaller('open'), open, 'events')
    left.end()
    await rights.recheck('acme')
    expect(checked).toEqual(['open'])
    expect(open.signal.aborted).toBe(false)
    open.end()
  })

  test('rechecks one tenant only, and shares one recheck between concurrent requests', async () => {
    const rights = createRevocationWatch(Date.now)
    const [acme, umbrella] = [begin(), begin()]
    const checked: string[] = []
    const answers: (() => void)[] = []
    const createCheckedCaller = (tenant: string) => {
      const holds = () =>
        new Promise<boolean>((resolve) => {
          checked.push(tenant)
          answers.push(() => resolve(true))
        })
      return asker(holds, null, [tenant])
    }
    rights.watch(createCheckedCaller('acme'), acme, 'events')
    rights.watch(createCheckedCaller('umbrella'), umbrella, 'events')
    const first = rights.recheck('acme')
    const others = Promise.all(Array.from({ length: 50 }, () => rights.recheck('acme')))
    answers.shift()?.()
    await first
    await new Promise((resolve) => setImmediate(resolve))
    answers.shift()?.()
    await others
    expect(checked).toEqual(['acme', 'acme'])
    for (const call of [acme, umbrella]) call.end()
  })
})
