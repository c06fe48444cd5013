import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateTypes } from '@whodid/openapi-types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEvent, KEYS, openService, type TestService } from './support/acme.ts'
import { type ServedService, serve } from './support/serve.ts'

/** A program typed by the OpenAPI document alone, without casts. */
const PROGRAM = `import createClient from 'openapi-fetch'
import type { paths } from './api.d.ts'

const [baseUrl = '', ingest = '', read = '', admin = ''] = process.argv.slice(2)
const as = (key: string) => createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${key}\` } })
// A list parameter takes commas, which openapi-fetch writes with this option.
const querySerializer = { array: { style: 'form', explode: false } } as const

const stored = await as(ingest).POST('/api/v1/events', {
  body: [
    {
      action: 'job.started',
      actor: { type: 'user', id: 'u1', name: 'Ada Lovelace' },
      resource: { type: 'job', id: 'j1', name: 'Train' },
      metadata: { gpus: 8 },
    },
  ],
})
const outcomes: string[] | undefined = stored.data?.results.map(({ outcome }) => outcome)

const client = as(read)
const listed = await client.GET('/api/v1/events', {
  params: { query: { action: ['job.started', 'job.failed'], kind: ['update', 'create'], limit: 10, order: 'asc' } },
  querySerializer,
})
const names: (string | undefined)[] | undefined = listed.data?.items.map(({ actor }) => actor.name)
const id = listed.data?.items[0]?.id ?? ''
const one = await client.GET('/api/v1/events/{id}', { params: { path: { id } } })
const again = await client.GET('/api/v1/events/{id}', {
  params: { path: { id }, header: { 'If-None-Match': one.response.headers.get('etag') ?? '' } },
})
const unread = await client.GET('/api/v1/inbox/count')
const changed = await client.POST('/api/v1/inbox/seen', { body: { ids: [id] } })
const logs = await client.GET('/audit-logs', { params: { query: { resource_type: 'JOB', limit: 1 } } })
const refused = await client.GET('/api/v1/events/export', { params: { query: { format: 'ndjson' } }, parseAs: 'text' })
const code: string | undefined = refused.error?.code

const owner = as(admin)
const made = await owner.POST('/api/v1/keys', { body: { name: 'exporter', scopes: ['export'] } })
const keys = await owner.GET('/api/v1/keys')
const file = await as(made.data?.key ?? '').GET('/api/v1/events/export', {
  params: { query: { format: 'ndjson', action: ['job.started'] } },
  querySerializer,
  parseAs: 'text',
})
const revoked = await owner.DELETE('/api/v1/keys/{id}', { params: { path: { id: made.data?.id ?? '' } } })

const lines: unknown = file.data

console.log(
  JSON.stringify({
    outcomes,
    names,
    one: one.data?.description,
    again: again.response.status,
    unread: unread.data?.unread,
    changed: changed.data?.changed,
    logs: logs.data?.items.map(({ resource_type }) => resource_type),
    refused: [refused.response.status, code],
    keys: keys.data?.items.map(({ name }) => name),
    file: String(lines).split('\\n').length,
    revoked: revoked.response.status,
  }),
)
`

/** Calls of the same client with one mistake each. */
const MISTAKES = {
  'an unknown parameter': `client.GET('/api/v1/events', { params: { query: { color: 'red' } } })`,
  'an invalid value of a parameter': `client.GET('/api/v1/events', { params: { query: { order: 'up' } } })`,
  'a string for a number': `client.GET('/api/v1/events', { params: { query: { limit: 'ten' } } })`,
  'an unknown path': `client.GET('/api/v1/nothing')`,
  'a path without its parameter': `client.GET('/api/v1/events/{id}')`,
  'an unsupported method': `client.DELETE('/api/v1/events')`,
  'an event without an actor': `client.POST('/api/v1/events', { body: { action: 'a.b', resource: { type: 'a', id: null } } })`,
  'an unknown scope': `client.POST('/api/v1/keys', { body: { name: 'x', scopes: ['root'] } })`,
  'an unknown field of a response': `(await client.GET('/api/v1/inbox/count')).data?.count`,
} as const

const root = join(import.meta.dirname, '../../..')
let folder: string
let service: TestService
let served: ServedService

beforeAll(async () => {
  service = await openService()
  served = await serve(service)
  await service.append([createEvent()])
  // Inside this package, where the program finds openapi-fetch.
  const parent = join(import.meta.dirname, '../.whodid')
  mkdirSync(parent, { recursive: true })
  folder = mkdtempSync(join(parent, 'openapi-client-'))
  const description = await (await fetch(`${served.url}/openapi.json`)).text()
  writeFileSync(join(folder, 'api.d.ts'), await generateTypes(description))
  writeFileSync(join(folder, 'program.ts'), PROGRAM)
  for (const [place, code] of Object.values(MISTAKES).entries()) {
    const lines = [
      `import createClient from 'openapi-fetch'`,
      `import type { paths } from './api.d.ts'`,
      `const client = createClient<paths>({ baseUrl: '' })`,
      `export const wrong = ${code}`,
    ]
    writeFileSync(join(folder, `mistake-${place}.ts`), lines.join('\n'))
  }
  const config = { extends: join(root, 'tsconfig.json'), include: ['.'], exclude: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await service.close()
  rmSync(folder, { recursive: true })
})

test('types generated from the document accept valid calls and reject mistakes', () => {
  const { stdout } = spawnSync('tsc', ['-p', folder, '--pretty', 'false'], { cwd: root, encoding: 'utf8' })
  const files = stdout.split('\n').flatMap((line) => /([\w-]+\.(?:d\.)?ts)\(\d+,\d+\): error/.exec(line)?.[1] ?? [])
  const mistakes = Object.keys(MISTAKES).map((_, place) => `mistake-${place}.ts`)
  expect([...new Set(files)].toSorted(), stdout).toEqual(mistakes)
})

test('a client with these types reads, appends, marks, exports and creates keys', async () => {
  const args = [join(folder, 'program.ts'), served.url, KEYS.acmeIngest, KEYS.acmeRead, KEYS.acmeAdmin]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(JSON.parse(stdout)).toEqual({
    outcomes: ['stored'],
    names: ['Ada Lovelace'],
    one: expect.stringContaining('Train'),
    again: 304,
    unread: 2,
    changed: 1,
    logs: ['JOB'],
    refused: [403, 'forbidden'],
    keys: ['exporter'],
    file: 2,
    revoked: 200,
  })
})
