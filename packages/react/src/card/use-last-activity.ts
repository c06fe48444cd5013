import type { Filter, StoredEvent } from '@whodid/core/browser'
import { useMemo } from 'react'
import { useFreshEvents } from '../events/use-new-events.ts'
import { useOpenEvent } from '../events/use-open-event.ts'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'

export interface LastActivityOptions {
  /** Which events. @default all */
  readonly filter?: Filter | undefined
  /** How many. @default 5 */
  readonly limit?: number | undefined
  /** What a press on an event does. @default its details open at the side */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

const NO_FILTER: Filter = {}

/** The most recent events. `<ActivityCard>` is this and markup. */
export function useLastActivity({ filter = NO_FILTER, limit = 5, onOpen }: LastActivityOptions = {}) {
  const { tenant } = useActivityContext()
  const { catalog, ready } = useCatalog()
  const { data, error, isPending, refetch } = trpc.list.useQuery({
    ...filter,
    limit,
    ...(tenant === undefined ? {} : { tenant }),
  })
  const events = useMemo((): readonly StoredEvent[] => data?.items.slice(0, limit) ?? [], [data, limit])
  return {
    events,
    catalog,
    isLoading: isPending || !ready,
    error: data === undefined ? error : null,
    retry: () => void refetch(),
    fresh: useFreshEvents(),
    opened: useOpenEvent(events, onOpen),
  }
}
