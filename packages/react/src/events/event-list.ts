import type { BoundedCount, StoredEvent } from '@whodid/core/browser'
import type { ListOutput } from '@whodid/server'
import { useMemo } from 'react'

/** What went wrong, as the service or the network said it. */
export interface ListError {
  readonly message: string
}

/** A list of events that grows at its end, and at its head by itself. */
export interface EventList {
  readonly events: readonly StoredEvent[]
  /** How many there are, where it is known. */
  readonly total: BoundedCount | undefined
  /** Nothing has come yet. */
  readonly isLoading: boolean
  /** What is shown is of the filter before, until the new one's events have come. */
  readonly isStale: boolean
  readonly error: ListError | null
  readonly hasMore: boolean
  readonly isLoadingMore: boolean
  loadMore(): void
  retry(): void
}

interface InfiniteQuery {
  readonly data: { readonly pages: readonly ListOutput[] } | undefined
  readonly error: ListError | null
  readonly isPending: boolean
  readonly isPlaceholderData: boolean
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  fetchNextPage(): Promise<unknown>
  refetch(): Promise<unknown>
}

/** How an infinite query of the service's lists goes on, and what it shows while it changes. */
export const PAGING = {
  getNextPageParam: (last: ListOutput) => last.nextCursor ?? undefined,
  placeholderData: <T>(previous: T | undefined) => previous,
}

/** Makes a list of an infinite query. */
export function useEventList(query: InfiniteQuery): EventList {
  const { data, error, isPending, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query
  const events = useMemo(() => uniqueEvents(data?.pages ?? []), [data])
  return {
    events,
    total: data?.pages[0]?.total,
    isLoading: isPending,
    isStale: isPlaceholderData,
    error: data === undefined ? error : null,
    hasMore: hasNextPage,
    isLoadingMore: isFetchingNextPage,
    loadMore() {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
    },
    retry: () => void refetch(),
  }
}

/** The events of all pages, each once: one that arrived live may stand at the head and on a page read later. */
function uniqueEvents(pages: readonly ListOutput[]): readonly StoredEvent[] {
  const byId = new Map<string, StoredEvent>()
  for (const page of pages) for (const event of page.items) if (!byId.has(event.id)) byId.set(event.id, event)
  return [...byId.values()]
}
