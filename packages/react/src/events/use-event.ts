import type { StoredEvent } from '@whodid/core/browser'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { findCachedEvent } from './list-cache.ts'

/**
 * One event by its id. An event that some list has is there at once and not asked for again.
 *
 * @param id null asks for nothing
 */
export function useEvent(id: string | null) {
  const { queries, tenant } = useActivityContext()
  const listed = id === null ? undefined : findCachedEvent(queries, id)
  const { data, error, isPending, refetch } = trpc.get.useQuery(
    { id: id ?? '', ...(tenant === undefined ? {} : { tenant }) },
    { enabled: id !== null && listed === undefined },
  )
  const event: StoredEvent | null = id === null ? null : (listed ?? data ?? null)
  return {
    event,
    error: event === null ? error : null,
    isLoading: id !== null && event === null && isPending,
    retry: () => void refetch(),
  }
}
