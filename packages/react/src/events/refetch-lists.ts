import type { QueryClient } from '@tanstack/react-query'
import { findListQueries } from './list-cache.ts'

/**
 * Refetches every list. Needed when the live stream starts without a position to resume from, since events in between are
 * neither in the lists nor in the stream. Lists still loading are refetched once they have loaded.
 */
export function refetchLists(queryClient: QueryClient): void {
  for (const { queryKey, state, promise } of findListQueries(queryClient)) {
    const refetch = () => void queryClient.invalidateQueries({ queryKey, exact: true })
    if (state.data !== undefined) refetch()
    else if (state.fetchStatus === 'fetching') promise?.then(refetch, () => {})
  }
}
