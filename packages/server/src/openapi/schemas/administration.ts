import { type ApiKey, KEY_SCOPES } from '@whodid/core'
import { z } from 'zod'
import type { PurgePreview, RetentionWindow } from '../../lifecycle/retention.ts'
import { timeSchema } from './values.ts'

const apiKey: z.ZodType<ApiKey> = z.strictObject({
  id: z.string().describe('The id of the key, which is also part of the key itself.'),
  tenantId: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(KEY_SCOPES)),
  createdAt: timeSchema,
  createdBy: z.string().describe('The id of the viewer who created the key.'),
  expiresAt: timeSchema.nullable(),
  lastUsedAt: timeSchema.nullable().describe('Accurate to the minute.'),
  revokedAt: timeSchema.nullable(),
})

export const apiKeyOutput = apiKey.meta({ id: 'ApiKey' })

export const apiKeysOutput = z.strictObject({ items: z.array(apiKeyOutput) }).meta({ id: 'ApiKeys' })

export const newApiKeyOutput = z
  .strictObject({ id: z.string(), key: z.string().describe('The key itself. It is shown only once.') })
  .meta({ id: 'NewApiKey' })

export const tokensRevokedOutput = z
  .strictObject({
    at: timeSchema.describe('When the tokens were revoked.'),
    until: timeSchema.describe('When the last of these tokens expires.'),
  })
  .meta({ id: 'TokensRevoked' })

const retention: z.ZodType<RetentionWindow> = z.strictObject({
  tenantId: z.string(),
  days: z.int().nullable().describe('Days that events are kept. Null for forever.'),
  legalHold: z.boolean().describe('True when no event may be purged or erased.'),
  tenantDays: z.int().nullable().describe('Days that the tenant set. Null to follow its plan.'),
  plan: z.int().nullable().describe("Days of the tenant's plan. Null for forever."),
  allowLonger: z.boolean().describe('True when the tenant may keep events longer than its plan.'),
})

export const retentionOutput = retention.meta({ id: 'Retention' })

const purgedEvent = z.strictObject({ seq: z.int(), occurredAt: timeSchema }).nullable()

const purgePreview: z.ZodType<PurgePreview> = z.strictObject({
  before: timeSchema.nullable().describe('Events that occurred before this time are purged. Null for none.'),
  count: z.int().describe('The number of events to purge.'),
  first: purgedEvent,
  last: purgedEvent,
})

export const purgePreviewOutput = purgePreview.meta({ id: 'PurgePreview' })

export const erasureOutput = z
  .strictObject({
    events: z.int().describe('The number of events about the person. All of them remain.'),
    erased: z.int().describe('The number of events that personal data was erased from.'),
  })
  .meta({ id: 'Erasure' })
