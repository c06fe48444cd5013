import { createHash } from 'node:crypto'
import { CSV_COLUMNS, newId } from '@whodid/core'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authorize, createEvent, openService, type TestService } from './support/acme.ts'
import { session } from './support/api.ts'
import { type ServedService, serve } from './support/serve.ts'

const tenants = [newId(), newId()]
const [one = '', two = ''] = tenants
let service: TestService
let served: ServedService

beforeAll(async () => {
  service = await openService({
    authorize: async (request, extra) => {
      const viewer = await authorize(request, extra)
      return viewer && { ...viewer, tenants }
    },
  })
  served = await serve(service)
  await service.append([
    createEvent({ tenantId: one, metadata: { note: '=1+1' }, description: 'ünïcode, "quoted"' }),
    createEvent({ tenantId: one, actor: { type: 'api_key', id: 'k1', name: '=cmd()' } }),
    createEvent({ tenantId: one, actor: { type: 'user', id: 'ada', name: 'Ada King' } }),
    createEvent({ tenantId: two }),
    createEvent({ tenantId: two, action: 'job.started', resource: { type: 'job', id: 'j1' } }),
  ])
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await service.close()
})

function get(query: string, who = 'ada') {
  return fetch(`${served.url}/api/v1/events/export?preset=compliance&${query}`, { headers: session(who) })
}

async function unzip(response: Response) {
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()))
  const text = (name: string) => new TextDecoder().decode(files[name])
  return { names: Object.keys(files), files, text, manifest: JSON.parse(text('manifest.json')) }
}

function sha256(bytes: Uint8Array | undefined) {
  return createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex')
}

test('a compliance export has all events and fields, a list of users, and a manifest with hashes of both', async () => {
  const response = await get('format=csv&tenant=*&from=2000-01-01&to=2999-12-31')
  expect(response.headers.get('content-type')).toBe('application/zip')
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="activity.zip"')
  const { names, files, text, manifest } = await unzip(response)
  expect(names).toEqual(['activity.csv', 'users.csv', 'manifest.json'])

  const activity = text('activity.csv').trimEnd().split('\r\n')
  expect(activity[0]).toBe(CSV_COLUMNS.join(','))
  expect(activity).toHaveLength(1 + 5)
  expect(activity[1]).toContain('"ünïcode, ""quoted"""')
  expect(activity[1]).toContain('"{""note"":""=1+1""}"')
  expect(manifest).toMatchObject({
    requestedBy: { id: 'ada', name: 'Ada' },
    period: { from: '2000-01-01', to: '2999-12-31' },
    filter: { from: '2000-01-01', to: '2999-12-31' },
    format: 'csv',
    order: 'asc',
    maskedFields: [],
    upTo: response.headers.get('whodid-up-to'),
    count: 5,
    tenants: [
      { tenantId: one, count: 3, firstSeq: 1, lastSeq: 3 },
      { tenantId: two, count: 2, firstSeq: 1, lastSeq: 2 },
    ],
    users: { listed: 3, unlistedEvents: 0 },
    files: ['activity.csv', 'users.csv'].map((name) => ({
      name,
      bytes: files[name]?.length,
      sha256: sha256(files[name]),
    })),
  })
  expect(Math.abs(Date.parse(manifest.createdAt) - Date.now())).toBeLessThan(60_000)

  const users = text('users.csv')
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','))
  expect(users[0]).toEqual(['tenant_id', 'actor_id', 'actor_type', 'name', 'email', 'events', 'first', 'last'])
  expect(users.slice(1).map((row) => row.slice(0, 6))).toEqual([
    [one, 'ada', 'user', 'Ada King', '', '2'],
    [one, 'k1', 'api_key', `"'=cmd()"`, '', '1'],
    [two, 'ada', 'user', 'Ada Lovelace', 'ada@acme.test', '2'],
  ])
})

test('it includes audit events in every format and lists the masked fields', async () => {
  await (await get('format=ndjson')).arrayBuffer()
  const { names, text, manifest } = await unzip(await get('format=ndjson', 'masked'))
  expect(names[0]).toBe('activity.ndjson')
  const events = text('activity.ndjson')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  expect(events.map(({ action }) => action)).toContain('audit.exported')
  expect(events.find(({ action }) => action === 'audit.exported').metadata).toMatchObject({ preset: 'compliance' })
  expect(manifest).toMatchObject({
    count: events.length,
    maskedFields: ['actor.email', 'context.ip', 'metadata.salary'],
  })
  expect(text('activity.ndjson')).not.toContain('ada@acme.test')
  expect(text('users.csv')).not.toContain('ada@acme.test')
})

test('its manifest has the first and last seq of each tenant in either sort order', async () => {
  const { text, manifest } = await unzip(await get('format=ndjson&tenant=*&category=project&order=desc'))
  const [newest] = text('activity.ndjson').split('\n')
  expect(JSON.parse(newest ?? '')).toMatchObject({ tenantId: two, seq: 1 })
  expect(manifest).toMatchObject({
    order: 'desc',
    count: 4,
    tenants: [
      { tenantId: one, count: 3, firstSeq: 1, lastSeq: 3 },
      { tenantId: two, count: 1, firstSeq: 1, lastSeq: 1 },
    ],
  })
  for (const { firstOccurredAt, lastOccurredAt } of manifest.tenants) {
    expect(Date.parse(firstOccurredAt)).toBeLessThanOrEqual(Date.parse(lastOccurredAt))
  }
})
