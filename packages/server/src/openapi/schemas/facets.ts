import type { FacetDimension, Facets } from '@whodid/core'
import { z } from 'zod'
import { countSchema } from './values.ts'

/** The dimensions of facets. */
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

const facetValues = z
  .array(
    z.strictObject({
      value: z.string().describe('The value to filter by.'),
      label: z.string(),
      detail: z.string().optional().describe('More about the value, such as the email address of an actor.'),
      count: z.int(),
    }),
  )
  .exactOptional()

export const facetsOutput: z.ZodType<Facets> = z
  .strictObject({
    counted: countSchema.describe('The number of events that were counted.'),
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
