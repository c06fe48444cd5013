import type { Filter, StoredEvent } from '@whodid/core'
import { useEffect, useMemo, useState } from 'react'
import { PAGING, useEventList } from '../events/event-list.ts'
import { groupByDay } from '../events/group-by-day.ts'
import { type InboxAction, useInbox } from '../events/use-inbox.ts'
import { useNewEvents } from '../events/use-new-events.ts'
import { useNow } from '../events/use-now.ts'
import { useOpenEvent } from '../events/use-open-event.ts'
import { useSelection } from '../events/use-selection.ts'
import { useListScope } from '../filter/filter-scope.tsx'
import {
  type ActivityFilter,
  areDisjoint,
  intersectFilters,
  isUnfiltered,
  resolveFilter,
} from '../filter/filter-state.ts'
import { useStableFilter } from '../filter/use-stable-filter.ts'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'

/** A tab of the feed. */
export type FeedTab = 'inbox' | 'archive'

/** Options of `useActivityFeed`. */
export interface ActivityFeedOptions {
  /** Conditions that always apply, in addition to the viewer's filter: `{ project: ['p1'] }`. */
  readonly filter?: Filter | undefined
  /** Shows a filter bar. @default true, unless an `<ActivityFilters>` is in the same scope */
  readonly filters?: boolean | undefined
  /** Initial filter of the feed's own bar. */
  readonly defaultFilter?: ActivityFilter | undefined
  /** Syncs the filter of the feed's own bar with the page URL. @default false */
  readonly urlSync?: boolean | undefined
  /** Initial tab. @default 'inbox' */
  readonly defaultTab?: FeedTab | undefined
  /** Events per request. @default 50 */
  readonly pageSize?: number | undefined
  /** Called when the viewer opens an event, which also marks it as seen. @default opens the details in a drawer */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

/**
 * Returns the state and actions of a feed: inbox and archive, paging, selection, marks, live events and the open event.
 * `<ActivityFeed>` renders it.
 */
export function useActivityFeed(options: ActivityFeedOptions = {}) {
  const { defaultTab = 'inbox', pageSize = 50 } = options
  const hostFilter = useStableFilter(options.filter)
  const { formats, tenant } = useActivityContext()
  const { catalog, isReady } = useCatalog()
  const scope = useListScope(options)
  const [tab, setTab] = useState<FeedTab>(defaultTab)
  const now = useNow()

  const viewerFilter = useMemo(() => resolveFilter(scope.filter, Date.now()), [scope.filter])
  const filter = useMemo(() => intersectFilters(hostFilter, viewerFilter), [hostFilter, viewerFilter])
  const isImpossible = areDisjoint(hostFilter, viewerFilter)
  const list = useEventList(
    trpc.list.useInfiniteQuery(
      {
        ...filter,
        inbox: tab === 'inbox' ? 'inbox' : 'archived',
        limit: pageSize,
        ...(tenant === undefined ? {} : { tenant }),
      },
      { ...PAGING, enabled: !isImpossible },
    ),
  )
  const events = isImpossible ? NO_EVENTS : list.events
  const inbox = useInbox()
  const selection = useSelection(events)
  const rows = useMemo(() => groupByDay(events, formats, now), [events, formats, now])
  const openEvent = useOpenEvent(events, options.onOpen)
  const details = {
    ...openEvent,
    /** Opens an event and marks it as seen. */
    open(event: StoredEvent) {
      openEvent.open(event)
      if (!event.seen) void inbox.mark('seen', [event.id], { silent: true })
    },
  }

  const { clear } = selection
  useEffect(clear, [tab, filter, clear])

  const mark = (action: InboxAction, ids: readonly string[]) => {
    clear()
    return inbox.mark(action, ids)
  }

  return {
    ...list,
    isLoading: !isImpossible && (list.isLoading || !isReady),
    events,
    rows,
    catalog,
    tab,
    setTab,
    scope,
    /** The full filter of the list, including `options.filter`. */
    filter,
    isFiltered: !isUnfiltered(scope.filter),
    unread: inbox.unread,
    lastChange: inbox.lastChange,
    dismissChange: inbox.dismissChange,
    selection,
    newIds: useNewEvents(),
    details,
    mark,
    /** Marks all events that match the feed's filter as seen, loaded or not. */
    markAllSeen: () => inbox.markAll('seen', filter),
  }
}

const NO_EVENTS: readonly StoredEvent[] = []
