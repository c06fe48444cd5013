import { validate } from '@readme/openapi-parser'
import { describe, expect, test } from 'vitest'
import { getParameters, parseInput } from '../src/http/query.ts'
import { ROUTES } from '../src/http/routes.ts'
import { getOpenApiDocument, getSerializedOpenApi } from '../src/openapi/document.ts'
import { hasBody } from '../src/operations/operation.ts'
import { openService } from './support/acme.ts'

function getDocument() {
  return JSON.parse(JSON.stringify(getOpenApiDocument('/activity')))
}

test('the document is valid OpenAPI 3.1', async () => {
  const result = await validate(getDocument())
  expect(result).toMatchObject({ valid: true, warnings: [], specification: 'OpenAPI' })
  expect(getDocument().openapi).toBe('3.1.0')
})

test('it has every route with its parameters', () => {
  const { paths } = getDocument()
  for (const { name, route } of ROUTES) {
    expect(paths[route.path][route.method.toLowerCase()].operationId).toBe(name.replace('.', '_'))
  }
  const parameters = (path: string) => paths[path].get.parameters.map(({ name }: { name: string }) => name)
  const list =
    'q actor action category group kind resourceType resourceId project status channel severity inbox tenant from to sort order limit cursor'
  expect(parameters('/api/v1/events').toSorted()).toEqual(expect.arrayContaining(list.split(' ').toSorted()))
  expect(parameters('/api/v1/stream')).toEqual(expect.arrayContaining(['after', 'tenant', 'actor', 'not.actor']))
  expect(parameters('/api/v1/users/{userId}/activity')).not.toContain('actor')
})

interface Described {
  readonly parameters: readonly { name: string; in: string; description?: string; example?: unknown }[]
  readonly requestBody?: { content: { 'application/json': { example?: unknown } } }
  readonly responses: Readonly<Record<string, { $ref?: string; headers?: object }>>
  readonly security?: readonly object[]
}

const described = ROUTES.map((operation) => {
  const description: Described = getDocument().paths[operation.route.path][operation.route.method.toLowerCase()]
  return [`${operation.route.method} ${operation.route.path}`, operation, description] as const
})

describe.each(described)('%s', (_name, operation, { parameters, requestBody, responses, security }) => {
  const statuses = Object.keys(responses)

  test('describes each parameter, with a valid example', () => {
    const query = new URLSearchParams()
    const path: Record<string, string> = {}
    for (const { name, in: place, description, example } of parameters) {
      expect([name, description]).toEqual([name, expect.stringMatching(/\w.*\.$/)])
      expect([name, example]).toEqual([name, expect.anything()])
      if (place === 'query') query.set(name, String(example))
      if (place === 'path') path[name] = String(example)
    }
    const input = parseInput(getParameters(operation), query, path)
    if (!hasBody(operation.route)) expect(operation.input.safeParse(input).error).toBe(undefined)
  })

  test('describes its body, with a valid example', () => {
    expect(requestBody !== undefined).toBe(hasBody(operation.route))
    if (!requestBody) return
    const { example } = requestBody.content['application/json']
    const path = Object.fromEntries(parameters.filter((each) => each.in === 'path').map((each) => [each.name, 'x']))
    expect(example).toBeTypeOf('object')
    expect(operation.input.safeParse({ ...path, ...Object(example) }).error).toBe(undefined)
    expect(statuses).toEqual(expect.arrayContaining(['400', '413', '415']))
  })

  test('lists its errors and the headers of its responses', () => {
    expect(statuses).toEqual(expect.arrayContaining(['200', '400', '503', 'default']))
    const isOpen = operation.requires === 'nothing'
    expect(statuses.includes('401')).toBe(!isOpen)
    expect(statuses.includes('429')).toBe(!isOpen)
    expect(security).toEqual(isOpen ? [] : undefined)
    const isTagged = operation.route.method === 'GET' && operation.responseType === undefined
    expect(statuses.includes('304')).toBe(isTagged)
    const headers = Object.keys(responses['200']?.headers ?? {})
    if (isTagged) expect(headers).toContain('ETag')
    if (!isOpen) expect(headers).toEqual(expect.arrayContaining(['RateLimit', 'RateLimit-Policy']))
    if (operation.responseType === 'file') expect(headers).toContain('Content-Disposition')
  })
})

