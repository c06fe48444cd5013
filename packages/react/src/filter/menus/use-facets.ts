import type { FacetDimension, Facets, Filter } from '@whodid/core/browser'
import { PAGING } from '../../events/event-list.ts'
import { useActivityContext } from '../../provider/context.ts'
import { trpc } from '../../provider/trpc.ts'

export interface FacetOptions {
  readonly dimensions: readonly FacetDimension[]
  /** Counts only events under this filter. */
  readonly filter?: Filter | undefined
  /** Only values whose label or detail contains this. */
  readonly search?: string | undefined
  /** How many values a dimension. @default 50 */
  readonly limit?: number | undefined
  /** @default true */
  readonly enabled?: boolean | undefined
}

/** The values that events have, with how many have them: what filters offer. Counted over the newest 10,000 that match. */
export function useFacets({ dimensions, filter = {}, search, limit = 50, enabled = true }: FacetOptions) {
  const { tenant } = useActivityContext()
  const { data, error, isPending, isFetching } = trpc.facets.useQuery(
    {
      dimensions: [...dimensions],
      filter,
      limit,
      ...(search ? { search } : {}),
      ...(tenant === undefined ? {} : { tenant }),
    },
    { enabled, placeholderData: PAGING.placeholderData },
  )
  const facets: Facets | undefined = data
  return { facets, error, isLoading: enabled && isPending, isFetching }
}
