import type { EventStore } from '@whodid/core'
import { readHealth } from './admin/health.ts'
import { createKeyStore } from './admin/keys.ts'
import { startMaintenance } from './admin/maintenance.ts'
import { createPeopleStore } from './admin/people.ts'
import { createRetentionStore } from './admin/retention.ts'
import { createRevocationStore } from './admin/revocations.ts'
import { createRouteStore } from './admin/routes.ts'
import { type Db, guardDb } from './db.ts'
import { readFacets } from './read/facets.ts'
import { createNotifications, followEvents, readHead } from './read/follow.ts'
import { changeInbox } from './read/inbox.ts'
import { countEvents, getEvent, listEvents } from './read/list.ts'
import { readStats } from './read/stats.ts'
import { migrate } from './schema/migrate.ts'
import { openPartitions } from './schema/partitions.ts'
import { createAppend } from './write/append.ts'

/** Applies pending migrations and opens the store. Closing the store closes the database. */
export async function openStore(driver: Db): Promise<EventStore> {
  const closing = new AbortController()
  const db = guardDb(driver, closing.signal)
  try {
    await migrate(db)
    const partitions = await openPartitions(db)
    // The driver itself, because it stops only after the store has begun to close.
    const maintenance = startMaintenance(driver)
    const notifications = createNotifications(db)
    let closed: Promise<void> | null = null
    return {
      append: createAppend(db, partitions, maintenance),
      list: (scope, filter, page) => db.read(scope.tenantId, (reads) => listEvents(reads, scope, filter, page)),
      get: (scope, id) => db.read(scope.tenantId, (reads) => getEvent(reads, scope, id)),
      count: (scope, filter, bound) => db.read(scope.tenantId, (reads) => countEvents(reads, scope, filter, bound)),
      facets: (scope, filter, request) => db.read(scope.tenantId, (reads) => readFacets(reads, scope, filter, request)),
      follow: (scope, filter, after, signal) =>
        followEvents(db, notifications, scope, filter, after, AbortSignal.any([signal, closing.signal])),
      changeInbox: (scope, change) => changeInbox(db, scope, change),
      stats: (scope, filter, request) => db.read(scope.tenantId, (reads) => readStats(reads, scope, filter, request)),
      head: (scope) => db.read(scope.tenantId, (reads) => readHead(reads, scope.tenantId)),
      keys: createKeyStore(db),
      revocations: createRevocationStore(db),
      retention: createRetentionStore(db, maintenance.countRemoved),
      people: createPeopleStore(db, maintenance.countRemoved),
      routes: createRouteStore(db),
      health: () => readHealth(db),
      close() {
        closed ??= (async () => {
          closing.abort()
          await maintenance.stop()
          await notifications.close()
          await driver.close()
        })()
        return closed
      },
    }
  } catch (error) {
    await driver.close().catch(() => {})
    throw error
  }
}