test('it has the defaults of optional parameters', () => {
  const defaults = (path: string) =>
    Object.fromEntries(
      getDocument()
        .paths[path].get.parameters.filter(({ schema }: { schema: object }) => 'default' in schema)
        .map(({ name, schema }: { name: string; schema: { default: unknown } }) => [name, schema.default]),
    )
  expect(defaults('/api/v1/events')).toEqual({ limit: 50, sort: 'occurredAt', order: 'desc' })
  expect(defaults('/audit-logs')).toEqual({ limit: 50, offset: 0 })
  const { schema } = getDocument().paths['/audit-logs'].get.parameters.find(
    ({ name }: { name: string }) => name === 'offset',
  )
  expect(schema).toMatchObject({ minimum: 0, maximum: 10_000 })
})

test('it describes every error code with its status', () => {
  const { responses, schemas } = getDocument().components
  const codes = Object.values<{ content?: { 'application/problem+json'?: { examples?: object } } }>(responses).flatMap(
    ({ content }) => Object.keys(content?.['application/problem+json']?.examples ?? {}),
  )
  const answered = ['invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'payload_too_large', 'rate_limited']
  expect(codes).toEqual(expect.arrayContaining([...answered, 'unsupported_media_type', 'tenant_required']))
  expect(schemas.Problem.properties.code.enum).toEqual(expect.arrayContaining(codes))
})

test('it is public and contains nothing of the host', async () => {
  await using service = await openService()
  const response = await service.fetch(new Request('http://localhost/activity/openapi.json'), { basePath: '/activity' })
  expect(await response?.json()).toEqual(getDocument())
  expect(getDocument().servers).toEqual([{ url: '/activity' }])
})

test('it is cached per path, for a limited number of paths', () => {
  const first = getSerializedOpenApi('/a')
  expect(getSerializedOpenApi('/a')).toBe(first)
  const others = Array.from({ length: 100 }, (_, index) => getSerializedOpenApi(`/${index}`))
  expect(new Set([first, ...others].map(({ etag }) => etag)).size).toBe(101)
  expect(getSerializedOpenApi('/99')).toBe(others[99])
  const again = getSerializedOpenApi('/a')
  expect(again).not.toBe(first)
  expect(again).toEqual(first)
})

test('it is answered with 304 when unchanged, per path', async () => {
  await using service = await openService()
  const get = async (basePath: string, etag = '"none"') => {
    const request = new Request(`http://localhost${basePath}/openapi.json`, { headers: { 'if-none-match': etag } })
    return (await service.fetch(request, { basePath })) ?? Response.error()
  }
  const whole = await get('/activity')
  const { headers } = whole
  expect([whole.status, headers.get('cache-control')]).toEqual([200, 'no-cache'])
  expect(headers.get('content-length')).toBe(String((await whole.arrayBuffer()).byteLength))
  const etag = headers.get('etag') ?? ''
  const same = await get('/activity', etag)
  expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, etag, ''])
  const elsewhere = await get('/audit', etag)
  expect([elsewhere.status, (await elsewhere.json()).servers]).toEqual([200, [{ url: '/audit' }]])
})

test('the docs page loads nothing from other sites', async () => {
  await using service = await openService()
  const response = await service.fetch(new Request('http://localhost/docs'))
  const policy = response?.headers.get('content-security-policy') ?? ''
  const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
  const html = (await response?.text()) ?? ''
  expect(policy).toMatch(/^default-src 'none'; /)
  expect(html.split(`nonce="${nonce}"`)).toHaveLength(3)
  expect(html).not.toMatch(/https?:\/\//)
})
