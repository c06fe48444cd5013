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

function event(given: Partial<StoredEvent> = {}): StoredEvent {
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
    ...given,
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

/** Lists as the kit's queries keep them, each under what it was asked for. */
function cache(lists: { readonly [name: string]: { input: object; verb?: string; items: StoredEvent[] } }) {
  const queries = new QueryClient()
  const keys = Object.entries(lists).map(([name, { input, verb = 'list', items }]) => {
    const key = [[verb], { input, type: 'infinite' }]
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

describe('an event that arrives', () => {
  test('stands at the head of the lists that it belongs to, and of no other', () => {
    const old = event()
    const lists = cache({
      all: { input: {}, items: [old] },
      inbox: { input: { inbox: 'inbox' }, items: [old] },
      archive: { input: { inbox: 'archived' }, items: [] },
      deletes: { input: { kind: ['delete'] } satisfies Filter, items: [] },
      search: { input: { q: 'engine ada' }, items: [] },
      otherSearch: { input: { q: 'motor' }, items: [] },
      history: { verb: 'history', input: { type: 'project', id: 'p1' }, items: [] },
      otherHistory: { verb: 'history', input: { type: 'project', id: 'p2' }, items: [] },
      user: { verb: 'userActivity', input: { userId: 'u1' }, items: [] },
      byName: { input: { sort: 'actor' }, items: [old] },
      secondPage: { input: { cursor: 'next' }, items: [old] },
      group: { input: { group: ['Resources'] }, items: [] },
    })
    const fresh = event()
    addEvent(lists.queries, fresh, catalog)
    for (const name of ['all', 'inbox']) expect(lists.ids(name), name).toEqual([fresh.id, old.id])
    for (const name of ['search', 'history', 'user', 'group']) expect(lists.ids(name), name).toEqual([fresh.id])
    for (const name of ['archive', 'deletes', 'otherSearch', 'otherHistory']) expect(lists.ids(name), name).toEqual([])
    for (const name of ['byName', 'secondPage']) expect(lists.ids(name), name).toEqual([old.id])
    expect(lists.first('all')?.total).toEqual({ value: 2, exact: true })
  })

  test('stands once, however often it arrives', () => {
    const lists = cache({ all: { input: {}, items: [] } })
    const fresh = event()
    addEvent(lists.queries, fresh, catalog)
    addEvent(lists.queries, fresh, catalog)
    expect(lists.ids('all')).toEqual([fresh.id])
  })

  test('late takes its place by time', () => {
    const late = event()
    const newest = event()
    const lists = cache({ all: { input: {}, items: [newest] } })
    addEvent(lists.queries, late, catalog)
    expect(lists.ids('all')).toEqual([newest.id, late.id])
  })

  test('tells older events of its resource that it is gone, and that it is back', () => {
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

  test("of whodid's own goes only where it is asked for", () => {
    const lists = cache({ all: { input: {}, items: [] }, audit: { input: { category: ['audit'] }, items: [] } })
    const viewed = event({ action: 'audit.viewed', category: 'audit' })
    addEvent(lists.queries, viewed, catalog)
    expect(lists.ids('all')).toEqual([])
    expect(lists.ids('audit')).toEqual([viewed.id])
  })
})

/** A list that is drawn, whose answers come when the test gives them, in the order in which they were asked for. */
function readList() {
  const queries = new QueryClient()
  const asked: ((items: StoredEvent[]) => void)[] = []
  const observer = new QueryObserver<ListOutput>(queries, {
    queryKey: [['list'], { input: {}, type: 'query' }],
    queryFn: () => new Promise((resolve) => asked.push((items) => resolve(page(items)))),
  })
  const stop = observer.subscribe(() => {})
  return {
    queries,
    asked,
    async answer(items: StoredEvent[]) {
      const { promise } = observer.getCurrentQuery()
      asked.at(-1)?.(items)
      await promise
    },
    ids: () => observer.getCurrentResult().data?.items.map(({ id }) => id),
    [Symbol.dispose]: stop,
  }
}

describe('a list that is being read', () => {
  test('gets what arrived in the meantime, which its answer may be too old for', async () => {
    using list = readList()
    const [old, fresh, also] = [event(), event(), event()]
    addEvent(list.queries, fresh, catalog)
    await list.answer([old])
    expect(list.ids()).toEqual([fresh.id, old.id])
    void list.queries.invalidateQueries()
    addEvent(list.queries, also, catalog)
    await list.answer([fresh, old])
    expect(list.ids()).toEqual([also.id, fresh.id, old.id])
    expect(list.queries.getQueryData<ListOutput>([['list'], { input: {}, type: 'query' }])?.total.value).toBe(3)
  })

  test('is read again when the live stream begins, once its first answer has come', async () => {
    using list = readList()
    const [old, missed] = [event(), event()]
    refetchLists(list.queries)
    expect(list.asked).toHaveLength(1)
    await list.answer([old])
    await expect.poll(() => list.asked.length).toBe(2)
    await list.answer([missed, old])
    expect(list.ids()).toEqual([missed.id, old.id])
    refetchLists(list.queries)
    await expect.poll(() => list.asked.length).toBe(3)
  })
})

describe('marks', () => {
  test('show in every list, and take events out of the part of the inbox that they leave', () => {
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
