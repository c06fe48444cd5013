import { filterSchema } from '@whodid/core'
import { z } from 'zod'
import { FACET_DIMENSIONS, facetsOutput } from '../openapi/output.ts'
import { tenant, text } from '../schemas.ts'
import { recordSubjectAccess } from './list.ts'
import { defineOperation } from './operation.ts'

export const facets = defineOperation({
  name: 'facets',
  summary: 'Count the values of each dimension under a filter, over the newest 10,000 events.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/facets' },
  input: z.strictObject({
    filter: filterSchema.optional(),
    tenant,
    dimensions: z.array(z.enum(FACET_DIMENSIONS)).min(1).optional().describe('What to count by. All when absent.'),
    search: text(200).optional().describe('Only values whose label or detail contains this.'),
    limit: z.int().min(1).max(1000).optional().describe('How many values a dimension. 50 when absent.'),
  }),
  output: facetsOutput,
  run: async (session, input) => {
    const reader = session.reader(input.tenant)
    const filter = input.filter ?? {}
    const output = await reader.facets(filter, {
      dimensions: input.dimensions ?? FACET_DIMENSIONS,
      search: input.search,
      limit: input.limit ?? 50,
    })
    await recordSubjectAccess(session, reader, filter)
    return output
  },
})
