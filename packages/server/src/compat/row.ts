import { type Json, keysOf, type StoredEvent } from '@whodid/core'
import { z } from 'zod'
import { toActionWord } from './action.ts'

const nullable = z.string().nullable()

const row = z
  .strictObject({
    id: z.uuid().describe('UUIDv7.'),
    action: z.string().describe("CREATE, UPDATE, DELETE, LOGIN, LOGIN_FAILED, or the action's own verb in capitals."),
    event: z.string().describe('The action in full, such as project.archived.'),
    description: z.string(),
    resource_type: z.string().describe('In capitals, such as PROJECT.'),
    resource_id: nullable,
    resource_name: nullable,
    user_id: z.string(),
    user_name: nullable,
    user_email: nullable,
    timestamp: z.iso.datetime({ precision: 3 }).describe('ISO 8601, UTC, with milliseconds.'),
    ip_address: nullable,
    user_agent: nullable,
    details: z
      .record(z.string(), z.unknown())
      .describe('The name of the resource, changed_fields with old_value and new_value, a reason, and the metadata.'),
    status: z.enum(['SUCCESS', 'FAILED']),
    seen: z.boolean(),
    archived: z.boolean(),
  })
  .meta({ id: 'AuditLog' })

/** One event as the compatibility routes give it. */
export type CompatRow = z.output<typeof row>

/** A page of rows. */
export const rowsOutput = z
  .strictObject({
    items: z.array(row),
    total: z.int().describe('Counted to 10,000 and no further.'),
    total_is_exact: z.boolean().describe('False when there are more than total says.'),
    limit: z.int(),
    offset: z.int(),
  })
  .meta({ id: 'AuditLogList' })

export { row as rowSchema }

type Details = { readonly [name: string]: Json | undefined }

function describeChanges({ changes }: StoredEvent): Details {
  const [first, ...others] = changes.map(({ path, from, to }) => ({ field: keysOf(path).join('.'), from, to }))
  if (!first) return {}
  const all = [first, ...others]
  const fields = { changed_fields: all.map(({ field }) => field) }
  const values = (side: 'from' | 'to'): Json =>
    Object.fromEntries(all.map((change) => [change.field, change[side] ?? null]))
  return others.length > 0
    ? { ...fields, old_value: values('from'), new_value: values('to') }
    : { ...fields, old_value: first.from ?? null, new_value: first.to ?? null }
}

/** An event as a row. What the host wrote into its metadata wins over what is derived. */
export function toRow(event: StoredEvent): CompatRow {
  const { actor, resource, context, error } = event
  return {
    id: event.id,
    action: toActionWord(event),
    event: event.action,
    description: event.description,
    resource_type: resource.type.toUpperCase(),
    resource_id: resource.id,
    resource_name: resource.name ?? null,
    user_id: actor.id,
    user_name: actor.name ?? null,
    user_email: actor.email ?? null,
    timestamp: event.occurredAt,
    ip_address: context.ip,
    user_agent: context.userAgent,
    details: {
      ...(resource.name !== undefined && { [`${resource.type}_name`]: resource.name }),
      ...describeChanges(event),
      ...(error?.message !== undefined && { reason: error.message }),
      ...event.metadata,
    },
    status: event.status === 'success' ? 'SUCCESS' : 'FAILED',
    seen: event.seen,
    archived: event.archived,
  }
}
