import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testAppend } from './append.ts'
import { createEvent, createPage, createScope, newTenant, type StoreUnderTest } from './events.ts'
import { testFollow } from './follow.ts'
import { testInbox } from './inbox.ts'
import { testLists } from './lists.ts'
import { testPeople } from './people.ts'
import { testRetention } from './retention.ts'
import { testRoutes } from './routes.ts'
import { testSearch } from './search.ts'
import { testSettings } from './settings.ts'
import { testStats } from './stats.ts'

/**
 * Runs the conformance suite of `EventStore`. All tests share one store, and each uses its own tenant.
 *
 * @example
 * testStore('PGlite in memory', async () => ({ store: await pglite('memory'), query, [Symbol.asyncDispose]: close }))
 */
export function testStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`store: ${name}`, () => {
    let created: StoreUnderTest | null = null
    const subject = (): StoreUnderTest => {
      if (created === null) throw new Error('The store was not created.')
      return created
    }
    beforeAll(async () => {
      created = await create()
    }, 180_000)
    afterAll(async () => {
      await created?.[Symbol.asyncDispose]()
    })

    testAppend(subject)
    testLists(subject)
    testSearch(subject)
    testInbox(subject)
    testFollow(subject)
    testStats(subject)
    testSettings(subject)
    testRetention(subject)
    testPeople(subject)
    testRoutes(subject)

    test('health reports engine, version, durability and warnings', async () => {
      const { engine, version, durability, warnings } = await subject().store.health()
      expect(['pglite', 'postgresql']).toContain(engine)
      expect(version).toMatch(/^\d+/)
      expect(['fsync', 'process-crash', 'memory']).toContain(durability)
      expect(warnings.every((warning) => warning.length > 0)).toBe(true)
    })

    test('close ends followers, and later calls are rejected', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const follower = store
        .follow(createScope(tenantId), {}, 'now', new AbortController().signal)
        [Symbol.asyncIterator]()
      const next = follower.next()
      await store.close()
      expect(await next).toEqual({ done: true, value: undefined })
      await store.close()
      await expect(store.append(tenantId, [createEvent(tenantId)])).rejects.toMatchObject({ code: 'closed' })
      await expect(store.list(createScope(tenantId), {}, createPage())).rejects.toMatchObject({ code: 'closed' })
    })
  })
}
