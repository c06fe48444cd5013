import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { event, KEYS, openService, type TestService } from '../test/acme.ts'
import { key, person, type Reached, reach, TRANSPORTS } from '../test/api.ts'
import { catalogJson, facetsOutput, listOutput, storedEvent } from './output.ts'

const times = (count: number, make: (index: number) => ReturnType<typeof event>) =>
  Array.from({ length: count }, (_, index) => make(index))

describe.each(TRANSPORTS)('%s', (_name, make, overHttp) => {
  let service: TestService
  let reached: Reached

  beforeAll(async () => {
    service = await openService()
    reached = await reach(service, make, overHttp)
  })
  afterAll(async () => {
    await reached[Symbol.asyncDispose]()
    await service.close()
  })

  test('stores events, each with its own result, and reads them back', async () => {
    const ingest = reached.as(key(KEYS.acmeIngest))
    const { tenantId: _, ...created } = event()
    const { results } = await ingest.append([
      created,
      created,
      event({ tenantId: 'umbrella' }),
      { ...created, id: 'x' },
    ])
    expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'duplicate', 'rejected', 'rejected'])
    expect(results[0]).toMatchObject({ id: created.id, leafHash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(results[2]).toMatchObject({ code: 'wrong_tenant' })
    expect(results[3]).toMatchObject({ id: 'x', code: 'invalid_event', reason: expect.stringContaining('id') })

    const read = await reached.as(person('ada')).get({ id: created.id ?? '' })
    expect(storedEvent.parse(read)).toEqual(read)
    expect(read).toMatchObject({
      tenantId: 'acme',
      description: 'Project Engine was created',
      resource: { type: 'project', id: 'p1', href: '/projects/p1', deleted: false },
      seen: false,
    })
  })

  test('lists in pages without losing or repeating an event', async () => {
    await service.append(
      times(7, (index) => event({ action: 'job.started', resource: { type: 'job', id: `j${index}` } })),
    )
    const ada = reached.as(person('ada'))
    const ids: string[] = []
    let cursor: string | undefined
    do {
      const page = await ada.list({ action: ['job.started'], limit: 3, ...(cursor && { cursor }) })
      expect(listOutput.parse(page)).toEqual(page)
      expect(page.total).toEqual({ value: 7, exact: true })
      ids.push(...page.items.map(({ resource }) => resource.id ?? ''))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(ids).toEqual(['j6', 'j5', 'j4', 'j3', 'j2', 'j1', 'j0'])
  })
})
