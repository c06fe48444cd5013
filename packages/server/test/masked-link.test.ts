import { defineCatalog, type NewEvent } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEvent, type TestService } from './support/acme.ts'
import { type MaskedService, openMaskedService } from './support/masked.ts'

const catalog = defineCatalog({
  project: { label: 'Project', href: '/projects/{resource.name}' },
  profile: { label: 'Profile', href: '/people/{actor.name}' },
  board: { label: 'Board', href: '/{scope.team.id}/boards/{resource.id}?n={metadata.number}' },
  job: { label: 'Job', href: '/jobs/{resource.id}' },
})

let service: TestService
let apis: MaskedService['apis']
let text: MaskedService['text']

beforeAll(async () => {
  ;({ service, apis, text } = await openMaskedService(catalog))
})
afterAll(() => service.close())

async function store(more: Partial<NewEvent>): Promise<string> {
  const event = createEvent(more)
  await service.append([event])
  return event.id ?? ''
}

const none = 'context.traceId'

describe('a link built from a masked field is left out', () => {
  const cases: readonly (readonly [masked: string, resource: NewEvent['resource'], href: string | null])[] = [
    [none, { type: 'project', id: 'p1', name: 'Secret Name' }, '/projects/Secret%20Name'],
    ['resource.name', { type: 'project', id: 'p1', name: 'Secret Name' }, null],
    ['resource', { type: 'project', id: 'p1', name: 'Secret Name' }, null],
    ['resource.href', { type: 'project', id: 'p1', name: 'Secret Name' }, null],
    ['actor.name', { type: 'project', id: 'p1', name: 'Secret Name' }, '/projects/Secret%20Name'],
    // Without a name, the id is used.
    ['resource.name', { type: 'project', id: 'p1' }, '/projects/p1'],
    ['actor.name', { type: 'profile', id: 'x' }, '/people/u-77'],
    ['actor.id', { type: 'profile', id: 'x' }, null],
    [none, { type: 'board', id: 'b' }, '/k/boards/b?n=1234'],
    ['scope.team', { type: 'board', id: 'b' }, null],
    ['metadata', { type: 'board', id: 'b' }, null],
    ['scope.team.name', { type: 'board', id: 'b' }, '/k/boards/b?n=1234'],
    ['resource.name', { type: 'job', id: 'j1', name: 'Secret Name' }, '/jobs/j1'],
    ['resource.id', { type: 'job', id: 'j1', name: 'Secret Name' }, null],
    [none, { type: 'job', id: 'j1', href: '/jobs/secret-name' }, '/jobs/secret-name'],
    ['actor.name', { type: 'job', id: 'j1', href: '/jobs/secret-name' }, '/jobs/secret-name'],
    ['resource.name', { type: 'job', id: 'j1', href: '/jobs/secret-name' }, null],
    ['resource.id', { type: 'job', id: 'j1', href: '/jobs/secret-name' }, null],
  ]
  test.each(cases)('with %s: %o', async (masked, resource, href) => {
    const id = await store({
      actor: { type: 'user', id: 'u-77' },
      resource,
      scope: { team: { id: 'k', name: 'Kernel' } },
      metadata: { number: 1234 },
    })
    for (const api of apis(masked)) expect((await api.get({ id })).resource.href).toBe(href)
  })

  test('in every response with events', async () => {
    await store({ actor: { type: 'user', id: 'bob' }, resource: { type: 'project', id: 'p7', name: 'Hidden' } })
    const filter = { resourceId: ['p7'] }
    for (const api of apis('resource.name')) {
      const answers = [
        await api.list(filter),
        await api.history({ type: 'project', id: 'p7' }),
        await api.userActivity({ userId: 'bob' }),
        await api.export({ format: 'csv', ...filter }),
        await api.export({ format: 'ndjson', ...filter }),
        await api.follow({ filter, lastEventId: '0' }, 1),
        await text('/api/v1/people/bob/export', 'resource.name'),
      ]
      for (const answer of answers) expect(JSON.stringify(answer)).toMatch(/^(?!.*Hidden).*p7/s)
    }
    for (const api of apis(none)) expect(JSON.stringify(await api.list(filter))).toContain('/projects/Hidden')
  })
})

describe('a masked error hides its status', () => {
  const failed = (description: string) =>
    store({
      resource: { type: 'job', id: 'failed' },
      description,
      status: 'failure',
      error: { status: 418, code: 'teapot' },
    })
  const filter = { resourceId: ['failed'] }

  test.each([
    ['error', { code: '[redacted]' }, ['/error/code', '/error/status']],
    ['error.status', { code: 'teapot' }, ['/error/status']],
    ['error.code', { status: 418, code: '[redacted]' }, ['/error/code']],
  ])('with %s', async (masked, error, redacted) => {
    const id = await failed('It failed')
    const csv = (row: string | undefined) => row?.includes(',418,')
    for (const api of apis(masked)) {
      const answers = [
        await api.get({ id }),
        (await api.list(filter)).items[0],
        (await api.history({ type: 'job', id: 'failed' })).items[0],
        JSON.parse(await api.export({ format: 'json', ...filter }))[0],
        (await api.follow({ filter, lastEventId: '0' }, 1))[0],
      ]
      for (const answer of answers) {
        expect(answer.error).toEqual(error)
        expect(answer.redacted.toSorted()).toEqual(redacted)
      }
      expect(csv(await api.export({ format: 'csv', ...filter }))).toBe('status' in error)
    }
  })

  test('and a description that contains it', async () => {
    const telling = await failed('It failed (418)')
    const other = await failed('It failed 3 times')
    for (const api of apis('error.status')) {
      expect((await api.get({ id: telling })).description).toBe('[redacted]')
      expect((await api.get({ id: other })).description).toBe('It failed 3 times')
    }
  })
})
