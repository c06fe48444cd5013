import { ERROR_STATUS, newEventSchema } from '@whodid/core'
import { z } from 'zod'
import { COMPAT } from '../compat/index.ts'
import { rowSchema, rowsOutput } from '../compat/row.ts'
import { parametersOf } from '../http/query.ts'
import { type Written, write } from '../http/response.ts'
import { ROUTES } from '../http/routes.ts'
import { createLru } from '../lru.ts'
import { hasBody, type Verb } from '../operations/operation.ts'
import {
  apiKeyOutput,
  apiKeysOutput,
  appendOutput,
  catalogJson,
  facetsOutput,
  healthOutput,
  inboxChangeOutput,
  inboxCountOutput,
  listOutput,
  newApiKeyOutput,
  storedEvent,
  tokensRevokedOutput,
  viewerOutput,
} from './output.ts'
import { erasureOutput, purgePreviewOutput, retentionOutput } from './output-admin.ts'
import { statsOutput } from './output-stats.ts'
import { EXAMPLES, IF_NONE_MATCH, inline, type JsonSchema, LAST_EVENT_ID, parameter, writable } from './parameters.ts'
import { HEADERS, isTagged, RESPONSES, responsesOf } from './responses.ts'

const OUTPUTS: readonly (readonly [name: string, schema: z.ZodType])[] = [
  ['Event', storedEvent],
  ['EventList', listOutput],
  ['AppendResults', appendOutput],
  ['Facets', facetsOutput],
  ['InboxCount', inboxCountOutput],
  ['InboxChanged', inboxChangeOutput],
  ['Stats', statsOutput],
  ['Retention', retentionOutput],
  ['PurgePreview', purgePreviewOutput],
  ['Erasure', erasureOutput],
  ['Viewer', viewerOutput],
  ['Catalog', catalogJson],
  ['Health', healthOutput],
  ['ApiKey', apiKeyOutput],
  ['ApiKeys', apiKeysOutput],
  ['NewApiKey', newApiKeyOutput],
  ['TokensRevoked', tokensRevokedOutput],
  ['AuditLog', rowSchema],
  ['AuditLogList', rowsOutput],
]

const PROBLEM: JsonSchema = {
  type: 'object',
  description: 'What went wrong, as RFC 9457 has it.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERROR_STATUS) },
    detail: { type: 'string', description: 'What, why, and how to mend it.' },
  },
}

function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}

function registered(named: typeof OUTPUTS, io: 'input' | 'output'): { readonly [name: string]: JsonSchema } {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of named) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    io,
    unrepresentable: 'any',
    metadata: registry,
    override: writable,
    uri: (id) => `#/components/schemas/${id}`,
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: _id, id: _own, ...schema }]) => [name, schema]),
  )
}

function answer(verb: Verb): { readonly [type: string]: { readonly schema: JsonSchema } } {
  if (verb.answers === 'file') {
    return {
      'text/csv': { schema: { type: 'string', description: 'A line of names, then a line an event.' } },
      'application/json': { schema: { type: 'array', items: ref('Event') } },
      'application/x-ndjson': { schema: { type: 'string', description: 'An event a line.' } },
      'application/zip': { schema: { type: 'string', format: 'binary' } },
    }
  }
  if (verb.answers === 'events') {
    const description =
      'Server-sent events: id is the place of an event, data is the event as JSON, comments keep it alive.'
    return { 'text/event-stream': { schema: { type: 'string', description } } }
  }
  const name = OUTPUTS.find(([, schema]) => schema === verb.output)?.[0]
  return { 'application/json': { schema: name ? ref(name) : inline(verb.output, 'output') } }
}

/** Bodies that one may send, by verb. */
const BODIES: { readonly [verb: string]: unknown } = {
  append: {
    action: 'project.created',
    actor: { type: 'user', id: 'u1', name: 'Ada Lovelace' },
    resource: { type: 'project', id: 'p1', name: 'Engine' },
  },
  'inbox.seen': { all: true },
  'inbox.unseen': { ids: [EXAMPLES.id] },
  'inbox.archive': { ids: [EXAMPLES.id] },
  'inbox.unarchive': { ids: [EXAMPLES.id] },
  'keys.create': { name: 'importer', scopes: ['ingest'], expiresAt: '2030-01-01T00:00:00.000Z' },
  'viewerTokens.revoke': { viewerId: 'u1' },
  'retention.set': { days: 90, legalHold: false },
  'retention.preview': { days: 30 },
  'people.erase': { names: ['Countess of Lovelace'] },
  'compat.markSeen': { ids: [EXAMPLES.id] },
  'compat.archive': { ids: [EXAMPLES.id] },
}

