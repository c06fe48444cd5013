import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testAppend } from './append.ts'
import { newTenant, page, prepared, type StoreUnderTest, scopeOf } from './events.ts'
import { testFollow } from './follow.ts'
import { testInbox } from './inbox.ts'
import { testLists } from './lists.ts'
import { testPeople } from './people.ts'
import { testRetention } from './retention.ts'
import { testSearch } from './search.ts'
import { testSettings } from './settings.ts'
import { testStats } from './stats.ts'

/**
 * The specification of `EventStore`: what every store must do. One store serves the whole suite, each test in a tenant of its
 * own.
 *
 * @example
 * testStore('PGlite in memory', async () => ({ store: await pglite('memory'), query, [Symbol.asyncDispose]: close }))
 */
export function testStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`store: ${name}`, () => {
    let made: StoreUnderTest | null = null
    const subject = (): StoreUnderTest => {
      if (made === null) throw new Error('The store was not made.')
      return made
    }
    beforeAll(async () => {
      made = await make()
    }, 180_000)
    afterAll(async () => {
      await made?.[Symbol.asyncDispose]()
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

    test('says what it is and what its acknowledgements are worth', async () => {
      const { engine, version, durability, warnings } = await subject().store.health()
      expect(['pglite', 'postgresql']).toContain(engine)
      expect(version).toMatch(/^\d+/)
      expect(['fsync', 'process-crash', 'memory']).toContain(durability)
      expect(warnings.every((warning) => warning.length > 0)).toBe(true)
    })

    test('ends those who follow when it is closed, and does nothing afterwards', async () => {
      const { store } = subject()
      const tenantId = newTenant()
      const follower = store.follow(scopeOf(tenantId), {}, 'now', new AbortController().signal)[Symbol.asyncIterator]()
      const next = follower.next()
      await store.close()
      expect(await next).toEqual({ done: true, value: undefined })
      await store.close()
      await expect(store.append(tenantId, [prepared(tenantId)])).rejects.toMatchObject({ code: 'closed' })
      await expect(store.list(scopeOf(tenantId), {}, page())).rejects.toMatchObject({ code: 'closed' })
    })
  })
}
