import {
  ACTOR_TYPES,
  type ApiKey,
  type AppendResult,
  type CatalogJson,
  CHANNELS,
  type FacetDimension,
  type Facets,
  KEY_SCOPES,
  KINDS,
  PERMISSIONS,
  SEVERITIES,
  STATUSES,
  type StoredEvent,
  type Viewer,
} from '@whodid/core'
import { z } from 'zod'
import type { ListOutput } from '../read/reader.ts'

/** The dimensions that facets count by. */
export const FACET_DIMENSIONS = [
  'actor',
  'action',
  'category',
  'kind',
  'resourceType',
  'project',
  'status',
  'channel',
  'severity',
] as const satisfies readonly FacetDimension[]

const time = z.iso.datetime({ precision: 3 }).describe('ISO 8601, UTC, with milliseconds.')
const json = z.unknown()
const person = z.strictObject({ id: z.string(), name: z.string().optional() })
const count = z.strictObject({
  value: z.int(),
  exact: z.boolean().describe('False when there are more than the value says.'),
})

/** An event as a reader gets it. */
export const eventOutput: z.ZodType<Omit<StoredEvent, 'changes' | 'metadata'>> = z
  .strictObject({
    id: z.uuid().describe('UUIDv7.'),
    seq: z.int().min(1).describe("Its place in the tenant's ledger."),
    occurredAt: time,
    receivedAt: time,
    tenantId: z.string(),
    action: z.string(),
    category: z.string(),
    kind: z.enum(KINDS),
    status: z.enum(STATUSES),
    actor: z.strictObject({
      type: z.enum(ACTOR_TYPES),
      id: z.string(),
      name: z.string().optional(),
      email: z.string().optional(),
      onBehalfOf: person.optional(),
      impersonatedBy: person.optional(),
    }),
    resource: z.strictObject({
      type: z.string(),
      id: z.string().nullable(),
      name: z.string().optional(),
      href: z.string().nullable(),
      deleted: z.boolean(),
    }),
    scope: z.record(z.string(), z.strictObject({ id: z.string(), name: z.string().optional() })),
    description: z.string(),
    severity: z.enum(SEVERITIES),
    changes: z.array(z.strictObject({ path: z.string(), from: json.optional(), to: json.optional() })),
    metadata: z.record(z.string(), json),
    error: z
      .strictObject({ status: z.int().optional(), code: z.string().optional(), message: z.string().optional() })
      .nullable(),
    causedBy: z.string().nullable(),
    context: z.strictObject({
      channel: z.enum(CHANNELS),
      ip: z.string().nullable(),
      userAgent: z.string().nullable(),
      requestId: z.string().nullable(),
      traceId: z.string().nullable(),
      method: z.string().nullable(),
      route: z.string().nullable(),
    }),
    redacted: z.array(z.string()).describe('JSON pointers of the values that were redacted.'),
    seen: z.boolean(),
    archived: z.boolean(),
  })
  .meta({ id: 'Event' })

export const listOutput: z.ZodType<Omit<ListOutput, 'items'>> = z
  .strictObject({
    items: z.array(eventOutput),
    nextCursor: z.string().nullable(),
    total: count,
    windowed: z.boolean().describe('True when only the newest 10,000 events were put in order.'),
  })
  .meta({ id: 'EventList' })

const appendResult: z.ZodType<AppendResult> = z.union([
  z.strictObject({
    id: z.string(),
    outcome: z.enum(['stored', 'duplicate']),
    seq: z.int(),
    leafHash: z.string().describe('SHA-256 in hexadecimal.'),
  }),
  z.strictObject({
    id: z.string().nullable(),
    outcome: z.literal('rejected'),
    code: z.enum(['invalid_event', 'id_conflict', 'wrong_tenant']),
    reason: z.string(),
  }),
])

export const appendOutput: z.ZodType<{ results: readonly AppendResult[] }> = z
  .strictObject({ results: z.array(appendResult) })
  .meta({ id: 'AppendResults' })

const facetValues = z
  .array(z.strictObject({ value: z.string(), label: z.string(), detail: z.string().optional(), count: z.int() }))
  .exactOptional()

export const facetsOutput: z.ZodType<Facets> = z
  .strictObject({
    counted: count,
    values: z.strictObject({
      actor: facetValues,
      action: facetValues,
      category: facetValues,
      kind: facetValues,
      resourceType: facetValues,
      project: facetValues,
      status: facetValues,
      channel: facetValues,
      severity: facetValues,
    } satisfies { [D in FacetDimension]: typeof facetValues }),
  })
  .meta({ id: 'Facets' })

export const inboxCountOutput = z.strictObject({ unread: z.int(), exact: z.boolean() }).meta({ id: 'InboxCount' })

export const inboxChangeOutput = z.strictObject({ changed: z.int() }).meta({ id: 'InboxChanged' })

export const viewerOutput: z.ZodType<Pick<Viewer, 'id' | 'name' | 'tenants' | 'permissions'>> = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    tenants: z.array(z.string()),
    permissions: z.array(z.enum(PERMISSIONS)),
  })
  .meta({ id: 'Viewer' })

export const catalogOutput: z.ZodType<CatalogJson> = z
  .strictObject({
    resources: z.array(
      z.strictObject({
        type: z.string(),
        label: z.string(),
        icon: z.string().nullable(),
        group: z.string(),
        href: z.string().nullable(),
        personal: z.boolean(),
        segments: z.array(z.string()),
      }),
    ),
    actions: z.array(
      z.strictObject({
        name: z.string(),
        category: z.string(),
        verb: z.string(),
        kind: z.enum(KINDS),
        label: z.string(),
        say: z.string(),
        sayFailed: z.string(),
        severity: z.enum(SEVERITIES),
        delivery: z.enum(['buffered', 'durable']),
        onFailure: z.enum(['open', 'closed']),
        icon: z.string().nullable(),
        personal: z.array(z.string()),
      }),
    ),
    groups: z.array(z.string()),
    aliases: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Catalog' })

export const healthOutput = z
  .strictObject({
    status: z.literal('ok'),
    durability: z
      .enum(['fsync', 'process-crash', 'memory'])
      .describe('What an acknowledged event survives: fsync a power cut, process-crash a kill, memory nothing.'),
  })
  .meta({ id: 'Health' })

const apiKeyFields: z.ZodType<ApiKey> = z.strictObject({
  id: z.string().describe('Stands in the key too.'),
  tenantId: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(KEY_SCOPES)),
  createdAt: time,
  createdBy: z.string().describe('The id of the viewer who made it.'),
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable().describe('To the minute.'),
  revokedAt: time.nullable(),
})

export const apiKeyOutput = apiKeyFields.meta({ id: 'ApiKey' })

export const apiKeysOutput = z.strictObject({ items: z.array(apiKeyOutput) }).meta({ id: 'ApiKeys' })

export const newApiKeyOutput = z
  .strictObject({ id: z.string(), key: z.string().describe('The key itself, which is shown this once.') })
  .meta({ id: 'NewApiKey' })

export const tokensRevokedOutput = z
  .strictObject({ at: time, until: time.describe('When the last token that was revoked would have expired.') })
  .meta({ id: 'TokensRevoked' })
