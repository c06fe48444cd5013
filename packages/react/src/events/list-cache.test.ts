import { type InfiniteData, QueryClient, QueryObserver } from '@tanstack/react-query'
import type { Filter, StoredEvent } from '@whodid/core'
import { defineCatalog, newId } from '@whodid/core'
import type { ListOutput } from '@whodid/server'
import { describe, expect, test } from 'vitest'
import { addEvent } from './add-event.ts'
import { findCachedEvent, markEvents } from './list-cache.ts'
import { refetchLists } from './refetch-lists.ts'

const catalog = defineCatalog({ project: { group: 'Resources' } }).json

let seq = 0

function event(overrides: Partial<StoredEvent> = {}): StoredEvent {
  seq += 1
  const occurredAt = new Date(Date.UTC(2026, 10, 20, 10, 0, seq)).toISOString()
  return {
    id: newId(Date.parse(occurredAt)),
    seq,
    occurredAt,
    receivedAt: occurredAt,
    tenantId: 'acme',
    action: 'project.updated',
    category: 'project',
    kind: 'update',
    status: 'success',
    actor: { type: 'user', id: 'u1', name: 'Ada Lovelace', email: 'ada@acme.test' },
    resource: { type: 'project', id: 'p1', name: 'Engine', href: '/projects/p1', deleted: false },
    scope: {},
    description: 'Engine was updated',
    severity: 'info',
    changes: [],
    metadata: {},
    error: null,
    causedBy: null,
    context: {
      channel: 'ui',
      ip: null,
      userAgent: null,
      requestId: null,
      traceId: null,
      method: null,
      route: null,
    },
    redacted: [],
    seen: false,
    archived: false,
    ...overrides,
  }
}

function page(items: StoredEvent[], more = false): ListOutput {
  return {
    items,
    nextCursor: more ? 'next' : null,
    total: { value: items.length, exact: true },
    windowed: false,
  }
}

/** Creates a query cache with lists, each under the key of its input. */
function cache(lists: { readonly [name: string]: { input: object; procedure?: string; items: StoredEvent[] } }) {
  const queries = new QueryClient()
  const keys = Object.entries(lists).map(([name, { input, procedure = 'list', items }]) => {
    const key = [[procedure], { input, type: 'infinite' }]
    queries.setQueryData<InfiniteData<ListOutput>>(key, { pages: [page(items)], pageParams: [null] })
    return [name, key] as const
  })
  return {
    queries,
    ids(name: string) {
      const key = keys.find(([each]) => each === name)?.[1] ?? []
      return queries
        .getQueryData<InfiniteData<ListOutput>>(key)
        ?.pages.flatMap(({ items }) => items.map(({ id }) => id))
    },
    first(name: string) {
      const key = keys.find(([each]) => each === name)?.[1] ?? []
      return queries.getQueryData<InfiniteData<ListOutput>>(key)?.pages[0]
    },
  }
}

