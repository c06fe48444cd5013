import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEvent, openService, type TestService } from './support/acme.ts'
import { type Api, createRestApi, session } from './support/api.ts'

let service: TestService
let as: (id: string) => Api

beforeAll(async () => {
  service = await openService()
  as = (id) =>
    createRestApi(
      'http://localhost/activity',
      async (input, init) => {
        const response = await service.fetch(new Request(input, init), { basePath: '/activity' })
        if (!response) throw new Error(`${input} is not a path of the service.`)
        return response
      },
      session(id),
    )
  await service.append([
    createEvent({ resource: { type: 'project', id: 'p1', name: 'One' }, context: { ip: '192.0.2.1', channel: 'ui' } }),
    createEvent({
      actor: { type: 'user', id: 'linus', name: 'Linus', email: 'linus@acme.test' },
      resource: { type: 'project', id: 'p2', name: 'Two' },
      metadata: { salary: { base: 7 }, team: 'kernel' },
    }),
    createEvent({ tenantId: 'umbrella', actor: { type: 'user', id: 'linus', name: 'Other Linus' } }),
  ])
})
afterAll(() => service.close())

function getNames(items: readonly { readonly resource: { readonly name?: string | undefined } }[]) {
  return items.map(({ resource }) => resource.name)
}

test('a member sees only their own activity', async () => {
  const linus = as('linus')
  const mine = await linus.list({})
  expect(getNames(mine.items)).toEqual(['Two'])
  expect(mine.total.value).toBe(1)
  const [theirs] = (await as('ada').list({ resourceId: ['p1'] })).items
  await expect(linus.get({ id: theirs?.id ?? '' })).rejects.toMatchObject({ code: 'not_found' })
  expect((await linus.list({ actor: ['ada'] })).items).toEqual([])
  expect((await linus.history({ type: 'project', id: 'p1' })).items).toEqual([])
  expect((await linus.facets({})).values.actor?.map(({ value }) => value)).toEqual(['linus'])
  expect(await linus.inbox('archive', { ids: [theirs?.id ?? ''] })).toEqual({ changed: 0 })
  await expect(linus.userActivity({ userId: 'ada' })).rejects.toMatchObject({ code: 'forbidden' })
  await expect(linus.export({ format: 'csv' })).rejects.toMatchObject({ code: 'forbidden' })
  expect(getNames((await linus.userActivity({ userId: 'linus' })).items)).toEqual(['Two'])
})

test('the filter of a viewer applies to every read, and an empty list in it matches nothing', async () => {
  const narrow = as('narrow')
  expect(getNames((await narrow.list({})).items)).toEqual(['Two'])
  expect((await narrow.list({ project: ['p1'] })).items).toEqual([])
  expect((await narrow.inboxCount()).unread).toBe(1)
  expect(JSON.parse(await narrow.export({ format: 'json' }))).toHaveLength(1)
  const none = as('none')
  expect((await none.list({})).total.value).toBe(0)
  expect((await none.facets({})).counted.value).toBe(0)
})

test('a viewer without tenants reads nothing', async () => {
  await expect(as('nowhere').list({})).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/no tenant/),
  })
  await expect(as('nowhere').list({ tenant: '*' })).rejects.toMatchObject({ code: 'forbidden' })
})

describe('masked fields', () => {
  const expected = (item: Awaited<ReturnType<Api['get']>> | undefined) => {
    expect(item).toMatchObject({
      actor: { id: 'linus', name: 'Linus', email: '[redacted]' },
      metadata: { salary: '[redacted]', team: 'kernel' },
      context: { ip: null },
    })
    expect(item?.redacted).toEqual(expect.arrayContaining(['/actor/email', '/metadata/salary']))
  }

  test('are hidden in every response with events', async () => {
    const masked = as('masked')
    const [two, one] = (await masked.list({})).items
    expected(two)
    expect(one?.context.ip).toBe('[redacted]')
    expected(await masked.get({ id: two?.id ?? '' }))
    expected((await masked.history({ type: 'project', id: 'p2' })).items[0])
    expected(JSON.parse(await masked.export({ format: 'json', resourceId: ['p2'] }))[0])
    expected((await masked.follow({ filter: { resourceId: ['p2'] }, lastEventId: '0' }, 1))[0])
    const csv = await masked.export({ format: 'csv' })
    expect(csv).not.toContain('linus@acme.test')
    expect(csv).not.toContain('192.0.2.1')
  })

  test('are hidden in facets and cannot be filtered or sorted by', async () => {
    const masked = as('masked')
    const { values } = await masked.facets({ dimensions: ['actor'] })
    expect(values.actor?.map(({ detail }) => detail)).toEqual(['[redacted]', '[redacted]'])
    await expect(masked.list({ actor: ['linus@acme.test'] })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(masked.list({ not: { actor: ['linus@acme.test'] } })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(masked.list({ sort: 'actor' })).rejects.toMatchObject({ code: 'forbidden' })
    expect((await masked.list({ actor: ['linus'] })).total.value).toBe(1)
  })
})

test('links come from the host or the catalog, and only safe ones', async () => {
  await service.append([
    createEvent({ action: 'job.started', resource: { type: 'job', id: 'j1', href: 'https://acme.test/jobs/1' } }),
    createEvent({ action: 'job.started', resource: { type: 'job', id: 'j2', href: 'javascript:alert(1)' } }),
    createEvent({ action: 'job.started', resource: { type: 'job', id: 'j3' } }),
    createEvent({
      action: 'project.created',
      status: 'failure',
      resource: { type: 'project', id: null, name: 'Unborn' },
    }),
    createEvent({ resource: { type: 'project', id: '../x', name: 'Dots' } }),
  ])
  const { items } = await as('ada').list({ limit: 5 })
  expect(items.map(({ resource }) => resource.href)).toEqual([
    '/projects/..%2Fx',
    null,
    null,
    null,
    'https://acme.test/jobs/1',
  ])
})

test('only the policy creates read scopes, and no operation uses the store', () => {
  const src = join(import.meta.dirname, '../src')
  const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  )
  const using = (word: RegExp) => sources.filter((path) => word.test(readFileSync(join(src, path), 'utf8')))
  // Every ReadScope has it, and nothing else does.
  expect(using(/\brestrict\b/)).toEqual(['policy.ts'])
  expect(using(/(?<!function )createReader\(/)).toEqual(['policy.ts'])
  expect(using(/(?<!function )createPolicy\(/)).toEqual(['service.ts'])
  const operations = sources.filter((path) => path.startsWith('operations/') && path !== 'operations/operation.ts')
  expect(operations.length).toBeGreaterThan(10)
  expect(using(/EventStore|ReadScope|policy\.ts|createReader/).filter((path) => operations.includes(path))).toEqual([])
})