/** What a body holds: all of the input that is not in the path. */
function bodySchema(verb: Verb): JsonSchema {
  if (verb.name === 'append')
    return { anyOf: [ref('NewEvent'), { type: 'array', items: ref('NewEvent'), maxItems: 1000 }] }
  const { properties, required, ...schema } = inline(verb.input, 'input')
  if (!properties) return schema
  const inPath = (field: string) => verb.route.path.includes(`{${field}}`)
  const left = required?.filter((field) => !inPath(field)) ?? []
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([field]) => !inPath(field))),
    ...(left.length > 0 && { required: left }),
  }
}

function requestBody(verb: Verb) {
  return {
    required: verb.route.mayBeEmpty !== true,
    description: `At most 1 MiB, before and after Content-Encoding: gzip.${verb.route.mayBeEmpty ? ' It may be left out.' : ''}`,
    content: { 'application/json': { schema: bodySchema(verb), example: BODIES[verb.name] } },
  }
}

const TAGS = {
  Events: 'Reading, storing, exporting and following events.',
  Inbox: 'What a viewer has seen and put away.',
  Service: 'What the service is, and who is asking.',
  Administration: 'Keys, tokens, retention and people, for administrators of a tenant.',
  Compatibility: "Paths, parameters and answers of other products' documentation: snake_case, with limit and offset.",
} as const

function tagOf(verb: Verb): keyof typeof TAGS {
  if (COMPAT.includes(verb)) return 'Compatibility'
  if (verb.needs === 'admin') return 'Administration'
  if (verb.route.path.includes('/inbox/')) return 'Inbox'
  return /\/(events|users|resources|stream|facets|stats)/.test(verb.route.path) ? 'Events' : 'Service'
}

function operation(verb: Verb) {
  return {
    operationId: verb.name.replaceAll('.', '_'),
    summary: verb.summary,
    description: verb.needs === 'nothing' ? 'Open to everybody.' : `Needs ${permission(verb)}.`,
    tags: [tagOf(verb)],
    parameters: [
      ...parametersOf(verb).all.map(parameter),
      ...(isTagged(verb) ? [IF_NONE_MATCH] : []),
      ...(verb.answers === 'events' ? [LAST_EVENT_ID] : []),
    ],
    ...(hasBody(verb.route) && { requestBody: requestBody(verb) }),
    responses: responsesOf(verb, answer(verb)),
    ...(verb.needs === 'nothing' && { security: [] }),
  }
}

function permission({ needs }: Verb): string {
  return needs === 'viewer' ? 'a signed-in viewer' : `the permission ${needs}`
}

function paths() {
  const all: { [path: string]: { [method: string]: ReturnType<typeof operation> } } = {}
  for (const verb of ROUTES) {
    const { path, method } = verb.route
    all[path] = { ...all[path], [method.toLowerCase()]: operation(verb) }
  }
  return all
}

let described: ReturnType<typeof describe> | undefined

function describe() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'whodid',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'Who did what, and when. Times are ISO 8601 in UTC with milliseconds, ids are UUIDv7, a list parameter takes commas (a comma within a value is written \\,), and errors are problem details of RFC 9457.',
    },
    security: [{ bearer: [] }, { session: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: paths(),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: "A key of the service, a viewer token, or a token that the host's authorize reads.",
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'session',
          description:
            "Whatever the host signs people in with and its authorize reads; the cookie's name is the host's own.",
        },
      },
      headers: HEADERS,
      responses: RESPONSES,
      schemas: {
        ...registered(OUTPUTS, 'output'),
        ...registered([['NewEvent', newEventSchema]], 'input'),
        Problem: PROBLEM,
      },
    },
  }
}

/** The REST routes as OpenAPI 3.1, below the path that the service is mounted at. */
export function openApi(basePath: string) {
  described ??= describe()
  return { ...described, servers: [{ url: basePath || '/' }] }
}

/** Hosts mount it at one path, or at a few; a mount such as `/:org/activity` has as many as its clients name. */
const written = createLru<Written>(16)

/** {@link openApi} as it is sent: written once for each path, since anybody may ask for it at any rate. */
export function openApiWritten(basePath: string): Written {
  const earlier = written.get(basePath)
  if (earlier) return earlier
  const document = write(openApi(basePath))
  written.set(basePath, document)
  return document
}
