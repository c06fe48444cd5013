import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { StoredEvent } from '@whodid/core'
import { pglite } from '@whodid/postgres/pglite'
import { expect, vi } from 'vitest'
import { getSharedPath } from '../../../tooling/shared-files.ts'

const MAIN = fileURLToPath(new URL('../src/server/main.ts', import.meta.url))

export const INGEST_KEY = 'e2e-ingest-key-5f2c9b7a41'

export interface Demo {
  readonly url: string
  /** The folder with all data of this demo. */
  readonly folder: string
  /** Lines printed so far. */
  readonly output: readonly string[]
  /** Stops the process and keeps the data. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ code: number | null; signal: string | null }>
  [Symbol.asyncDispose](): Promise<void>
}

/** Creates an empty activity database. Copying it takes less time than creating one for each demo. */
async function createTemplate(path: string): Promise<void> {
  const store = await pglite(path)
  await store.close()
}

/**
 * Starts the demo as a separate process, on a free port and in a new folder. Pass `folder` to reuse existing data,
 * `database` to store events in PostgreSQL, `pages` from `getPages` to serve pages to a browser, and `isFirstStart` to let
 * the demo create its database.
 */
export async function startDemo({
  folder,
  database,
  pages,
  isFirstStart = false,
  flags = [],
}: {
  folder?: string
  database?: string
  pages?: string
  isFirstStart?: boolean
  flags?: readonly string[]
} = {}): Promise<Demo> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'acme-cloud-')))
  if (folder === undefined && database === undefined && !isFirstStart) {
    await cp(await getSharedPath('demo-database', createTemplate), join(home, 'activity'), { recursive: true })
  }
  const child = spawn(process.execPath, [MAIN, ...flags], {
    env: {
      ...process.env,
      PORT: '0',
      WHODID_DATABASE: database ?? join(home, 'activity'),
      ...(database && { ACME_DATABASE: join(home, 'console.sqlite') }),
      WHODID_INGEST_KEY: INGEST_KEY,
      ...(pages && { ACME_PAGES: pages }),
      ACME_PACE_MS: '15',
      NODE_ENV: 'test',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  const ended = once(child, 'exit')
  const url = await Promise.race([
    waitForUrl(child, printed),
    ended.then(([code]) => {
      throw new Error(`The demo exited with code ${code}:\n${printed.join('\n')}`)
    }),
  ])
  const stop: Demo['stop'] = async (signal) => {
    child.kill(signal)
    const [code, by] = await ended
    return { code, signal: by }
  }
  return {
    url,
    folder: home,
    output: printed,
    stop,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await stop('SIGKILL')
      await rm(home, { recursive: true, force: true })
    },
  }
}

function waitForUrl(child: ChildProcess, printed: string[]): Promise<string> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface(stream).on('line', (line) => {
        printed.push(line)
        const url = /ready at (http:\S+)/.exec(line)?.[1]
        if (url) resolve(url)
      })
    }
  })
}

interface ApiResponse {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: any JSON response of the demo
  readonly body: any
}

/** Sends requests like `curl`, with a cookie or an API key. */
export interface Caller {
  call(method: string, path: string, body?: unknown): Promise<ApiResponse>
  /** Returns the events that match a query, newest first. */
  events(query?: string): Promise<readonly StoredEvent[]>
  /** Waits for an event. Events arrive shortly after the response. */
  event(query: string, matches?: (event: StoredEvent) => boolean): Promise<StoredEvent>
}

export function createCaller(url: string, headers: Record<string, string> = {}): Caller {
  const jar = { ...headers }
  const call: Caller['call'] = async (method, path, body) => {
    const isText = typeof body === 'string'
    const response = await fetch(url + path, {
      method,
      headers: { ...jar, ...(body !== undefined && { 'content-type': isText ? 'text/csv' : 'application/json' }) },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    })
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0]
    if (cookie) jar.cookie = cookie
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text }
  }
  async function events(query = '') {
    const { status, body } = await call('GET', `/activity/api/v1/events?limit=1000&${query}`)
    expect(status, JSON.stringify(body)).toBe(200)
    return body.items
  }
  return {
    call,
    events,
    event: (query, matches = () => true) =>
      vi.waitFor(
        async () => {
          const found = (await events(query)).find(matches)
          if (!found) throw new Error(`No event matches ${query} yet.`)
          return found
        },
        { timeout: 20_000, interval: 25 },
      ),
  }
}

/** Signs in one of the demo's users. */
export async function signIn(url: string, email: string, password = 'demo'): Promise<Caller> {
  const caller = createCaller(url)
  const { status } = await caller.call('POST', '/api/login', { email, password })
  expect(status).toBe(200)
  return caller
}
