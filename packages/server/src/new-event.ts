import { ACTOR_TYPES, CHANNELS, KINDS, type NewEvent, SEVERITIES, STATUSES } from '@whodid/core'
import { z } from 'zod'

const person = z.object({ id: z.string(), name: z.string().optional() })
const json = z.unknown()

/** An event as a client sends it: documentation. Core's `parseEvent` is what checks one. */
export const newEvent: z.ZodType<Omit<NewEvent, 'changes' | 'metadata'>> = z
  .object({
    id: z
      .uuid()
      .optional()
      .describe('UUIDv7 of occurredAt. Made when absent; send one, so that a retry is no second event.'),
    occurredAt: z.iso.datetime().optional().describe('ISO 8601, UTC. The time of the id, or now, when absent.'),
    tenantId: z.string().optional().describe('Only with a key for all tenants.'),
    action: z.string().describe('category.verb, such as project.created.'),
    kind: z.enum(KINDS).optional(),
    status: z.enum(STATUSES).optional().describe('success when absent.'),
    actor: z.object({
      type: z.enum(ACTOR_TYPES),
      id: z.string(),
      name: z.string().optional(),
      email: z.string().optional(),
      onBehalfOf: person.optional(),
      impersonatedBy: person.optional(),
    }),
    resource: z.object({
      type: z.string(),
      id: z.string().nullable(),
      name: z.string().optional(),
      href: z.string().optional().describe("Overrules the catalog's link template. Relative or http(s)."),
    }),
    scope: z
      .record(z.string(), person)
      .optional()
      .describe('Where the resource belongs: { "project": { "id": "p1" } }.'),
    description: z.string().optional().describe("Rendered from the catalog's sentence when absent."),
    severity: z.enum(SEVERITIES).optional(),
    changes: z.array(z.object({ path: z.string(), from: json.optional(), to: json.optional() })).optional(),
    metadata: z.record(z.string(), json).optional(),
    error: z
      .object({ status: z.int().optional(), code: z.string().optional(), message: z.string().optional() })
      .nullable()
      .optional(),
    causedBy: z.string().nullable().optional().describe('The id of the event that brought this one about.'),
    context: z
      .object({
        channel: z.enum(CHANNELS).exactOptional(),
        ip: z.string().nullable().exactOptional(),
        userAgent: z.string().nullable().exactOptional(),
        requestId: z.string().nullable().exactOptional(),
        traceId: z.string().nullable().exactOptional(),
        method: z.string().nullable().exactOptional(),
        route: z.string().nullable().exactOptional(),
      })
      .optional(),
    redacted: z.array(z.string()).optional(),
  })
  .meta({ id: 'NewEvent' })
