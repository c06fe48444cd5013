import { AUDIT_CATEGORY, type Change } from '@whodid/core'
import { z } from 'zod'
import { purgePreviewOutput, retentionOutput } from '../openapi/output-admin.ts'
import { tenant } from '../schemas.ts'
import { defineOperation } from './operation.ts'

const days = z.int().min(1).max(36_500).nullable()
const legalHold = z.boolean()

export const getRetention = defineOperation({
  name: 'retention.get',
  summary: 'Read how long the events of a tenant are kept.',
  requires: 'admin',
  route: { method: 'GET', path: '/api/v1/retention' },
  input: z.strictObject({ tenant }).optional(),
  output: retentionOutput,
  run: (session, input) => session.administer(input?.tenant).retention.get(),
})

export const setRetention = defineOperation({
  name: 'retention.set',
  summary: 'Set how long the events of a tenant are kept, and whether a legal hold keeps them all.',
  requires: 'admin',
  route: { method: 'PUT', path: '/api/v1/retention' },
  input: z.strictObject({
    days: days
      .optional()
      .describe(
        'Whole days, such as 1, 7, 30, 90, 180 or 365. Null for what the plan says, or else for ever. As it was when absent.',
      ),
    legalHold: legalHold.optional().describe('Nothing is purged while it holds. As it was when absent.'),
    tenant,
  }),
  output: retentionOutput,
  run: async (session, input) => {
    const administration = session.administer(input.tenant)
    const before = await administration.retention.get()
    const after = administration.retention.under(before, input)
    const changes: Change[] = []
    if (before.tenantDays !== after.tenantDays) changes.push({ path: '/days', from: before.tenantDays, to: after.tenantDays })
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
        ? 'The retention was changed: a legal hold keeps all events'
        : `The retention was changed: events are kept ${after.days === null ? 'for ever' : `for ${after.days} days`}`,
      changes,
    })
    await administration.retention.set({ days: after.tenantDays, legalHold: after.legalHold })
    return after
  },
})

export const previewRetention = defineOperation({
  name: 'retention.preview',
  summary: 'Count what a purge would remove now, under the present settings or others. Nothing is removed.',
  requires: 'admin',
  route: { method: 'POST', path: '/api/v1/retention/preview', isBodyOptional: true },
  input: z.strictObject({ days: days.optional(), legalHold: legalHold.optional(), tenant }),
  output: purgePreviewOutput,
  run: async (session, input) => {
    const { retention } = session.administer(input.tenant)
    return retention.preview(retention.under(await retention.get(), input))
  },
})