describe('a new event', () => {
  test('is added to the start of the lists it matches, and to no others', () => {
    const old = event()
    const lists = cache({
      all: { input: {}, items: [old] },
      inbox: { input: { inbox: 'inbox' }, items: [old] },
      archive: { input: { inbox: 'archived' }, items: [] },
      deletes: { input: { kind: ['delete'] } satisfies Filter, items: [] },
      search: { input: { q: 'engine ada' }, items: [] },
      otherSearch: { input: { q: 'motor' }, items: [] },
      history: { procedure: 'history', input: { type: 'project', id: 'p1' }, items: [] },
      otherHistory: { procedure: 'history', input: { type: 'project', id: 'p2' }, items: [] },
      user: { procedure: 'userActivity', input: { userId: 'u1' }, items: [] },
      byName: { input: { sort: 'actor' }, items: [old] },
      secondPage: { input: { cursor: 'next' }, items: [old] },
      group: { input: { group: ['Resources'] }, items: [] },
    })
    const newEvent = event()
    addEvent(lists.queries, newEvent, catalog)
    for (const name of ['all', 'inbox']) expect(lists.ids(name), name).toEqual([newEvent.id, old.id])
    for (const name of ['search', 'history', 'user', 'group']) expect(lists.ids(name), name).toEqual([newEvent.id])
    for (const name of ['archive', 'deletes', 'otherSearch', 'otherHistory']) expect(lists.ids(name), name).toEqual([])
    for (const name of ['byName', 'secondPage']) expect(lists.ids(name), name).toEqual([old.id])
    expect(lists.first('all')?.total).toEqual({ value: 2, exact: true })
  })

  test('is added once, even if it arrives twice', () => {
    const lists = cache({ all: { input: {}, items: [] } })
    const newEvent = event()
    addEvent(lists.queries, newEvent, catalog)
    addEvent(lists.queries, newEvent, catalog)
    expect(lists.ids('all')).toEqual([newEvent.id])
  })

  test('is sorted by time if it arrives late', () => {
    const late = event()
    const newest = event()
    const lists = cache({ all: { input: {}, items: [newest] } })
    addEvent(lists.queries, late, catalog)
    expect(lists.ids('all')).toEqual([newest.id, late.id])
  })

  test('updates the deleted flag of older events of its resource', () => {
    const created = event()
    const other = event({ resource: { type: 'project', id: 'p2', href: null, deleted: false } })
    const elsewhere = event({ tenantId: 'umbrella' })
    const lists = cache({ all: { input: {}, items: [elsewhere, other, created] } })
    addEvent(
      lists.queries,
      event({ action: 'project.deleted', kind: 'delete', resource: { ...created.resource, deleted: true } }),
      catalog,
    )
    expect(findCachedEvent(lists.queries, created.id)?.resource.deleted).toBe(true)
    expect(findCachedEvent(lists.queries, other.id)?.resource.deleted).toBe(false)
    expect(findCachedEvent(lists.queries, elsewhere.id)?.resource.deleted).toBe(false)
    addEvent(lists.queries, event({ action: 'project.restored', resource: created.resource }), catalog)
    expect(findCachedEvent(lists.queries, created.id)?.resource.deleted).toBe(false)
  })

  test('of the audit category is added only to lists that ask for it', () => {
    const lists = cache({ all: { input: {}, items: [] }, audit: { input: { category: ['audit'] }, items: [] } })
    const viewed = event({ action: 'audit.viewed', category: 'audit' })
    addEvent(lists.queries, viewed, catalog)
    expect(lists.ids('all')).toEqual([])
    expect(lists.ids('audit')).toEqual([viewed.id])
  })
})

/** Observes a list whose responses the test provides, one per request. */
function readList() {
  const queries = new QueryClient()
  const requests: ((items: StoredEvent[]) => void)[] = []
  const observer = new QueryObserver<ListOutput>(queries, {
    queryKey: [['list'], { input: {}, type: 'query' }],
    queryFn: () => new Promise((resolve) => requests.push((items) => resolve(page(items)))),
  })
  const stop = observer.subscribe(() => {})
  return {
    queries,
    requests,
    async respond(items: StoredEvent[]) {
      const { promise } = observer.getCurrentQuery()
      requests.at(-1)?.(items)
      await promise
    },
    ids: () => observer.getCurrentResult().data?.items.map(({ id }) => id),
    [Symbol.dispose]: stop,
  }
}

describe('a list being fetched', () => {
  test('receives events that arrive in the meantime', async () => {
    using list = readList()
    const [old, newEvent, also] = [event(), event(), event()]
    addEvent(list.queries, newEvent, catalog)
    await list.respond([old])
    expect(list.ids()).toEqual([newEvent.id, old.id])
    void list.queries.invalidateQueries()
    addEvent(list.queries, also, catalog)
    await list.respond([newEvent, old])
    expect(list.ids()).toEqual([also.id, newEvent.id, old.id])
    expect(list.queries.getQueryData<ListOutput>([['list'], { input: {}, type: 'query' }])?.total.value).toBe(3)
  })

  test('is refetched when the live stream starts, after its first response', async () => {
    using list = readList()
    const [old, missed] = [event(), event()]
    refetchLists(list.queries)
    expect(list.requests).toHaveLength(1)
    await list.respond([old])
    await expect.poll(() => list.requests.length).toBe(2)
    await list.respond([missed, old])
    expect(list.ids()).toEqual([missed.id, old.id])
    refetchLists(list.queries)
    await expect.poll(() => list.requests.length).toBe(3)
  })
})

describe('marks', () => {
  test('show in every list, and remove events from lists they no longer belong to', () => {
    const one = event()
    const two = event()
    const lists = cache({
      inbox: { input: { inbox: 'inbox' }, items: [two, one] },
      all: { input: {}, items: [two, one] },
    })
    markEvents(lists.queries, ({ id }) => id === one.id, { seen: true })
    expect(lists.first('inbox')?.items.map(({ seen }) => seen)).toEqual([false, true])
    markEvents(lists.queries, ({ id }) => id === one.id, { archived: true })
    expect(lists.ids('inbox')).toEqual([two.id])
    expect(lists.first('inbox')?.total).toEqual({ value: 1, exact: true })
    expect(lists.ids('all')).toEqual([two.id, one.id])
    expect(findCachedEvent(lists.queries, one.id)).toMatchObject({ seen: true, archived: true })
  })
})
