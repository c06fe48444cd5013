import { AUDIT_CATEGORY, type Change } from '@whodid/core'
import { z } from 'zod'
import { purgePreviewOutput, retentionOutput } from '../openapi/schemas/administration.ts'
import { tenant } from '../schemas.ts'
import { defineOperation } from './operation.ts'

const days = z.int().min(1).max(36_500).nullable()
const legalHold = z.boolean()

export const getRetention = defineOperation({
  name: 'retention.get',
  summary: 'Retrieve the retention settings',
  requires: 'admin',
  route: { method: 'GET', path: '/api/v1/retention' },
  input: z.strictObject({ tenant }).optional(),
  output: retentionOutput,
  run: (session, input) => session.administer(input?.tenant).retention.get(),
})

export const setRetention = defineOperation({
  name: 'retention.set',
  summary: 'Update the retention settings',
  description: 'Sets how long events are kept. The change is recorded as an audit event.',
  requires: 'admin',
  route: { method: 'PUT', path: '/api/v1/retention' },
  input: z.strictObject({
    days: days
      .optional()
      .describe(
        'Days to keep events, such as 30 or 365. Null uses the days of the plan, or keeps events forever. Unchanged if omitted.',
      ),
    legalHold: legalHold.optional().describe('Set to true to stop all purges and erasures. Unchanged if omitted.'),
    tenant,
  }),
  output: retentionOutput,
  run: async (session, input) => {
    const administration = session.administer(input.tenant)
    const before = await administration.retention.get()
    const after = administration.retention.withSettings(before, input)
    const changes: Change[] = []
    if (before.tenantDays !== after.tenantDays)
      changes.push({ path: '/days', from: before.tenantDays, to: after.tenantDays })
    if (before.legalHold !== after.legalHold) {
      changes.push({ path: '/legalHold', from: before.legalHold, to: after.legalHold })
    }
    if (changes.length === 0) return after
    await administration.record({
      action: `${AUDIT_CATEGORY}.retention_changed`,
      kind: 'update',
      severity: 'warning',
      resource: { type: 'retention', id: administration.tenantId },
      description: after.legalHold
        ? 'Changed retention: legal hold, all events kept'
        : `Changed retention: events kept ${after.days === null ? 'forever' : `for ${after.days} days`}`,
      changes,
    })
    await administration.retention.set({ days: after.tenantDays, legalHold: after.legalHold })
    return after
  },
})

export const previewRetention = defineOperation({
  name: 'retention.preview',
  summary: 'Preview a purge',
  description:
    'Counts the events that a purge would delete now, with the current settings or with those in the body. Deletes nothing.',
  requires: 'admin',
  route: { method: 'POST', path: '/api/v1/retention/preview', isBodyOptional: true },
  input: z.strictObject({ days: days.optional(), legalHold: legalHold.optional(), tenant }),
  output: purgePreviewOutput,
  run: async (session, input) => {
    const { retention } = session.administer(input.tenant)
    return retention.preview(retention.withSettings(await retention.get(), input))
  },
})
