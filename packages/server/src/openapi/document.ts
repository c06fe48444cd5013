import { ERROR_STATUS } from '@whodid/core'
import { newEventSchema } from '@whodid/core/seal'
import { z } from 'zod'
import { COMPAT_OPERATIONS } from '../compat/index.ts'
import { rowSchema, rowsOutput } from '../compat/row.ts'
import { getParameters } from '../http/query.ts'
import { type SerializedJson, serializeJson } from '../http/response.ts'
import { ROUTES } from '../http/routes.ts'
import { createLru } from '../lru.ts'
import { hasBody, type Operation } from '../operations/operation.ts'
import {
  describeParameter,
  EXAMPLES,
  IF_NONE_MATCH,
  type JsonSchema,
  LAST_EVENT_ID,
  removeReadOnly,
  toInlineSchema,
} from './parameters.ts'
import { describeResponses, HEADERS, hasEtag, SHARED_RESPONSES } from './responses.ts'
import {
  apiKeyOutput,
  apiKeysOutput,
  erasureOutput,
  newApiKeyOutput,
  purgePreviewOutput,
  retentionOutput,
  tokensRevokedOutput,
} from './schemas/administration.ts'
import { appendOutput, eventOutput, inboxChangeOutput, inboxCountOutput, listOutput } from './schemas/events.ts'
import { facetsOutput } from './schemas/facets.ts'
import { catalogOutput, healthOutput, routesStoredOutput, viewerOutput } from './schemas/service.ts'
import { statsOutput } from './schemas/stats.ts'

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
  ['RoutesStored', routesStoredOutput],
  ['ApiKey', apiKeyOutput],
  ['ApiKeys', apiKeysOutput],
  ['NewApiKey', newApiKeyOutput],
  ['TokensRevoked', tokensRevokedOutput],
  ['AuditLog', rowSchema],
  ['AuditLogList', rowsOutput],
]

const PROBLEM_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERROR_STATUS) },
    detail: { type: 'string', description: 'What is wrong, why, and how to fix it.' },
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
      'text/csv': { schema: { type: 'string', description: 'A header row, then one row per event.' } },
      'application/json': { schema: { type: 'array', items: createRef('Event') } },
      'application/x-ndjson': { schema: { type: 'string', description: 'One event per line.' } },
      'application/zip': { schema: { type: 'string', format: 'binary' } },
    }
  }
  if (operation.responseType === 'events') {
    const description =
      'Server-sent events. id is the position of the event, data is the event as JSON. Comments are heartbeats.'
    return { 'text/event-stream': { schema: { type: 'string', description } } }
  }
  const name = OUTPUTS.find(([, schema]) => schema === operation.output)?.[0]
  return { 'application/json': { schema: name ? createRef(name) : toInlineSchema(operation.output, 'output') } }
}

/** Example bodies by operation. */
const BODY_EXAMPLES: { readonly [operation: string]: unknown } = {
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
  'routes.report': { routes: [{ method: 'POST', path: '/api/projects', action: 'project.created' }] },
  'compat.markSeen': { ids: [EXAMPLES.id] },
  'compat.archive': { ids: [EXAMPLES.id] },
}

/** Describes the body: all input fields that are not in the path. */
function describeBody(operation: Operation): JsonSchema {
  if (operation.name === 'append')
    return { anyOf: [createRef('NewEvent'), { type: 'array', items: createRef('NewEvent'), maxItems: 1000 }] }
  const { properties, required, ...schema } = toInlineSchema(operation.input, 'input')
  if (!properties) return schema
  const isInPath = (field: string) => operation.route.path.includes(`{${field}}`)
  const requiredInBody = required?.filter((field) => !isInPath(field)) ?? []
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([field]) => !isInPath(field))),
    ...(requiredInBody.length > 0 && { required: requiredInBody }),
  }
}

function describeRequestBody(operation: Operation) {
  return {
    required: operation.route.isBodyOptional !== true,
    description: `At most 1 MiB, before and after Content-Encoding: gzip.${operation.route.isBodyOptional ? ' Optional.' : ''}`,
    content: { 'application/json': { schema: describeBody(operation), example: BODY_EXAMPLES[operation.name] } },
  }
}

const TAGS = {
  Events: 'List, store, export and stream events.',
  Inbox: 'Mark events as seen, and archive them.',
  Service: 'The catalog, the routes of the app, the current viewer and the health of the service.',
  Administration: 'Manage the API keys, viewer tokens, retention and people of a tenant.',
  Compatibility: 'Routes in the format of other products: snake_case, with limit and offset.',
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
    description: [operation.description, describeRequirement(operation)].filter(Boolean).join(' '),
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
  if (requires === 'nothing') return 'Requires no authentication.'
  return requires === 'viewer' ? 'Requires authentication.' : `Requires the permission ${requires}.`
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
        'Who did what, and when. Times are ISO 8601 in UTC, with milliseconds. Ids are UUIDv7. List parameters are separated by commas (escape a comma in a value as \\,). Errors are problem details (RFC 9457).',
    },
    security: [{ bearer: [] }, { session: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: describePaths(),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: "An API key, a viewer token, or a token that the host's authorize function accepts.",
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'session',
          description:
            "The session cookie of the host, which its authorize function reads. The host chooses the cookie's name.",
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

/** Returns the OpenAPI 3.1 document of the service at a mount path. */
export function getOpenApiDocument(basePath: string) {
  document ??= createDocument()
  return { ...document, servers: [{ url: basePath || '/' }] }
}

// A mount such as `/:org/activity` has any number of paths.
const serializedByPath = createLru<SerializedJson>(16)

/** Returns the serialized {@link getOpenApiDocument}, cached by path because the route is public and has no rate limit. */
export function getSerializedOpenApi(basePath: string): SerializedJson {
  const cached = serializedByPath.get(basePath)
  if (cached) return cached
  const serialized = serializeJson(getOpenApiDocument(basePath))
  serializedByPath.set(basePath, serialized)
  return serialized
}
