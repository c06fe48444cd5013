import { ERROR_STATUS, newEventSchema } from '@whodid/core'
import { z } from 'zod'
import {
  appendOutput,
  catalogJson,
  facetsOutput,
  healthOutput,
  inboxChangeOutput,
  inboxCountOutput,
  listOutput,
  storedEvent,
  viewerOutput,
} from './output.ts'
import { type Parameter, parametersOf } from './query.ts'
import { hasBody, type Verb } from './verb.ts'
import { VERBS } from './verbs/index.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

const OUTPUTS: readonly (readonly [name: string, schema: z.ZodType])[] = [
  ['Event', storedEvent],
  ['EventList', listOutput],
  ['AppendResults', appendOutput],
  ['Facets', facetsOutput],
  ['InboxCount', inboxCountOutput],
  ['InboxChanged', inboxChangeOutput],
  ['Viewer', viewerOutput],
  ['Catalog', catalogJson],
  ['Health', healthOutput],
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

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

/** A schema that stands by itself, without the dialect that the document names already. */
const inline = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: writable })
  return rest
}

/** A list that our code does not change is no read-only field of an API. */
const writable = ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }) => {
  if (zodSchema._zod.def.type === 'readonly') delete jsonSchema.readOnly
}

const registered = (named: typeof OUTPUTS, io: 'input' | 'output'): { readonly [name: string]: JsonSchema } => {
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

const parameter = ({ name, in: place, schema }: Parameter) => {
  const { description, ...type } = inline(schema, 'input')
  const excluded = name.startsWith('not.') ? `None of these. ${description ?? ''}` : description
  return {
    name,
    in: place,
    required: place === 'path' || !schema.safeParse(undefined).success,
    ...(excluded !== undefined && { description: excluded.trim() }),
    schema: type,
    ...(type.type === 'array' && { style: 'form', explode: false }),
  }
}

const answer = (verb: Verb): { readonly [type: string]: { readonly schema: JsonSchema } } => {
  if (verb.answers === 'text') {
    return {
      'text/csv': { schema: { type: 'string' } },
      'application/json': { schema: { type: 'array', items: ref('Event') } },
      'application/x-ndjson': { schema: { type: 'string' } },
    }
  }
  if (verb.answers === 'events') return { 'text/event-stream': { schema: { type: 'string' } } }
  const name = OUTPUTS.find(([, schema]) => schema === verb.output)?.[0]
  return { 'application/json': { schema: name ? ref(name) : inline(verb.output, 'output') } }
}

const body = (verb: Verb): JsonSchema =>
  verb.name === 'append'
    ? { anyOf: [ref('NewEvent'), { type: 'array', items: ref('NewEvent'), maxItems: 1000 }] }
    : inline(verb.input, 'input')

const operation = (verb: Verb) => ({
  operationId: verb.name.replaceAll('.', '_'),
  summary: verb.summary,
  description: verb.needs === 'nothing' ? 'Open to everybody.' : `Needs ${permission(verb)}.`,
  tags: [verb.name.includes('.') ? 'Inbox' : verb.route.path.includes('/events') ? 'Events' : 'Service'],
  parameters: parametersOf(verb).all.map(parameter),
  ...(hasBody(verb.route) && {
    requestBody: { required: true, content: { 'application/json': { schema: body(verb) } } },
  }),
  responses: {
    200: { description: verb.answers ? 'A stream.' : 'The answer.', content: answer(verb) },
    default: { $ref: '#/components/responses/Problem' },
  },
  ...(verb.needs === 'nothing' && { security: [] }),
})

const permission = ({ needs }: Verb): string => (needs === 'viewer' ? 'a signed-in viewer' : `the permission ${needs}`)

const paths = () => {
  const all: { [path: string]: { [method: string]: ReturnType<typeof operation> } } = {}
  for (const verb of VERBS) {
    const { path, method } = verb.route
    all[path] = { ...all[path], [method.toLowerCase()]: operation(verb) }
  }
  return all
}

let described: ReturnType<typeof describe> | undefined

const describe = () => ({
  openapi: '3.1.0',
  info: {
    title: 'whodid',
    version: '1',
    license: { name: 'MIT', identifier: 'MIT' },
    description:
      'Who did what, and when. Times are ISO 8601 in UTC with milliseconds, ids are UUIDv7, a list parameter takes commas (a comma within a value is written \\,), and errors are problem details of RFC 9457.',
  },
  security: [{ bearer: [] }, {}],
  paths: paths(),
  components: {
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description:
          "A key of the service, or a token that the host's authorize reads. A host may sign people in by cookie instead.",
      },
    },
    responses: {
      Problem: {
        description: 'What went wrong.',
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    },
    schemas: {
      ...registered(OUTPUTS, 'output'),
      ...registered([['NewEvent', newEventSchema]], 'input'),
      Problem: PROBLEM,
    },
  },
})

/** The REST routes as OpenAPI 3.1, below the path that the service is mounted at. */
export const openApi = (basePath: string) => {
  described ??= describe()
  return { ...described, servers: [{ url: basePath || '/' }] }
}
