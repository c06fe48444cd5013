import { filterSchema } from '@whodid/core/filter'
import { z } from 'zod'
import { FACET_DIMENSIONS, facetsOutput } from '../openapi/schemas/facets.ts'
import { tenant, text } from '../schemas.ts'
import { recordSubjectAccess } from './list.ts'
import { defineOperation } from './operation.ts'

export const facets = defineOperation({
  name: 'facets',
  summary: 'Count the values of each dimension',
  description: 'Counts the newest 10,000 events that match the filter.',
  requires: 'view',
  route: { method: 'GET', path: '/api/v1/facets' },
  input: z.strictObject({
    filter: filterSchema.optional(),
    tenant,
    dimensions: z
      .array(z.enum(FACET_DIMENSIONS))
      .min(1)
      .optional()
      .describe('The dimensions to count. Defaults to all.'),
    search: text(200).optional().describe('Returns only values whose value, label or detail contains this text.'),
    limit: z.int().min(1).max(1000).optional().describe('Maximum values per dimension, 1 to 1000. Defaults to 50.'),
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
