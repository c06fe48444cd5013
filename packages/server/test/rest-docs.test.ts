import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROUTES } from '../src/http/routes.ts'
import { createEvent, openService, type TestService } from './support/acme.ts'
import { type ServedService, serve } from './support/serve.ts'

const KEY = 'documentation-0123456789'
const stored = createEvent({ actor: { type: 'user', id: 'u1', name: 'Ada Lovelace' } })

/** Reads the curl commands of a document, in order. A quoted argument may span lines. */
function readCommands(name: string): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8')
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
  return blocks.flatMap((code) => code.split(/^(?=curl )/m)).filter((command) => command.startsWith('curl '))
}

const DOCUMENTS = ['rest.md', 'compatibility.md'] as const
const commands = DOCUMENTS.flatMap((name) => readCommands(name).map((command) => [command.trim(), name] as const))

let service: TestService
let served: ServedService
let keyId: string

beforeAll(async () => {
  const scopes = ['ingest', 'read', 'export', 'admin'] as const
  service = await openService({
    keys: [{ key: KEY, name: 'documentation', scopes, tenant: 'acme' }],
    viewerTokens: { secret: 'a-secret-of-the-documentation-0123456789' },
  })
  served = await serve(service)
  await service.append([stored])
  const made = await fetch(`${served.url}/api/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'to be revoked', scopes: ['read'] }),
  })
  keyId = (await made.json()).id
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await service.close()
})

/** Runs a command until it exits, or until its output matches `until`. */
async function run(command: string, until?: RegExp): Promise<{ code: unknown; out: string }> {
  const env = { ...process.env, ACTIVITY: served.url, KEY, EVENT: stored.id, KEY_ID: keyId }
  const child = spawn('sh', ['-c', `exec ${command}`], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let out = ''
  for await (const part of child.stdout) {
    out += String(part)
    if (until?.test(out)) child.kill()
  }
  const [code] = await ended
  return { code, out }
}

const CURL = spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0

describe.skipIf(!CURL)('the examples of the documentation', () => {
  test.each(commands)('%s', async (command) => {
    if (command.includes('/stream')) {
      expect((await run(command, /^data: .*$/m)).out).toContain(stored.id)
      return
    }
    const { code, out } = await run(command)
    expect(code).toBe(0)
    expect(out).not.toBe('')
  })

  test('cover every route', () => {
    const text = commands.map(([command]) => command).join('\n')
    const missing = ROUTES.filter(({ route }) => {
      const path = route.path.replace(/\{\w+\}/g, '[^/\\s"?]+')
      return !new RegExp(`\\$ACTIVITY${path}/?["?]`).test(text)
    })
    expect(missing.map(({ route }) => route.path)).toEqual([])
  })
})
