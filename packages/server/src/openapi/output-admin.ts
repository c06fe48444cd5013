import { z } from 'zod'
import type { PurgePreview, RetentionWindow } from '../lifecycle/retention.ts'

const time = z.iso.datetime({ precision: 3 })

const retention: z.ZodType<RetentionWindow> = z.strictObject({
  tenantId: z.string(),
  days: z.int().nullable().describe('For how many days events are kept; null for ever.'),
  legalHold: z.boolean().describe('Nothing is purged while it holds.'),
  tenantDays: z.int().nullable().describe('Days chosen by the tenant; null when it follows its plan.'),
  plan: z.int().nullable().describe('What the host says; null for ever.'),
  allowLonger: z.boolean().describe('True when the tenant may keep events longer than its plan.'),
})

export const retentionOutput = retention.meta({ id: 'Retention' })

const edge = z.strictObject({ seq: z.int(), occurredAt: time }).nullable()

const purgePreview: z.ZodType<PurgePreview> = z.strictObject({
  before: time.nullable().describe('What occurred before is to go; null when nothing is.'),
  count: z.int(),
  first: edge,
  last: edge,
})

export const purgePreviewOutput = purgePreview.meta({ id: 'PurgePreview' })

export const erasureOutput = z
  .strictObject({
    events: z.int().describe("The person's events that were looked at. All of them stay."),
    erased: z.int().describe('How many of them held personal data until now.'),
  })
  .meta({ id: 'Erasure' })
