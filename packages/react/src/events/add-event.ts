import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { CatalogJson, StoredEvent } from '@whodid/core'
import { matchesFilter } from '@whodid/core/browser'
import {
  adjustTotal,
  findListQueries,
  getListFilter,
  getListInput,
  getPages,
  mapPages,
  updateLists,
} from './list-cache.ts'

/** Checks if a list begins with the newest events, so that new events are added at its start. */
function isNewestFirst(key: QueryKey): boolean {
  const { sort = 'occurredAt', order = 'desc', cursor } = getListInput(key)
  return sort === 'occurredAt' && order === 'desc' && !cursor
}

/**
 * Adds a new event to the start of every cached list it matches, and updates `resource.deleted` of older events of the same
 * resource. Lists being fetched are updated again when they arrive, since the response may be older than the event.
 */
export function addEvent(queryClient: QueryClient, event: StoredEvent, catalog: CatalogJson): void {
  insertEvent(queryClient, event, catalog)
  for (const query of findListQueries(queryClient)) {
    if (query.state.fetchStatus !== 'fetching') continue
    query.promise?.then(
      () => insertEvent(queryClient, event, catalog),
      () => {},
    )
  }
}

function insertEvent(queryClient: QueryClient, event: StoredEvent, catalog: CatalogJson): void {
  updateLists(queryClient, (data, key) => {
    const updated = mapPages(data, (page) => ({ ...page, items: page.items.map((item) => syncDeleted(item, event)) }))
    const isListed = getPages(data).some((page) => page.items.some((item) => item.id === event.id))
    if (isListed || !isNewestFirst(key) || !matchesFilter(getListFilter(key), event, catalog)) return updated
    const { limit } = getListInput(key)
    if (!('pages' in updated) && limit !== undefined && updated.items.length >= 2 * limit) {
      // Refetches a page that has grown to twice its size, so that it does not grow without limit.
      void queryClient.invalidateQueries({ queryKey: key, exact: true })
      return updated
    }
    return mapPages(updated, (page, index) => {
      const next = page.total.exact ? adjustTotal(page, 1) : page
      return index === 0 ? { ...next, items: [event, ...page.items].sort(compareNewestFirst) } : next
    })
  })
}

function compareNewestFirst(a: StoredEvent, b: StoredEvent): number {
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}

function syncDeleted(item: StoredEvent, event: StoredEvent): StoredEvent {
  const isSameResource =
    item.tenantId === event.tenantId &&
    item.resource.type === event.resource.type &&
    item.resource.id === event.resource.id
  if (!isSameResource || item.resource.id === null || item.resource.deleted === event.resource.deleted) return item
  return { ...item, resource: { ...item.resource, deleted: event.resource.deleted } }
}
