import { expect, test } from 'vitest'
import { observeRequest } from './request.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
const FORM_TYPE = 'application/x-www-form-urlencoded'

function createRequest(body: BodyInit, type?: string): Request {
  return new Request('http://localhost/projects', {
    method: 'POST',
    body,
    ...(type !== undefined && { headers: { 'content-type': type } }),
  })
}

function createForm(): FormData {
  const form = new FormData()
  form.append('name', 'Café')
  form.append('tag', 'a')
  form.append('tag', 'b')
  form.append('file', new Blob(['x']), 'plan.pdf')
  return form
}

test.each([
  ['JSON with json()', createRequest('{"name":"Café"}', JSON_TYPE), 'json', { name: 'Café' }],
  ['JSON with text()', createRequest('{"name":"Café"}', JSON_TYPE), 'text', { name: 'Café' }],
  ['JSON with arrayBuffer()', createRequest('{"name":"Café"}', JSON_TYPE), 'arrayBuffer', { name: 'Café' }],
  [
    'a form with text()',
    createRequest('name=Caf%C3%A9&tag=a&tag=b', FORM_TYPE),
    'text',
    { name: 'Café', tag: ['a', 'b'] },
  ],
  ['a form with formData()', createRequest('name=Caf%C3%A9', FORM_TYPE), 'formData', { name: 'Café' }],
  [
    'multipart with formData()',
    createRequest(createForm()),
    'formData',
    { name: 'Café', tag: ['a', 'b'], file: { filename: 'plan.pdf' } },
  ],
  [
    'multipart with arrayBuffer()',
    createRequest(createForm()),
    'arrayBuffer',
    { name: 'Café', tag: ['a', 'b'], file: { filename: 'plan.pdf' } },
  ],
  ['a text', createRequest('{"name":"Café"}', 'text/plain'), 'text', undefined],
  ['large JSON', createRequest(JSON.stringify({ name: 'x'.repeat(300_000) }), JSON_TYPE), 'text', undefined],
] as const)('the body of an app that reads %s is known', async (_title, request, method, body) => {
  const getBody = observeRequest(request)
  await request[method]()
  expect(await getBody()).toEqual(body)
})

test('a body that the app does not read stays unread', async () => {
  const request = createRequest('{"name":"Café"}', JSON_TYPE)
  expect(await observeRequest(request)()).toBeUndefined()
  expect(request.bodyUsed).toBe(false)
})

test.each(['text', 'arrayBuffer'] as const)(
  'an invalid body that the app reads with %s() crashes nothing',
  async (method) => {
    const request = createRequest('{"name":', JSON_TYPE)
    const getBody = observeRequest(request)
    await request[method]()
    // Rejections without a handler are reported in this turn.
    await new Promise((resolve) => setImmediate(resolve))
    await expect(getBody()).rejects.toThrow(SyntaxError)
  },
)

test('the body of a frozen request stays unknown', async () => {
  const request = Object.freeze(createRequest('{"name":"Café"}', JSON_TYPE))
  const getBody = observeRequest(request)
  expect(await request.json()).toEqual({ name: 'Café' })
  expect(await getBody()).toBeUndefined()
})
