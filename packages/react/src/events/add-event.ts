import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { CatalogJson, StoredEvent } from '@whodid/core/browser'
import { matchesFilter } from '../filter/matches-filter.ts'
import { changeLists, counted, filterOfList, inputOf, listQueries, pagesOf, withPages } from './list-cache.ts'

/** Whether new events belong at the head of a list: newest first, from the beginning. */
function isNewestFirst(key: QueryKey): boolean {
  const { sort = 'occurredAt', order = 'desc', cursor } = inputOf(key)
  return sort === 'occurredAt' && order === 'desc' && !cursor
}

/**
 * Puts a new event at the head of every cached list that it belongs to, and tells older events of the same resource
 * whether it still exists. Lists that are being read are told once more when they have come, since what comes may be older
 * than the event.
 */
export function addEvent(queries: QueryClient, event: StoredEvent, catalog: CatalogJson): void {
  insert(queries, event, catalog)
  for (const query of listQueries(queries)) {
    if (query.state.fetchStatus !== 'fetching') continue
    query.promise?.then(
      () => insert(queries, event, catalog),
      () => {},
    )
  }
}

function insert(queries: QueryClient, event: StoredEvent, catalog: CatalogJson): void {
  changeLists(queries, (data, key) => {
    const told = withPages(data, (page) => ({ ...page, items: page.items.map((item) => withResourceOf(item, event)) }))
    const known = pagesOf(data).some((page) => page.items.some((item) => item.id === event.id))
    if (known || !isNewestFirst(key) || !matchesFilter(filterOfList(key), event, catalog)) return told
    const { limit } = inputOf(key)
    if (!('pages' in told) && limit !== undefined && told.items.length >= 2 * limit) {
      // A page that grew to twice its size in a long while is read anew, so that it does not grow for ever.
      void queries.invalidateQueries({ queryKey: key, exact: true })
      return told
    }
    return withPages(told, (page, index) => {
      const next = page.total.exact ? counted(page, 1) : page
      return index === 0 ? { ...next, items: [event, ...page.items].sort(newestFirst) } : next
    })
  })
}

function newestFirst(a: StoredEvent, b: StoredEvent): number {
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}

function withResourceOf(item: StoredEvent, event: StoredEvent): StoredEvent {
  const same =
    item.tenantId === event.tenantId &&
    item.resource.type === event.resource.type &&
    item.resource.id === event.resource.id
  if (!same || item.resource.id === null || item.resource.deleted === event.resource.deleted) return item
  return { ...item, resource: { ...item.resource, deleted: event.resource.deleted } }
}
