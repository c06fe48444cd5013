import type { Filter, StoredEvent } from '@whodid/core'
import { PAGING, useEventList } from '../events/event-list.ts'
import { useNewEvents } from '../events/use-new-events.ts'
import { useOpenEvent } from '../events/use-open-event.ts'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'

/** Options of `useResourceHistory`. */
export interface ResourceHistoryOptions {
  /** Resource type, as named in the catalog. */
  readonly type: string
  readonly id: string
  /** Additional conditions. */
  readonly filter?: Filter | undefined
  /** Events per request. @default 25 */
  readonly pageSize?: number | undefined
  /** Called when the viewer opens an event. @default opens the details in a drawer */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

const NO_FILTER: Filter = {}

/** Returns the events of one resource, newest first. `<ResourceHistory>` renders them. */
export function useResourceHistory({ type, id, filter = NO_FILTER, pageSize = 25, onOpen }: ResourceHistoryOptions) {
  const { tenant } = useActivityContext()
  const { resourceType: _type, resourceId: _id, ...rest } = filter
  const list = useEventList(
    trpc.history.useInfiniteQuery(
      { ...rest, type, id, limit: pageSize, ...(tenant === undefined ? {} : { tenant }) },
      PAGING,
    ),
  )
  const { catalog, isReady } = useCatalog()
  return {
    ...list,
    isLoading: list.isLoading || !isReady,
    catalog,
    newIds: useNewEvents(),
    details: useOpenEvent(list.events, onOpen),
  }
}
