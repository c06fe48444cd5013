import type { Filter, StoredEvent } from '@whodid/core'
import { useMemo } from 'react'
import { useNewEvents } from '../events/use-new-events.ts'
import { useOpenEvent } from '../events/use-open-event.ts'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'

/** Options of `useLastActivity`. */
export interface LastActivityOptions {
  /** Filter. @default all events */
  readonly filter?: Filter | undefined
  /** Maximum events. @default 5 */
  readonly limit?: number | undefined
  /** Called when the viewer opens an event. @default opens the details in a drawer */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

const NO_FILTER: Filter = {}

/** Returns the most recent events. `<ActivityCard>` renders them. */
export function useLastActivity({ filter = NO_FILTER, limit = 5, onOpen }: LastActivityOptions = {}) {
  const { tenant } = useActivityContext()
  const { catalog, isReady } = useCatalog()
  const { data, error, isPending, refetch } = trpc.list.useQuery({
    ...filter,
    limit,
    ...(tenant === undefined ? {} : { tenant }),
  })
  const events = useMemo((): readonly StoredEvent[] => data?.items.slice(0, limit) ?? [], [data, limit])
  return {
    events,
    catalog,
    isLoading: isPending || !isReady,
    error: data === undefined ? error : null,
    retry: () => void refetch(),
    newIds: useNewEvents(),
    details: useOpenEvent(events, onOpen),
  }
}
