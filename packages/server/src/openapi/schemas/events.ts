import { ACTOR_TYPES, type AppendResult, CHANNELS, KINDS, SEVERITIES, STATUSES, type StoredEvent } from '@whodid/core'
import { z } from 'zod'
import type { ListOutput } from '../../read/reader.ts'
import { countSchema, timeSchema } from './values.ts'

const json = z.unknown()
const person = z.strictObject({ id: z.string(), name: z.string().optional() })

/** An event in a response. */
export const eventOutput: z.ZodType<Omit<StoredEvent, 'changes' | 'metadata'>> = z
  .strictObject({
    id: z.uuid().describe('UUIDv7.'),
    seq: z.int().min(1).describe("The position of the event in its tenant's ledger."),
    occurredAt: timeSchema,
    receivedAt: timeSchema,
    tenantId: z.string(),
    action: z.string().describe('The action, such as project.updated.'),
    category: z.string(),
    kind: z.enum(KINDS),
    status: z.enum(STATUSES),
    actor: z.strictObject({
      type: z.enum(ACTOR_TYPES),
      id: z.string(),
      name: z.string().optional(),
      email: z.string().optional(),
      onBehalfOf: person.optional().describe('The person for whom the actor acted.'),
      impersonatedBy: person.optional().describe('The person who was signed in as the actor.'),
    }),
    resource: z.strictObject({
      type: z.string(),
      id: z.string().nullable(),
      name: z.string().optional(),
      href: z.string().nullable().describe('The link to the resource in the host app.'),
      deleted: z.boolean().describe('True when the resource no longer exists.'),
    }),
    scope: z
      .record(z.string(), z.strictObject({ id: z.string(), name: z.string().optional() }))
      .describe('The parents of the resource, by type.'),
    description: z.string().describe('The event as a sentence.'),
    severity: z.enum(SEVERITIES),
    changes: z
      .array(
        z.strictObject({
          path: z.string().describe('JSON pointer.'),
          from: json.optional(),
          to: json.optional(),
        }),
      )
      .describe('The fields that changed.'),
    metadata: z.record(z.string(), json),
    error: z
      .strictObject({ status: z.int().optional(), code: z.string().optional(), message: z.string().optional() })
      .nullable(),
    causedBy: z.string().nullable().describe('The id of the event that caused this one.'),
    context: z
      .strictObject({
        channel: z.enum(CHANNELS),
        ip: z.string().nullable(),
        userAgent: z.string().nullable(),
        requestId: z.string().nullable(),
        traceId: z.string().nullable(),
        method: z.string().nullable(),
        route: z.string().nullable(),
      })
      .describe('The request of the event.'),
    redacted: z.array(z.string()).describe('JSON pointers of the redacted values.'),
    seen: z.boolean().describe('True when the viewer marked the event as seen.'),
    archived: z.boolean().describe('True when the viewer archived the event.'),
  })
  .meta({ id: 'Event' })

export const listOutput: z.ZodType<Omit<ListOutput, 'items'>> = z
  .strictObject({
    items: z.array(eventOutput),
    nextCursor: z.string().nullable().describe('The cursor of the next page. Null on the last page.'),
    total: countSchema.describe('The number of matching events, counted up to 10,000.'),
    windowed: z.boolean().describe('True when only the newest 10,000 events were sorted.'),
  })
  .meta({ id: 'EventList' })

const appendResult: z.ZodType<AppendResult> = z.union([
  z.strictObject({
    id: z.string(),
    outcome: z.enum(['stored', 'duplicate']),
    seq: z.int(),
    leafHash: z.string().describe('SHA-256 hash of the event, in hexadecimal.'),
  }),
  z.strictObject({
    id: z.string().nullable(),
    outcome: z.literal('rejected'),
    code: z.enum(['invalid_event', 'id_conflict', 'wrong_tenant']),
    reason: z.string(),
  }),
])

export const appendOutput: z.ZodType<{ results: readonly AppendResult[] }> = z
  .strictObject({ results: z.array(appendResult).describe('One result per event, in the same order.') })
  .meta({ id: 'AppendResults' })

export const inboxCountOutput = z
  .strictObject({ unread: z.int(), exact: z.boolean().describe('False when the actual count is higher.') })
  .meta({ id: 'InboxCount' })

export const inboxChangeOutput = z
  .strictObject({ changed: z.int().describe('The number of events that changed.') })
  .meta({ id: 'InboxChanged' })
