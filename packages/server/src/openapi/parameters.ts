import { z } from 'zod'
import type { Parameter } from '../http/query.ts'

/** A JSON schema. */
export type JsonSchema = z.core.JSONSchema.BaseSchema

/** A list that our code does not change is no read-only field of an API. */
export function removeReadOnly({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }) {
  if (zodSchema._zod.def.type === 'readonly') delete jsonSchema.readOnly
}

/** A schema that stands by itself, without the dialect that the document names already. */
export function toInlineSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: removeReadOnly })
  return rest
}

/** What one would write, by the name of a parameter. A list is written with commas. */
export const EXAMPLES: { readonly [name: string]: unknown } = {
  q: 'engine',
  actor: ['u1', 'ada@acme.test'],
  actorName: ['Ada Lovelace'],
  action: ['project.created', 'project.deleted'],
  category: ['project'],
  group: ['Resources'],
  kind: ['create', 'delete'],
  resource: ['project/p1'],
  resourceType: ['project'],
  resourceId: ['p1'],
  project: ['p1'],
  status: ['failure'],
  channel: ['api'],
  severity: ['critical'],
  inbox: 'unread',
  from: '2026-11-01',
  to: '2026-11-20T10:00:00Z',
  tenant: 'acme',
  sort: 'occurredAt',
  order: 'desc',
  limit: 50,
  cursor: 'eyJzIjoib2NjdXJyZWRBdCJ9',
  dimensions: ['actor', 'action'],
  search: 'ada',
  after: '41',
  upTo: '64',
  format: 'csv',
  id: '01a0e5f8-6c00-7000-8000-000000000001',
  type: 'project',
  userId: 'u1',
  timeZone: 'Europe/London',
  preset: 'compliance',
}

/** The same where a route takes something else by that name, as the compatibility routes do. */
const COMPAT_EXAMPLES: { readonly [name: string]: unknown } = {
  startDate: '2026-11-01',
  endDate: '2026-11-30',
  start_date: '2026-11-01',
  end_date: '2026-11-30T23:59:59Z',
  action: 'LOGIN',
  resource_type: 'PROJECT',
  resource_id: 'p1',
  user_id: 'u1',
  status: 'FAILED',
  after: EXAMPLES.id,
  archived: 'false',
  offset: 100,
}

/** Reads the default of a parameter from its description: `Defaults to 50.` or `50 when absent.` */
function findDefault(schema: z.ZodType, description: string | undefined): unknown {
  const found = /(?:^|\. )(?:(\S+) when absent|Defaults to (\S+))\./.exec(description ?? '')
  const word = found?.[1] ?? found?.[2]
  if (word === undefined) return undefined
  return [word, Number(word)].find((value) => schema.safeParse(value).success)
}

/** A parameter as OpenAPI has it. */
export function describeParameter({ name, in: place, schema }: Parameter) {
  const { description, ...type } = toInlineSchema(schema, 'input')
  const excluded = name.startsWith('not.') ? `None of these. ${description ?? ''}` : description
  const known = name.replace(/^not\./, '')
  const example = [EXAMPLES[known], COMPAT_EXAMPLES[known]].find(
    (value) => value !== undefined && schema.safeParse(value).success,
  )
  const absent = findDefault(schema, description)
  const required = place === 'path' || !schema.safeParse(undefined).success
  return {
    name,
    in: place,
    required,
    ...(excluded !== undefined && { description: excluded.trim() }),
    schema: { ...type, ...(absent !== undefined && { default: absent }) },
    ...(example !== undefined && { example }),
    ...(type.type === 'array' && { style: 'form', explode: false }),
  }
}

/** The header by which a client says what it has already. */
export const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The ETag of an earlier answer: 304 when it would be the same.',
  schema: { type: 'string' },
  example: 'W/"0a1b2c3d4e5f60718293a4b5c6d7e8f9"',
} as const

/** The header by which a stream goes on where it was. */
export const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event that came, which a browser sends by itself. It wins over after.',
  schema: { type: 'string' },
  example: '41',
} as const
