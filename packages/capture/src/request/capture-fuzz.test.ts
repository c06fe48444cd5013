import { defineCatalog } from '@whodid/core'
import { parseEvent, prepareEvent } from '@whodid/core/seal'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCollectingWriter } from '../../test/collecting-writer.ts'
import { createTrail } from '../trail.ts'

const catalog = defineCatalog({ project: { segments: ['vorhaben'] }, membership: { actions: { removed: {} } } })

const word = fc.oneof(
  fc.constantFrom(
    'api',
    'v1',
    'projects',
    'users',
    'me',
    'delete',
    'bulk-delete',
    'change-role',
    'login',
    'search',
    'x.y',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }).map(encodeSafely),
  fc.stringMatching(/^[\w.~%!$&'()*+,;=:@-]{0,20}$/),
)
const pattern = fc.array(fc.oneof(word, fc.constantFrom(':id', ':userId', '*rest', '{:id}', ':id?', '(.*)', '')), {
  maxLength: 6,
})
const body = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
  fc.record({
    id: fc.anything(),
    name: fc.anything(),
    ids: fc.array(fc.anything()),
    data: fc.anything(),
    email: fc.string({ unit: 'binary' }),
    error: fc.anything(),
    message: fc.string({ unit: 'binary', maxLength: 9_000 }),
  }),
)

function encodeSafely(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return text.replace(/[/?#]/g, '')
  }
}

const request = fc.record({
  method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'PROPFIND'),
  path: fc.array(word, { maxLength: 6 }).map((words) => `/${words.join('/')}`),
  route: fc.option(pattern.map((words) => `/${words.join('/')}`)),
  status: fc.constantFrom(200, 201, 204, 302, 400, 404, 500),
  aborted: fc.boolean(),
  requestBody: body,
  responseBody: body,
  location: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  headers: fc.dictionary(
    fc.constantFrom('user-agent', 'x-request-id', 'traceparent', 'cookie'),
    fc.string({ unit: 'binary' }),
  ),
  user: fc.option(fc.record({ id: fc.string({ unit: 'binary', minLength: 1 }), name: fc.string({ unit: 'binary' }) }), {
    nil: undefined,
  }),
})

test('every request becomes valid events, and nothing throws', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, headers, user, route, requestBody, responseBody, ...outcome }) => {
      const writer = createCollectingWriter()
      const warnings: string[] = []
      const trail = createTrail({
        catalog,
        to: writer,
        flushOnExit: false,
        onWarning: (message) => warnings.push(message),
      })
      const capture = trail.capture<object>({ actor: () => user, recordReads: true })
      const request = capture.begin({ native: {}, method, path, headers, ip: () => '::1' })
      request.run(() => trail.annotate({ metadata: { body: requestBody }, after: responseBody }))
      request.end({ ...outcome, route, requestBody: () => requestBody, responseBody: () => responseBody })
      await trail.close()
      expect(warnings.filter((warning) => !warning.includes('is not in the catalog'))).toEqual([])
      for (const event of writer.events) {
        expect(parseEvent(JSON.parse(JSON.stringify(event)))).toEqual({ event: expect.anything() })
        prepareEvent(event, { catalog: catalog.json, tenantId: '-', receivedAt: Date.now() })
      }
    }),
    { numRuns: 2_000 },
  )
})
