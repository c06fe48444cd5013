import { defineCatalog } from '@whodid/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEvent, type TestService } from './support/acme.ts'
import { type MaskedService, openMaskedService } from './support/masked.ts'

const catalog = defineCatalog({
  project: { label: 'Project', actions: { created: 'Project {resource.name} was created' } },
})
const bob = { type: 'user', id: 'bob', name: 'Bob Hopper', email: 'bob@acme.test' } as const

let service: TestService
let apis: MaskedService['apis']
let text: MaskedService['text']

beforeAll(async () => {
  ;({ service, apis, text } = await openMaskedService(catalog))
  await service.append([
    createEvent({ actor: bob, resource: { type: 'project', id: 'p1', name: 'SecretName' } }),
    createEvent({ resource: { type: 'project', id: 'p2' }, description: 'Nothing was said' }),
  ])
})
afterAll(() => service.close())

describe('a description that contains a masked value is hidden', () => {
  test('in every response with events', async () => {
    for (const api of apis('resource.name')) {
      const [plain, telling] = (await api.list({ category: ['project'] })).items
      expect(plain?.description).toBe('Nothing was said')
      expect(telling).toMatchObject({ description: '[redacted]', resource: { id: 'p1', name: '[redacted]' } })
      expect(telling?.redacted).toEqual(expect.arrayContaining(['/description']))
      const answers = [
        await api.get({ id: telling?.id ?? '' }),
        await api.history({ type: 'project', id: 'p1' }),
        await api.userActivity({ userId: 'bob' }),
        await api.facets({}),
        await api.export({ format: 'csv' }),
        await api.export({ format: 'ndjson' }),
        await api.follow({ lastEventId: '0' }, 1),
      ]
      for (const answer of answers) expect(JSON.stringify(answer)).not.toMatch(/SecretName/i)
    }
    for (const path of [
      '/api/v1/events/export?format=csv&preset=compliance',
      '/api/v1/people/bob/export',
      '/api/activity',
    ]) {
      const shown = await text(path, 'resource.name')
      expect(shown).toContain('p1')
      expect(shown).not.toMatch(/SecretName/i)
    }
  })

  test('from search and from sorting', async () => {
    for (const api of apis('resource.name')) {
      expect((await api.list({ q: 'SecretName' })).items).toEqual([])
      expect((await api.list({ category: ['project'], q: '-SecretName' })).total.value).toBe(2)
      expect((await api.facets({ filter: { q: 'SecretName' } })).counted.value).toBe(0)
      await expect(api.list({ sort: 'description' })).rejects.toMatchObject({ code: 'forbidden', status: 403 })
    }
    for (const api of apis('category')) {
      expect((await api.list({ q: 'SecretName' })).total.value).toBe(1)
      expect((await api.list({ sort: 'description' })).items.length).toBeGreaterThan(1)
    }
  })

  test.each([
    ['actor.name', 'bob hopper did it'],
    ['actor.name', 'Hopper did it'],
    ['actor.email', 'BOB@acme.test did it'],
    ['actor.id', 'The user u-77 did it'],
    ['actor.onBehalfOf', 'Done for the Boss'],
    ['resource.id', 'It is p9'],
    ['scope.team', 'The Kernel team did it'],
    ['metadata', 'It costs 1,234 now'],
    ['metadata.note', 'It is "a \\"quoted\\" word"'],
    ['metadata.deep', 'It has a List of things'],
    ['changes', 'It was draft'],
    ['error', 'It failed (no more room)'],
    ['error.message', 'It failed (no more room)'],
    ['context.ip', 'It came from 192.0.2.5'],
  ])('with %s: %s', async (masked, description) => {
    const event = createEvent({
      actor: { ...bob, id: 'u-77', onBehalfOf: { id: 'u-1', name: 'The Boss' } },
      resource: { type: 'project', id: 'p9', name: 'Nine' },
      scope: { team: { id: 'k', name: 'Kernel' } },
      changes: [{ path: '/state', from: 'draft', to: 'ready' }],
      metadata: { cost: 1234, note: 'a "quoted" word', deep: { of: ['list'] } },
      status: 'failure',
      error: { message: 'No more room' },
      context: { ip: '192.0.2.5' },
      description,
    })
    await service.append([event])
    const { id = '' } = event
    for (const api of apis(masked)) expect((await api.get({ id })).description).toBe('[redacted]')
    for (const api of apis('resource.name')) expect((await api.get({ id })).description).toBe(description)
  })
})

test('a person cannot be exported when ids are masked', async () => {
  for (const masked of ['actor', 'actor.id']) {
    expect(JSON.parse(await text('/api/v1/people/bob/export', masked))).toMatchObject({
      code: 'forbidden',
      status: 403,
    })
    expect(await text('/api/v1/people/ada/export', masked)).toContain('Nothing was said')
  }
})
