import type { Filter, StoredEvent } from '@whodid/core'
import { PAGING, useEventList } from '../events/event-list.ts'
import { useNewEvents } from '../events/use-new-events.ts'
import { useOpenEvent } from '../events/use-open-event.ts'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'

/** Options of `useUserActivity`. */
export interface UserActivityOptions {
  /** Id of the user. */
  readonly userId: string
  /** Additional conditions. */
  readonly filter?: Filter | undefined
  /** Events per request. @default 25 */
  readonly pageSize?: number | undefined
  /** Called when the viewer opens an event. @default opens the details in a drawer */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

const NO_FILTER: Filter = {}

/** Returns the events of one user, newest first. `<UserActivity>` renders them. */
export function useUserActivity({ userId, filter = NO_FILTER, pageSize = 25, onOpen }: UserActivityOptions) {
  const { tenant } = useActivityContext()
  const { actor: _actor, ...rest } = filter
  const list = useEventList(
    trpc.userActivity.useInfiniteQuery(
      { ...rest, userId, limit: pageSize, ...(tenant === undefined ? {} : { tenant }) },
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
