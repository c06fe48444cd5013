import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'
import type { Filter, StoredEvent } from '@whodid/core/browser'
import type { ListOutput } from '@whodid/server'

/** What a list was asked for: a filter, and for some of them a subject. */
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

/** A page, or pages. */
export type Cached = ListOutput | InfiniteData<ListOutput>

const LISTS: ReadonlySet<string> = new Set(['list', 'history', 'userActivity'])

function verbOf(key: QueryKey): string | undefined {
  const [path] = key
  return Array.isArray(path) && typeof path[0] === 'string' ? path[0] : undefined
}

/** What is behind a query's key, as @trpc/react-query writes it: `[path, { input, type }]`. */
export function inputOf(key: QueryKey): ListInput {
  const options = key[1]
  const input = typeof options === 'object' && options !== null && 'input' in options ? options.input : undefined
  return typeof input === 'object' && input !== null ? input : {}
}

/** Whether a query is a list of events. */
export function isListQuery(key: QueryKey): boolean {
  const verb = verbOf(key)
  return verb !== undefined && LISTS.has(verb)
}

/** The filter that a list stands for, its subject included. */
export function filterOfList(key: QueryKey): Filter {
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
  } = inputOf(key)
  if (type !== undefined && id !== undefined) return { ...filter, resourceType: [type], resourceId: [id] }
  if (userId !== undefined) return { ...filter, actor: [userId] }
  return filter
}

/** The pages of a cached list. */
export function pagesOf(data: Cached): readonly ListOutput[] {
  return 'pages' in data ? data.pages : [data]
}

/** Changes each page of a cached list. */
export function withPages(data: Cached, change: (page: ListOutput, index: number) => ListOutput): Cached {
  return 'pages' in data ? { ...data, pages: data.pages.map(change) } : change(data, 0)
}

/** Every list that is cached or being read. */
export function listQueries(queries: QueryClient) {
  return queries.getQueryCache().findAll({ predicate: ({ queryKey }) => isListQuery(queryKey) })
}

/** Changes every cached list. */
export function changeLists(queries: QueryClient, change: (data: Cached, key: QueryKey) => Cached): void {
  for (const query of listQueries(queries)) {
    queries.setQueryData<Cached>(query.queryKey, (data) => data && change(data, query.queryKey), {
      updatedAt: query.state.dataUpdatedAt,
    })
  }
}

/** A page whose total is known to differ by so many. */
export function counted(page: ListOutput, by: number): ListOutput {
  return {
    ...page,
    total: { ...page.total, value: Math.max(0, page.total.value + by) },
  }
}

/** What an inbox change makes of an event. */
export type InboxMark = { readonly seen?: boolean; readonly archived?: boolean }

/** Marks events in every cached list, and takes them out of those parts of the inbox that they leave. */
export function markEvents(queries: QueryClient, concerns: (event: StoredEvent) => boolean, mark: InboxMark): void {
  changeLists(queries, (data, key) => {
    const { inbox } = filterOfList(key)
    const leaves = (item: StoredEvent) =>
      (inbox === 'archived' && !item.archived) ||
      (inbox === 'inbox' && item.archived) ||
      (inbox === 'unread' && item.archived)
    let left = 0
    const marked = withPages(data, (page) => {
      const items = page.items.map((item) => (concerns(item) ? { ...item, ...mark } : item))
      const staying = items.filter((item) => !leaves(item))
      left += items.length - staying.length
      return { ...page, items: staying }
    })
    return left === 0 ? marked : withPages(marked, (page) => counted(page, -left))
  })
}

/** An event that some list has already, so that its details can be drawn at once. */
export function findCachedEvent(queries: QueryClient, id: string): StoredEvent | undefined {
  for (const query of listQueries(queries)) {
    const data = queries.getQueryData<Cached>(query.queryKey)
    for (const page of data === undefined ? [] : pagesOf(data)) {
      const found = page.items.find((item) => item.id === id)
      if (found) return found
    }
  }
  return undefined
}
