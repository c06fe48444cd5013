import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { newId } from '@whodid/core'
import { describe, expect, test } from 'vitest'
import { createTestDatabase } from '../../../tooling/postgres.ts'
import { catalog } from '../src/catalog.ts'
import { createCaller, INGEST_KEY, signIn, startDemo } from './demo.ts'

test('data, sessions and events survive a restart', async () => {
  await using first = await startDemo({ isFirstStart: true })
  const ada = await signIn(first.url, 'ada@acme.test')
  const { body: project } = await ada.call('POST', '/api/projects', { name: 'Lasting' })
  const before = await ada.event(`action=project.created&resourceId=${project.id}`)
  await ada.call('POST', '/activity/api/v1/inbox/seen', { ids: [before.id] })
  expect(await first.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(first.output.join('\n')).not.toMatch(/error|unhandled/i)

  await using second = await startDemo({ folder: first.folder })
  const again = await signIn(second.url, 'ada@acme.test')
  expect((await again.call('GET', `/api/projects/${project.id}`)).body).toEqual(project)
  const [event] = await again.events(`action=project.created&resourceId=${project.id}`)
  expect(event).toMatchObject({ id: before.id, seq: before.seq, seen: true })
})

test('the demo runs on PostgreSQL', async () => {
  await using database = await createTestDatabase()
  await using first = await startDemo({ database: database.url })
  const ada = await signIn(first.url, 'ada@acme.test')
  const { body: project } = await ada.call('POST', '/api/projects', { name: 'Elephant' })
  const event = await ada.event(`resourceId=${project.id}`)
  expect((await ada.call('GET', '/activity/health')).body).toMatchObject({ status: 'ok' })
  expect(await first.stop('SIGTERM')).toEqual({ code: 0, signal: null })

  await using second = await startDemo({ database: database.url, folder: first.folder })
  const again = await signIn(second.url, 'ada@acme.test')
  expect(await again.events(`resourceId=${project.id}`)).toMatchObject([{ id: event.id, seq: event.seq }])
})

test('--traffic generates a week of history once, then sends real requests', async () => {
  await using first = await startDemo({ flags: ['--traffic'] })
  const ada = await signIn(first.url, 'ada@acme.test')
  const count = async (query: string) =>
    (await ada.call('GET', `/activity/api/v1/events?limit=1&${query}`)).body.total.value
  const before = `to=${encodeURIComponent(new Date(Date.now() - 3_600_000).toISOString())}`
  const past = await count(before)
  expect(past).toBeGreaterThan(600)
  expect(past).toBeLessThan(2_500)
  expect(await count(`${before}&status=failure`)).toBeGreaterThan(20)
  for (const { type } of catalog.json.resources) {
    expect(await count(`${before}&category=${type}`), type).toBeGreaterThan(0)
  }
  const hours = (await ada.events(`${before}&category=service`)).map((event) =>
    new Date(event.occurredAt).getUTCHours(),
  )
  const byDay = hours.filter((hour) => hour >= 8 && hour < 20)
  expect(byDay.length).toBeGreaterThan(hours.length * 0.9)
  const fromOutside = /^(203\.0\.113|198\.51\.100)\./
  await ada.event('channel=ui', ({ context }) => context.requestId !== null && fromOutside.test(context.ip ?? ''))
  expect(await first.stop('SIGTERM')).toEqual({ code: 0, signal: null })

  await using second = await startDemo({ folder: first.folder, flags: ['--traffic'] })
  const again = await signIn(second.url, 'ada@acme.test')
  expect((await again.call('GET', `/activity/api/v1/events?limit=1&${before}`)).body.total.value).toBe(past)
})

test('kill -9 during writes loses no acknowledged event', async () => {
  await using first = await startDemo()
  const program = createCaller(first.url, { authorization: `Bearer ${INGEST_KEY}` })
  const acknowledged = new Set<string>()

  const send = async (from: number) => {
    for (let batch = 0; batch < 1_000; batch += 1) {
      const events = Array.from({ length: 5 }, (_, index) => ({
        id: newId(),
        action: 'project.created',
        actor: { type: 'service', id: `sender-${from}` },
        resource: { type: 'project', id: `prj-${from}-${batch}-${index}`, name: 'Import' },
      }))
      const { status, body } = await program.call('POST', '/activity/api/v1/events', events)
      expect(status).toBe(200)
      for (const { id, outcome } of body.results) if (outcome === 'stored') acknowledged.add(id)
      if (acknowledged.size > 300) killed ??= first.stop('SIGKILL')
    }
  }
  let killed: ReturnType<typeof first.stop> | undefined
  const senders = await Promise.allSettled([0, 1, 2, 3].map(send))
  expect(senders.every(({ status }) => status === 'rejected')).toBe(true)
  expect(await killed).toEqual({ code: null, signal: 'SIGKILL' })

  await using second = await startDemo({ folder: first.folder })
  const ada = await signIn(second.url, 'ada@acme.test')
  const storedIds = new Set<string>()
  let cursor = ''
  do {
    const { body } = await ada.call('GET', `/activity/api/v1/events?limit=1000&action=project.created${cursor}`)
    for (const { id } of body.items) storedIds.add(id)
    cursor = body.nextCursor ? `&cursor=${encodeURIComponent(body.nextCursor)}` : ''
  } while (cursor)
  expect(acknowledged.size).toBeGreaterThan(300)
  expect([...acknowledged].filter((id) => !storedIds.has(id))).toEqual([])

  const { body: project } = await ada.call('POST', '/api/projects', { name: 'After the crash' })
  await ada.event(`resourceId=${project.id}`)
})

describe('secrets', () => {
  // Secrets of each kind, sent at different depths of request bodies.
  const secrets = {
    password: 'hunter2-q8w3e1-password',
    newPassword: 'correct-horse-q8w3e1-battery',
    token: 'tok-q8w3e1-value',
    cookie: 'cookie-q8w3e1-value',
    environment: 'postgres-q8w3e1-password',
    apiToken: 'ghp-q8w3e1-token',
    nested: 'nested-q8w3e1-secret',
    text: 'bearer-q8w3e1-header',
  }

  test('are not stored anywhere', async () => {
    await using demo = await startDemo()
    const ada = await signIn(demo.url, 'ada@acme.test')
    const account = { name: 'Mary', email: 'mary@acme.test', password: secrets.password }
    const mary = createCaller(demo.url, { 'x-auth-token': secrets.token })
    expect((await mary.call('POST', '/api/signup', account)).status).toBe(201)
    await createCaller(demo.url).call('POST', '/api/login', {
      email: 'mary@acme.test',
      password: `${secrets.password}!`,
    })
    await createCaller(demo.url).call('POST', '/api/password-reset/confirm', {
      token: secrets.token,
      password: secrets.newPassword,
    })
    await createCaller(demo.url, {
      authorization: `Bearer sk_${secrets.text}`,
      cookie: `acme_session=${secrets.cookie}`,
    }).call('POST', '/api/projects', {
      name: 'Never made',
    })
    await ada.call('POST', '/api/projects', {
      name: 'Vault',
      password: secrets.nested,
      settings: { deep: [{ cookie: secrets.cookie, authToken: secrets.token }] },
    })
    const { body: service } = await ada.call('POST', '/api/projects/prj_payments/services', { name: 'vault' })
    await ada.call('PATCH', `/api/projects/prj_payments/services/${service.id}`, {
      replicas: 2,
      secret: secrets.nested,
    })
    const { body: key } = await ada.call('POST', '/api/api-keys', { name: 'vault' })
    const { body: rotated } = await ada.call('POST', `/api/api-keys/${key.id}/rotate`)
    const program = createCaller(demo.url, {
      authorization: `Bearer ${rotated.secret}`,
      cookie: `other=${secrets.cookie}`,
    })
    await program.call('PATCH', '/api/projects/prj_payments', { description: 'By a program.' })
    const remote = createCaller(demo.url, { authorization: `Bearer ${INGEST_KEY}` })
    const sent = await remote.call('POST', '/activity/api/v1/events', {
      action: 'project.updated',
      actor: { type: 'service', id: 'sender' },
      resource: { type: 'project', id: 'prj_remote', name: 'Remote' },
      metadata: {
        password: secrets.password,
        list: [{ api_token: secrets.apiToken }],
        session: { cookie: secrets.cookie },
      },
      changes: [{ path: '/dbPassword', from: secrets.environment, to: secrets.nested }],
    })
    expect(sent.body.results[0].outcome).toBe('stored')
    await ada.event('resourceId=prj_remote')
    const last = await ada.event('resourceId=prj_payments&action=project.updated')
    expect(last.actor).toMatchObject({ type: 'api_key', name: 'vault' })
    expect(JSON.stringify(await ada.events())).not.toContain('q8w3e1')
    await demo.stop('SIGTERM')

    const unwanted = [...Object.values(secrets), key.secret, rotated.secret, INGEST_KEY]
    const files = await listFiles(demo.folder)
    const contents = await Promise.all(
      files.map(async (file) => [file, (await readFile(file)).toString('latin1')] as const),
    )
    expect(contents.some(([, content]) => content.includes('mary@acme.test'))).toBe(true)
    for (const [file, content] of contents) {
      for (const secret of unwanted) expect(content.includes(secret), `${secret} in ${file}`).toBe(false)
    }
    const rows = await readEveryColumn(join(demo.folder, 'activity'))
    expect(rows).toContain('Never made')
    for (const secret of unwanted) expect(rows.includes(secret), `${secret} in a column`).toBe(false)
  })
})

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** Returns every column of every table as text. */
async function readEveryColumn(folder: string): Promise<string> {
  const database = await PGlite.create(join(folder, 'data'), { extensions: { pg_trgm, btree_gin } })
  try {
    const { rows: tables } = await database.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    expect(tables.length).toBeGreaterThan(3)
    const texts: string[] = []
    for (const { name } of tables) {
      const { rows } = await database.query<Record<string, unknown>>(`select * from ${name}`)
      for (const value of rows.flatMap(Object.values)) {
        texts.push(
          value instanceof Uint8Array
            ? Buffer.from(value).toString('latin1')
            : inspect(value, { depth: null, maxStringLength: null }),
        )
      }
    }
    return texts.join('\n')
  } finally {
    await database.close()
  }
}
