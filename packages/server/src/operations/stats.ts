import { filterSchema } from '@whodid/core'
import { z } from 'zod'
import { statsOutput } from '../openapi/output-stats.ts'
import { tenant, text } from '../schemas.ts'
import { recordSubjectAccess } from './list.ts'
import { defineOperation } from './operation.ts'

export const stats = defineOperation({
  name: 'stats',
  summary: 'Read the numbers behind a dashboard, of 30 days when no from is given.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/stats' },
  input: z.strictObject({
    filter: filterSchema.optional(),
    tenant,
    timeZone: text(64).optional().describe('Of the hours of the week, as IANA names it. UTC when absent.'),
    limit: z.int().min(1).max(100).optional().describe('How many actions, actors and resources. 10 when absent.'),
  }),
  output: statsOutput,
  run: async (session, input) => {
    const reader = session.reader(input.tenant)
    const filter = input.filter ?? {}
    const output = await reader.stats(filter, {
      timeZone: input.timeZone ?? 'UTC',
      limit: input.limit ?? 10,
    })
    await recordSubjectAccess(session, reader, filter)
    return output
  },
})
