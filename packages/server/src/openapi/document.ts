import { ERROR_STATUS, newEventSchema } from '@whodid/core'
import { z } from 'zod'
import { COMPAT_OPERATIONS } from '../compat/index.ts'
import { rowSchema, rowsOutput } from '../compat/row.ts'
import { getParameters } from '../http/query.ts'
import { type SerializedJson, serializeJson } from '../http/response.ts'
import { ROUTES } from '../http/routes.ts'
import { createLru } from '../lru.ts'
import { hasBody, type Operation } from '../operations/operation.ts'
import {
  apiKeyOutput,
  apiKeysOutput,
  appendOutput,
  catalogOutput,
  facetsOutput,
  healthOutput,
  inboxChangeOutput,
  inboxCountOutput,
  listOutput,
  newApiKeyOutput,
  eventOutput,
  tokensRevokedOutput,
  viewerOutput,
} from './output.ts'
import { erasureOutput, purgePreviewOutput, retentionOutput } from './output-admin.ts'
import { statsOutput } from './output-stats.ts'
import { EXAMPLES, IF_NONE_MATCH, toInlineSchema, type JsonSchema, LAST_EVENT_ID, describeParameter, removeReadOnly } from './parameters.ts'
import { HEADERS, hasEtag, SHARED_RESPONSES, describeResponses } from './responses.ts'

const OUTPUTS: readonly (readonly [name: string, schema: z.ZodType])[] = [
  ['Event', eventOutput],
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
  ['Catalog', catalogOutput],
  ['Health', healthOutput],
  ['ApiKey', apiKeyOutput],
  ['ApiKeys', apiKeysOutput],
  ['NewApiKey', newApiKeyOutput],
  ['TokensRevoked', tokensRevokedOutput],
  ['AuditLog', rowSchema],
  ['AuditLogList', rowsOutput],
]

const PROBLEM_SCHEMA: JsonSchema = {
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

function createRef(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}

function createSchemas(named: typeof OUTPUTS, io: 'input' | 'output'): { readonly [name: string]: JsonSchema } {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of named) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    io,
    unrepresentable: 'any',
    metadata: registry,
    override: removeReadOnly,
    uri: (id) => `#/components/schemas/${id}`,
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: _id, id: _own, ...schema }]) => [name, schema]),
  )
}

function describeContent(operation: Operation): { readonly [type: string]: { readonly schema: JsonSchema } } {
  if (operation.responseType === 'file') {
    return {
      'text/csv': { schema: { type: 'string', description: 'A line of names, then a line an event.' } },
      'application/json': { schema: { type: 'array', items: createRef('Event') } },
      'application/x-ndjson': { schema: { type: 'string', description: 'An event a line.' } },
      'application/zip': { schema: { type: 'string', format: 'binary' } },
    }
  }
  if (operation.responseType === 'events') {
    const description =
      'Server-sent events: id is the place of an event, data is the event as JSON, comments keep it alive.'
    return { 'text/event-stream': { schema: { type: 'string', description } } }
  }
  const name = OUTPUTS.find(([, schema]) => schema === operation.output)?.[0]
  return { 'application/json': { schema: name ? createRef(name) : toInlineSchema(operation.output, 'output') } }
}

/** Bodies that one may send, by verb. */
const BODY_EXAMPLES: { readonly [verb: string]: unknown } = {
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
function describeBody(operation: Operation): JsonSchema {
  if (operation.name === 'append')
    return { anyOf: [createRef('NewEvent'), { type: 'array', items: createRef('NewEvent'), maxItems: 1000 }] }
  const { properties, required, ...schema } = toInlineSchema(operation.input, 'input')
  if (!properties) return schema
  const inPath = (field: string) => operation.route.path.includes(`{${field}}`)
  const left = required?.filter((field) => !inPath(field)) ?? []
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([field]) => !inPath(field))),
    ...(left.length > 0 && { required: left }),
  }
}

function describeRequestBody(operation: Operation) {
  return {
    required: operation.route.isBodyOptional !== true,
    description: `At most 1 MiB, before and after Content-Encoding: gzip.${operation.route.isBodyOptional ? ' It may be left out.' : ''}`,
    content: { 'application/json': { schema: describeBody(operation), example: BODY_EXAMPLES[operation.name] } },
  }
}

const TAGS = {
  Events: 'Reading, storing, exporting and following events.',
  Inbox: 'What a viewer has seen and put away.',
  Service: 'What the service is, and who is asking.',
  Administration: 'Keys, tokens, retention and people, for administrators of a tenant.',
  Compatibility: "Paths, parameters and answers of other products' documentation: snake_case, with limit and offset.",
} as const

function findTag(operation: Operation): keyof typeof TAGS {
  if (COMPAT_OPERATIONS.includes(operation)) return 'Compatibility'
  if (operation.requires === 'admin') return 'Administration'
  if (operation.route.path.includes('/inbox/')) return 'Inbox'
  return /\/(events|users|resources|stream|facets|stats)/.test(operation.route.path) ? 'Events' : 'Service'
}

function describeOperation(operation: Operation) {
  return {
    operationId: operation.name.replaceAll('.', '_'),
    summary: operation.summary,
    description: operation.requires === 'nothing' ? 'Open to everybody.' : `Needs ${describeRequirement(operation)}.`,
    tags: [findTag(operation)],
    parameters: [
      ...getParameters(operation).all.map(describeParameter),
      ...(hasEtag(operation) ? [IF_NONE_MATCH] : []),
      ...(operation.responseType === 'events' ? [LAST_EVENT_ID] : []),
    ],
    ...(hasBody(operation.route) && { requestBody: describeRequestBody(operation) }),
    responses: describeResponses(operation, describeContent(operation)),
    ...(operation.requires === 'nothing' && { security: [] }),
  }
}

function describeRequirement({ requires }: Operation): string {
  return requires === 'viewer' ? 'a signed-in viewer' : `the permission ${requires}`
}

function describePaths() {
  const all: { [path: string]: { [method: string]: ReturnType<typeof describeOperation> } } = {}
  for (const operation of ROUTES) {
    const { path, method } = operation.route
    all[path] = { ...all[path], [method.toLowerCase()]: describeOperation(operation) }
  }
  return all
}

let document: ReturnType<typeof createDocument> | undefined

function createDocument() {
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
    paths: describePaths(),
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
      responses: SHARED_RESPONSES,
      schemas: {
        ...createSchemas(OUTPUTS, 'output'),
        ...createSchemas([['NewEvent', newEventSchema]], 'input'),
        Problem: PROBLEM_SCHEMA,
      },
    },
  }
}

/** The REST routes as OpenAPI 3.1, below the path that the service is mounted at. */
export function getOpenApiDocument(basePath: string) {
  document ??= createDocument()
  return { ...document, servers: [{ url: basePath || '/' }] }
}

/** Hosts mount it at one path, or at a few; a mount such as `/:org/activity` has as many as its clients name. */
const serializedByPath = createLru<SerializedJson>(16)

/** {@link getOpenApiDocument} as it is sent: written once for each path, since anybody may ask for it at any rate. */
export function getSerializedOpenApi(basePath: string): SerializedJson {
  const earlier = serializedByPath.get(basePath)
  if (earlier) return earlier
  const document = serializeJson(getOpenApiDocument(basePath))
  serializedByPath.set(basePath, document)
  return document
}
