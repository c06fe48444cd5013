import type { Json, StoredEvent } from '@whodid/core'
import { parsePointer } from '@whodid/core/redact'
import { z } from 'zod'
import { toActionWord } from './action.ts'

const nullable = z.string().nullable()

export const rowSchema = z
  .strictObject({
    id: z.uuid().describe('UUIDv7.'),
    action: z.string().describe('CREATE, UPDATE, DELETE, LOGIN, LOGIN_FAILED, or the verb of the action in capitals.'),
    event: z.string().describe('The full action, such as project.archived.'),
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
      .describe(
        'The resource name, changed_fields with old_value and new_value, the reason of a failure, and the metadata.',
      ),
    status: z.enum(['SUCCESS', 'FAILED']),
    seen: z.boolean(),
    archived: z.boolean(),
  })
  .meta({ id: 'AuditLog' })

/** An event in the response of a compatibility route. */
export type CompatRow = z.output<typeof rowSchema>

/** A page of rows. */
export const rowsOutput = z
  .strictObject({
    items: z.array(rowSchema),
    total: z.int().describe('The number of matching events, counted up to 10,000.'),
    total_is_exact: z.boolean().describe('False when the actual number is higher.'),
    limit: z.int(),
    offset: z.int(),
  })
  .meta({ id: 'AuditLogList' })

type Details = { readonly [name: string]: Json | undefined }

function describeChanges({ changes }: StoredEvent): Details {
  const [first, ...others] = changes.map(({ path, from, to }) => ({ field: parsePointer(path).join('.'), from, to }))
  if (!first) return {}
  const all = [first, ...others]
  const fields = { changed_fields: all.map(({ field }) => field) }
  const values = (side: 'from' | 'to'): Json =>
    Object.fromEntries(all.map((change) => [change.field, change[side] ?? null]))
  return others.length > 0
    ? { ...fields, old_value: values('from'), new_value: values('to') }
    : { ...fields, old_value: first.from ?? null, new_value: first.to ?? null }
}

/** Converts an event to a row. In `details`, the metadata of the host overrides derived fields. */
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
