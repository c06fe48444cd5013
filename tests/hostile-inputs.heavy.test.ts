import { once } from 'node:events'
import { mount } from '@whodid/express'
import { pg } from '@whodid/postgres/pg'
import { pglite } from '@whodid/postgres/pglite'
import express, { type ErrorRequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { ROUTES } from '../packages/server/src/http/routes.ts'
import { createTestDatabase } from '../tooling/postgres.ts'
import type { Knowledge } from './hostile/inputs.ts'
import { type Answer, findProblem } from './hostile/problems.ts'
import { createDraft, type Draft } from './hostile/requests.ts'
import { createBytes, exchange } from './hostile/sockets.ts'
import { type Caller, openWorld, type TestWorld } from './hostile/world.ts'
import { createRandom, SEED } from './random.ts'

/** Number of inputs. Set `WHODID_HOSTILE_INPUTS=100000` for a long run. */
const INPUTS = Number(process.env.WHODID_HOSTILE_INPUTS ?? 10_000)
const SOCKETS = 2_000
const TIMEOUT_MS = 300_000 + 30 * INPUTS
const CONCURRENCY = 8
const BASE = '/activity'

function createRequest({ method, target, headers, body }: Draft, { credentials }: Caller): Request | null {
  try {
    const merged = new Headers(headers)
    for (const [name, value] of Object.entries(credentials)) if (!merged.has(name)) merged.set(name, value)
    const sent = method === 'GET' || method === 'HEAD' || method === 'get' ? null : body
    return new Request(`http://localhost${BASE}${target}`, { method, headers: merged, body: sent })
  } catch {
    // A Fetch request cannot have this form. Sockets are tested below.
    return null
  }
}

/** Reads a response, or only the start of a live stream. */
async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers, body } = response
  const parts: Uint8Array[] = []
  const live = headers.get('content-type')?.startsWith('text/event-stream')
  const packed = headers.get('content-encoding') === 'gzip'
  const reader = (packed ? body?.pipeThrough(new DecompressionStream('gzip')) : body)?.getReader()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    parts.push(part.value)
    if (live) await reader?.cancel()
  }
  return { status, headers, text: Buffer.concat(parts).toString('utf8') }
}

interface Tally {
  /** Number of inputs that were valid requests and got a response. */
  answers: number
  /** Operations that succeeded over REST. */
  readonly served: Set<string>
  /** Words of events that reached callers with access. */
  readonly shown: Set<string>
  readonly wrong: string[]
}

async function attack({ service, callers, eventIds, keyIds }: TestWorld, inputs: number, seed: number): Promise<Tally> {
  const tally: Tally = { answers: 0, served: new Set(), shown: new Set(), wrong: [] }
  const known: Knowledge = { eventIds, keyIds, cursors: [] }
  let next = 0
  const one = async (index: number) => {
    const random = createRandom(seed * 1_000_003 + index)
    const draft = createDraft(random, known)
    const owner = callers.find(({ name }) => name === 'ada')
    const caller = owner && random.chance(0.2) ? owner : random.pick(callers)
    const request = createRequest(draft, caller)
    if (request === null) return
    const response = await service.fetch(request, { basePath: BASE, ip: '192.0.2.1' })
    if (response === null) return
    const answer = await readAnswer(response)
    const path = new URL(request.url).pathname.slice(BASE.length)
    const wrong = findProblem(answer, path, request.method, caller)
    if (wrong !== null) {
      tally.wrong.push(
        `${wrong} (seed ${seed}, input ${index}, ${caller.name}): ${request.method} ${draft.target.slice(0, 300)} ${JSON.stringify(draft.headers).slice(0, 200)} ${String(draft.body).slice(0, 300)} → ${answer.status} ${answer.text.slice(0, 300)}`,
      )
    }
    tally.answers += 1
    if (answer.status === 200 && request.method !== 'HEAD' && draft.operation !== null)
      tally.served.add(draft.operation)
    const text = answer.text.toUpperCase()
    for (const word of caller.shown) if (text.includes(word)) tally.shown.add(word)
    const cursor = /"nextCursor":"([^"]+)"/.exec(answer.text)?.[1]
    if (cursor !== undefined && known.cursors.length < 200) known.cursors.push(cursor)
  }
  const worker = async () => {
    while (next < inputs && tally.wrong.length < 10) {
      const index = next
      next += 1
      await one(index)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return tally
}

async function expectHarmless(world: TestWorld, inputs: number, seed: number) {
  const { answers, served, shown, wrong } = await attack(world, inputs, seed)
  expect(wrong).toEqual([])
  expect(world.service.warnings).toEqual([])
  // Make sure that not all requests were rejected early.
  expect(answers).toBeGreaterThan(0.9 * inputs)
  expect([...served].toSorted()).toEqual(ROUTES.map(({ name }) => name).toSorted())
  expect([...shown].toSorted()).toEqual(expect.arrayContaining(['ZQACME', 'ZQLINUS', 'ZQSECOND', 'ZQUMBRELLA']))
}

describe(`hostile inputs (seed ${SEED})`, () => {
  test(
    'do no harm over PostgreSQL',
    async () => {
      await using database = await createTestDatabase()
      await using world = await openWorld(pg(database.url))
      await expectHarmless(world, INPUTS / 2, SEED)
    },
    TIMEOUT_MS,
  )

  test(
    'do no harm over PGlite',
    async () => {
      await using world = await openWorld(pglite('memory'))
      await expectHarmless(world, INPUTS / 2, SEED + 1)
    },
    TIMEOUT_MS,
  )

  test('do no harm as raw bytes over sockets', async () => {
    await using world = await openWorld(pglite('memory'))
    const app = express()
    app.use(BASE, mount(world.service))
    // No error of the service reaches Express.
    const failures: unknown[] = []
    const failed: ErrorRequestHandler = (error, _req, res, _next) => {
      failures.push(error)
      res.status(500).end()
    }
    app.use(failed)
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The server has no port.')
    const wrong: string[] = []
    let answered = 0
    for (let index = 0; index < SOCKETS; index += CONCURRENCY) {
      await Promise.all(
        Array.from({ length: CONCURRENCY }, async (_, at) => {
          const bytes = createBytes(createRandom(SEED * 1_000_003 + index + at))
          const text = await exchange(address.port, bytes)
          const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
          answered += statuses.length
          if (statuses.some((status) => status >= 500))
            wrong.push(`${JSON.stringify(bytes.slice(0, 500))} → ${text.slice(0, 300)}`)
        }),
      )
    }
    server.closeAllConnections()
    server.close()
    expect(wrong).toEqual([])
    expect(failures).toEqual([])
    expect(world.service.warnings).toEqual([])
    expect(answered).toBeGreaterThan(SOCKETS / 2)
  }, 300_000)
})
