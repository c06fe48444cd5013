import type { PageRequest } from '@whodid/core'
import { expect, test } from 'vitest'
import { openMemoryStore } from '../../../tooling/memory-store.ts'
import { createEvent, openService } from './support/acme.ts'

test('a long page over several tenants reads only a share of each and has every event once', async () => {
  const store = await openMemoryStore()
  const tenants = Array.from({ length: 4 }, (_, index) => `t${index}`)
  const limits: number[] = []
  const list: typeof store.list = (scope, filter, page: PageRequest) => {
    limits.push(page.limit)
    return store.list(scope, filter, page)
  }
  await using service = await openService({
    store: { ...store, list },
    authorize: () => ({ id: 'ada', name: 'Ada', tenants, permissions: ['view', 'view:all'] }),
  })
  // Most belong to one tenant, so that its share is read repeatedly.
  const events = Array.from({ length: 400 }, (_, index) =>
    createEvent({ tenantId: tenants[index % 10 === 0 ? index % 4 : 3] ?? '' }),
  )
  await service.append(events)
  const page = async (query: string) => {
    const response = await service.fetch(new Request(`http://localhost/api/v1/events?tenant=*&${query}`))
    if (!response) throw new Error("The list is not the service's.")
    const { items, nextCursor }: { items: { id: string }[]; nextCursor: string | null } = await response.json()
    return { ids: items.map(({ id }) => id), nextCursor }
  }
  limits.length = 0
  const first = await page('limit=240')
  expect(Math.max(...limits)).toBe(60)
  const second = await page(`limit=240&cursor=${first.nextCursor}`)
  expect([...first.ids, ...second.ids]).toEqual(events.map(({ id }) => id).toReversed())
  expect(second.nextCursor).toBeNull()
  limits.length = 0
  await page('limit=10')
  expect(Math.max(...limits)).toBe(10)
})
