import type { FacetDimension, Facets, Filter } from '@whodid/core'
import { PAGING } from '../../events/event-list.ts'
import { useActivityContext } from '../../provider/context.ts'
import { trpc } from '../../provider/trpc.ts'

/** Options of `useFacets`. */
export interface FacetOptions {
  readonly dimensions: readonly FacetDimension[]
  /** Counts only events that match this filter. */
  readonly filter?: Filter | undefined
  /** Returns only values whose label or detail contains this text. */
  readonly search?: string | undefined
  /** Maximum values per dimension. @default 50 */
  readonly limit?: number | undefined
  /** Set to false to skip the request. @default true */
  readonly enabled?: boolean | undefined
}

/** Returns the values of events with their counts, over the newest 10,000 matching events. */
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
