import type { Filter, StoredEvent } from '@whodid/core/browser'
import { useEffect, useMemo, useState } from 'react'
import { PAGING, useEventList } from '../events/event-list.ts'
import { groupByDay } from '../events/group-by-day.ts'
import { type InboxAction, useInbox } from '../events/use-inbox.ts'
import { useFreshEvents } from '../events/use-new-events.ts'
import { useNow } from '../events/use-now.ts'
import { useOpenEvent } from '../events/use-open-event.ts'
import { useSelection } from '../events/use-selection.ts'
import { useListScope } from '../filter/filter-scope.tsx'
import {
  type ActivityFilter,
  bothFilters,
  excludeEachOther,
  isUnfiltered,
  resolveFilter,
} from '../filter/filter-state.ts'
import { useStableFilter } from '../filter/use-stable-filter.ts'
import { useActivityContext } from '../provider/context.ts'
import { trpc } from '../provider/trpc.ts'
import { useCatalog } from '../provider/use-service.ts'

/** The parts of a feed. */
export type FeedTab = 'inbox' | 'archive'

export interface ActivityFeedOptions {
  /** Conditions that always hold, beside what the viewer chooses: `{ project: ['p1'] }`. */
  readonly filter?: Filter | undefined
  /** Whether the feed has a filter bar of its own. @default unless an `<ActivityFilters>` stands in the same scope */
  readonly filters?: boolean | undefined
  /** The filter of its own bar to begin with. */
  readonly defaultFilter?: ActivityFilter | undefined
  /** Keeps the filter of its own bar in the address of the page. @default false */
  readonly urlSync?: boolean | undefined
  /** @default 'inbox' */
  readonly defaultTab?: FeedTab | undefined
  /** How many events are read at a time. @default 50 */
  readonly pageSize?: number | undefined
  /** What a press on an event does, which marks it seen. @default its details open at the side */
  readonly onOpen?: ((event: StoredEvent) => void) | undefined
}

/**
 * All that a feed does: its inbox and archive, paging, selection, marks, live arrivals and the event that is open.
 * `<ActivityFeed>` is this and markup.
 */
export function useActivityFeed(options: ActivityFeedOptions = {}) {
  const { defaultTab = 'inbox', pageSize = 50 } = options
  const fixed = useStableFilter(options.filter)
  const { formats, tenant } = useActivityContext()
  const { catalog, ready } = useCatalog()
  const scope = useListScope(options)
  const [tab, setTab] = useState<FeedTab>(defaultTab)
  const now = useNow()

  const chosen = useMemo(() => resolveFilter(scope.filter, Date.now()), [scope.filter])
  const filter = useMemo(() => bothFilters(fixed, chosen), [fixed, chosen])
  const impossible = excludeEachOther(fixed, chosen)
  const list = useEventList(
    trpc.list.useInfiniteQuery(
      {
        ...filter,
        inbox: tab === 'inbox' ? 'inbox' : 'archived',
        limit: pageSize,
        ...(tenant === undefined ? {} : { tenant }),
      },
      { ...PAGING, enabled: !impossible },
    ),
  )
  const events = impossible ? NONE : list.events
  const inbox = useInbox()
  const selection = useSelection(events)
  const rows = useMemo(() => groupByDay(events, formats, now), [events, formats, now])
  const details = useOpenEvent(events, options.onOpen)
  const opened = {
    ...details,
    /** Opens an event, which marks it seen. */
    open(event: StoredEvent) {
      details.open(event)
      if (!event.seen) void inbox.mark('seen', [event.id], { quietly: true })
    },
  }

  const { clear } = selection
  // Another list is another choice
  useEffect(clear, [tab, filter, clear])

  const mark = (action: InboxAction, ids: readonly string[]) => {
    clear()
    return inbox.mark(action, ids)
  }

  return {
    ...list,
    isLoading: !impossible && (list.isLoading || !ready),
    events,
    rows,
    catalog,
    tab,
    setTab,
    scope,
    /** What the list shows, its fixed part included. */
    filter,
    isFiltered: !isUnfiltered(scope.filter),
    unread: inbox.unread,
    lastChange: inbox.lastChange,
    dismissChange: inbox.dismissChange,
    selection,
    fresh: useFreshEvents(),
    opened,
    mark,
    /** Marks everything seen that the feed shows under its filter, loaded or not. */
    markAllSeen: () => inbox.markAll('seen', filter),
  }
}

const NONE: readonly StoredEvent[] = []
