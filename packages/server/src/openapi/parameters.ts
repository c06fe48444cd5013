import { z } from 'zod'
import type { Parameter } from '../http/query.ts'

/** A JSON schema. */
export type JsonSchema = z.core.JSONSchema.BaseSchema

/** Removes `readOnly`: zod sets it for readonly arrays, but in OpenAPI it means that clients must not send the field. */
export function removeReadOnly({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }) {
  if (zodSchema._zod.def.type === 'readonly') delete jsonSchema.readOnly
}

/** Converts a schema to JSON Schema without `$schema`, which the document already sets. */
export function toInlineSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: removeReadOnly })
  return rest
}

/** Example values of parameters by name. */
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

/** Example values for compatibility routes whose parameter has another format. */
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

/** Reads the default of a parameter from its description: `Defaults to 50.` */
function findDefault(schema: z.ZodType, description: string | undefined): unknown {
  const word = /Defaults to (\S+)\./.exec(description ?? '')?.[1]
  if (word === undefined) return undefined
  return [word, Number(word)].find((value) => schema.safeParse(value).success)
}

/** Describes a parameter in OpenAPI. */
export function describeParameter({ name, in: location, schema }: Parameter) {
  const { description, ...type } = toInlineSchema(schema, 'input')
  const fullDescription = name.startsWith('not.') ? `Excludes events that match. ${description ?? ''}` : description
  const field = name.replace(/^not\./, '')
  const example = [EXAMPLES[field], COMPAT_EXAMPLES[field]].find(
    (value) => value !== undefined && schema.safeParse(value).success,
  )
  const defaultValue = findDefault(schema, description)
  const required = location === 'path' || !schema.safeParse(undefined).success
  return {
    name,
    in: location,
    required,
    ...(fullDescription !== undefined && { description: fullDescription.trim() }),
    schema: { ...type, ...(defaultValue !== undefined && { default: defaultValue }) },
    ...(example !== undefined && { example }),
    ...(type.type === 'array' && { style: 'form', explode: false }),
  }
}

/** The If-None-Match header of reads. */
export const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The ETag of an earlier response. Returns 304 if it is unchanged.',
  schema: { type: 'string' },
  example: 'W/"0a1b2c3d4e5f60718293a4b5c6d7e8f9"',
} as const

/** The Last-Event-ID header of streams. */
export const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event received. Browsers send it when they reconnect. Overrides after.',
  schema: { type: 'string' },
  example: '41',
} as const
