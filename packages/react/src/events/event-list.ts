import type { BoundedCount, StoredEvent } from '@whodid/core'
import type { ListOutput } from '@whodid/server'
import { useMemo } from 'react'

/** An error of the service or the network. */
export interface ListError {
  readonly message: string
}

/** A list of events that loads more on demand and receives new events live. */
export interface EventList {
  readonly events: readonly StoredEvent[]
  /** Total number of events, if known. */
  readonly total: BoundedCount | undefined
  /** True until the first page has loaded. */
  readonly isLoading: boolean
  /** True while `events` still belong to the previous filter. */
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

/** Options of the infinite list queries: how to page, and to keep previous data while loading. */
export const PAGING = {
  getNextPageParam: (last: ListOutput) => last.nextCursor ?? undefined,
  placeholderData: <T>(previous: T | undefined) => previous,
}

/** Turns an infinite query into an `EventList`. */
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

/** Returns the events of all pages without duplicates. A live event may also be on a page fetched later. */
function uniqueEvents(pages: readonly ListOutput[]): readonly StoredEvent[] {
  const byId = new Map<string, StoredEvent>()
  for (const page of pages) for (const event of page.items) if (!byId.has(event.id)) byId.set(event.id, event)
  return [...byId.values()]
}
