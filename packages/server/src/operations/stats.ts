import { filterSchema } from '@whodid/core/filter'
import { z } from 'zod'
import { statsOutput } from '../openapi/schemas/stats.ts'
import { tenant, text } from '../schemas.ts'
import { recordSubjectAccess } from './list.ts'
import { defineOperation } from './operation.ts'

export const stats = defineOperation({
  name: 'stats',
  summary: 'Retrieve dashboard statistics',
  description: 'Returns the numbers behind a dashboard for a period. Without from, the period is 30 days.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/stats' },
  input: z.strictObject({
    filter: filterSchema.optional(),
    tenant,
    timeZone: text(64).optional().describe('The IANA time zone of the hours of the week. Defaults to UTC.'),
    limit: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Maximum actions, actors and resources, 1 to 100. Defaults to 10.'),
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
