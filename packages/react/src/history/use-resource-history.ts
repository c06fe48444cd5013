import type { Filter, StoredEvent } from '@whodid/core/browser'
import { PAGING, useEventList } from '../events/event-list.ts'
import { useFreshEvents } from '../events/use-new-events.ts'
import { useOpenEvent } from '../events/use-open-event.ts'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'

export interface ResourceHistoryOptions {
  /** The type of the resource, as the catalog has it. */
  readonly type: string
  readonly id: string
  /** Further conditions. */
  readonly filter?: Filter | undefined
  /** How many events are read at a time. @default 25 */
  readonly pageSize?: number | undefined
  /** What a press on an event does. @default its details open at the side */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

const NO_FILTER: Filter = {}

/** What happened to one resource, newest first. `<ResourceHistory>` is this and markup. */
export function useResourceHistory({ type, id, filter = NO_FILTER, pageSize = 25, onOpen }: ResourceHistoryOptions) {
  const { tenant } = useActivityContext()
  const { resourceType: _type, resourceId: _id, ...rest } = filter
  const list = useEventList(
    trpc.history.useInfiniteQuery(
      { ...rest, type, id, limit: pageSize, ...(tenant === undefined ? {} : { tenant }) },
      PAGING,
    ),
  )
  const { catalog, ready } = useCatalog()
  return {
    ...list,
    isLoading: list.isLoading || !ready,
    catalog,
    fresh: useFreshEvents(),
    opened: useOpenEvent(list.events, onOpen),
  }
}
