import { type EventStore, isEventId, type ReadScope, type StoredEvent, WhodidError } from '@whodid/core'
import { healthOf } from './admin/health.ts'
import { keysIn } from './admin/keys.ts'
import { peopleIn } from './admin/people.ts'
import { retentionIn } from './admin/retention.ts'
import { revocationsIn } from './admin/revocations.ts'
import { createUpkeep } from './admin/upkeep.ts'
import type { Db, Reads } from './db.ts'
import { named } from './errors.ts'
import { facetsOf } from './read/facets.ts'
import { createHints, followEvents, headOf } from './read/follow.ts'
import { changeInbox } from './read/inbox.ts'
import { countEvents, listEvents, readEvents, readWhere } from './read/list.ts'
import { statsOf } from './read/stats.ts'
import { wholeCondition } from './read/where.ts'
import { migrate } from './schema/migrate.ts'
import { openPartitions } from './schema/partitions.ts'
import { sql } from './sql.ts'
import { createAppend } from './write/append.ts'

/** Opens the store in a database: brings its schema up to date first. Closing the store closes the database. */
export async function openStore(db: Db): Promise<EventStore> {
  try {
    await migrate(db)
    const partitions = await openPartitions(db)
    return storeOf(db, partitions)
  } catch (error) {
    await db.close().catch(() => {})
    throw named(error)
  }
}

function storeOf(db: Db, partitions: Awaited<ReturnType<typeof openPartitions>>): EventStore {
  const append = createAppend(db, partitions)
  const hints = createHints(db)
  const upkeep = createUpkeep(db)
  const ended = new AbortController()
  let closing: Promise<void> | null = null
  const open = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closing !== null) throw new WhodidError('closed', 'The store is closed: open it again to use it.')
    try {
      return await work()
    } catch (error) {
      throw named(error)
    }
  }
  const read = <T>({ tenantId }: ReadScope, work: (reads: Reads) => Promise<T>): Promise<T> =>
    open(() => db.read(tenantId, work))
  const opened: Db = {
    ...db,
    tx: (role, tenantId, work) => open(() => db.tx(role, tenantId, work)),
    read: (tenantId, work) => open(() => db.read(tenantId, work)),
  }
  return {
    append: (tenantId, events) =>
      open(async () => {
        const results = await append(tenantId, events)
        upkeep.stored(results.filter((result) => result.outcome === 'stored').length)
        return results
      }),
    list: (scope, filter, page) => read(scope, (reads) => listEvents(reads, scope, filter, page)),
    get: (scope, id) =>
      read(scope, async (reads): Promise<StoredEvent | null> => {
        if (!isEventId(id.toLowerCase())) return null
        const where = wholeCondition(await readWhere(reads, scope, {}))
        return (await readEvents(reads, scope, sql`${where} and e.id = ${id}`))[0] ?? null
      }),
    count: (scope, filter, bound) => read(scope, (reads) => countEvents(reads, scope, filter, bound)),
    facets: (scope, filter, request) => read(scope, (reads) => facetsOf(reads, scope, filter, request)),
    follow: (scope, filter, after, signal) =>
      followEvents(db, hints, scope, filter, after, AbortSignal.any([signal, ended.signal])),
    changeInbox: (scope, change) => open(() => changeInbox(db, scope, change)),
    stats: (scope, filter, request) => read(scope, (reads) => statsOf(reads, scope, filter, request)),
    head: (scope) => read(scope, (reads) => headOf(reads, scope.tenantId)),
    keys: keysIn(opened),
    revocations: revocationsIn(opened),
    retention: retentionIn(opened, upkeep.left),
    people: peopleIn(opened, upkeep.left),
    health: () => open(() => healthOf(db)),
    close() {
      closing ??= (async () => {
        ended.abort()
        await upkeep.stop()
        await hints.close()
        await db.close()
      })()
      return closing
    },
  }
}
