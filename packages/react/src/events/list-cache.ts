import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'
import type { Filter, StoredEvent } from '@whodid/core'
import type { ListOutput } from '@whodid/server'

/** Input of a list query: a filter, and for some lists a subject. */
export type ListInput = Filter & {
  readonly tenant?: string | undefined
  readonly sort?: string | undefined
  readonly order?: string | undefined
  readonly cursor?: string | null | undefined
  readonly limit?: number | undefined
  readonly type?: string | undefined
  readonly id?: string | undefined
  readonly userId?: string | undefined
}

/** Cached data of a list: one page, or several. */
export type CachedList = ListOutput | InfiniteData<ListOutput>

const LIST_PROCEDURES: ReadonlySet<string> = new Set(['list', 'history', 'userActivity'])

function getProcedure(key: QueryKey): string | undefined {
  const [path] = key
  return Array.isArray(path) && typeof path[0] === 'string' ? path[0] : undefined
}

/** Reads the input from a query key of @trpc/react-query: `[path, { input, type }]`. */
export function getListInput(key: QueryKey): ListInput {
  const options = key[1]
  const input = typeof options === 'object' && options !== null && 'input' in options ? options.input : undefined
  return typeof input === 'object' && input !== null ? input : {}
}

/** Checks if a query is a list of events. */
export function isListQuery(key: QueryKey): boolean {
  const procedure = getProcedure(key)
  return procedure !== undefined && LIST_PROCEDURES.has(procedure)
}

/** Returns the filter of a list, including its subject. */
export function getListFilter(key: QueryKey): Filter {
  const {
    tenant: _tenant,
    sort: _sort,
    order: _order,
    cursor: _cursor,
    limit: _limit,
    type,
    id,
    userId,
    ...filter
  } = getListInput(key)
  if (type !== undefined && id !== undefined) return { ...filter, resourceType: [type], resourceId: [id] }
  if (userId !== undefined) return { ...filter, actor: [userId] }
  return filter
}

/** Returns the pages of a cached list. */
export function getPages(data: CachedList): readonly ListOutput[] {
  return 'pages' in data ? data.pages : [data]
}

/** Applies `change` to each page of a cached list. */
export function mapPages(data: CachedList, change: (page: ListOutput, index: number) => ListOutput): CachedList {
  return 'pages' in data ? { ...data, pages: data.pages.map(change) } : change(data, 0)
}

/** Finds the queries of all lists that are cached or being fetched. */
export function findListQueries(queryClient: QueryClient) {
  return queryClient.getQueryCache().findAll({ predicate: ({ queryKey }) => isListQuery(queryKey) })
}

/** Applies `change` to every cached list. */
export function updateLists(queryClient: QueryClient, change: (data: CachedList, key: QueryKey) => CachedList): void {
  for (const query of findListQueries(queryClient)) {
    queryClient.setQueryData<CachedList>(query.queryKey, (data) => data && change(data, query.queryKey), {
      updatedAt: query.state.dataUpdatedAt,
    })
  }
}

/** Adds `by` to the total of a page. */
export function adjustTotal(page: ListOutput, by: number): ListOutput {
  return {
    ...page,
    total: { ...page.total, value: Math.max(0, page.total.value + by) },
  }
}

/** Fields that an inbox change sets on an event. */
export type InboxMark = { readonly seen?: boolean; readonly archived?: boolean }

/** Marks events in every cached list, and removes them from lists they no longer belong to. */
export function markEvents(queryClient: QueryClient, isTarget: (event: StoredEvent) => boolean, mark: InboxMark): void {
  updateLists(queryClient, (data, key) => {
    const { inbox } = getListFilter(key)
    const isRemoved = (item: StoredEvent) =>
      (inbox === 'archived' && !item.archived) ||
      (inbox === 'inbox' && item.archived) ||
      (inbox === 'unread' && item.archived)
    let removed = 0
    const marked = mapPages(data, (page) => {
      const items = page.items.map((item) => (isTarget(item) ? { ...item, ...mark } : item))
      const remaining = items.filter((item) => !isRemoved(item))
      removed += items.length - remaining.length
      return { ...page, items: remaining }
    })
    return removed === 0 ? marked : mapPages(marked, (page) => adjustTotal(page, -removed))
  })
}

/** Finds an event in the cached lists, so that its details render without a request. */
export function findCachedEvent(queryClient: QueryClient, id: string): StoredEvent | undefined {
  for (const query of findListQueries(queryClient)) {
    const data = queryClient.getQueryData<CachedList>(query.queryKey)
    for (const page of data === undefined ? [] : getPages(data)) {
      const found = page.items.find((item) => item.id === id)
      if (found) return found
    }
  }
  return undefined
}
