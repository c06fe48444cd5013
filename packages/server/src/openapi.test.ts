import { validate } from '@readme/openapi-parser'
import { expect, test } from 'vitest'
import { openService } from '../test/acme.ts'
import { openApi } from './openapi.ts'
import { VERBS } from './verbs/index.ts'

const document = () => JSON.parse(JSON.stringify(openApi('/activity')))

test('the description is valid OpenAPI 3.1', async () => {
  const result = await validate(document())
  expect(result).toMatchObject({ valid: true, warnings: [], specification: 'OpenAPI' })
  expect(document().openapi).toBe('3.1.0')
})

test('it has every verb, and each parameter of one', () => {
  const { paths } = document()
  for (const { name, route } of VERBS) {
    expect(paths[route.path][route.method.toLowerCase()].operationId).toBe(name.replace('.', '_'))
  }
  const parameters = (path: string) => paths[path].get.parameters.map(({ name }: { name: string }) => name)
  // As surface.md names them.
  const list =
    'q actor action category group kind resourceType resourceId project status channel severity inbox tenant from to sort order limit cursor'
  expect(parameters('/api/v1/events').toSorted()).toEqual(expect.arrayContaining(list.split(' ').toSorted()))
  expect(parameters('/api/v1/stream')).toEqual(expect.arrayContaining(['after', 'tenant', 'actor', 'not.actor']))
  expect(parameters('/api/v1/users/{userId}/activity')).not.toContain('actor')
})

test('it holds nothing of a host, and is open, as the page to try it is', async () => {
  await using service = await openService()
  const response = await service.fetch(new Request('http://localhost/activity/openapi.json'), { basePath: '/activity' })
  expect(await response?.json()).toEqual(document())
  expect(document().servers).toEqual([{ url: '/activity' }])
})

test('the page to try it loads nothing from anywhere else', async () => {
  await using service = await openService()
  const response = await service.fetch(new Request('http://localhost/docs'))
  const policy = response?.headers.get('content-security-policy') ?? ''
  const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
  const html = (await response?.text()) ?? ''
  expect(policy).toMatch(/^default-src 'none'; /)
  expect(html.split(`nonce="${nonce}"`)).toHaveLength(3)
  expect(html).not.toMatch(/https?:\/\//)
})
