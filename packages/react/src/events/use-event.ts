import type { StoredEvent } from '@whodid/core'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { findCachedEvent } from './list-cache.ts'

/**
 * Returns one event by its id. An event that a list has already loaded is returned without a request.
 *
 * @param id - null to load nothing
 */
export function useEvent(id: string | null) {
  const { queryClient, tenant } = useActivityContext()
  const cachedEvent = id === null ? undefined : findCachedEvent(queryClient, id)
  const { data, error, isPending, refetch } = trpc.get.useQuery(
    { id: id ?? '', ...(tenant === undefined ? {} : { tenant }) },
    { enabled: id !== null && cachedEvent === undefined },
  )
  const event: StoredEvent | null = id === null ? null : (cachedEvent ?? data ?? null)
  return {
    event,
    error: event === null ? error : null,
    isLoading: id !== null && event === null && isPending,
    retry: () => void refetch(),
  }
}
