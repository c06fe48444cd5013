import type { Filter, ReadScope, StoredEvent } from '@whodid/core'
import type { Db, Queries } from '../db.ts'
import { isUnavailable } from '../errors.ts'
import { EVENTS_CHANNEL, tables } from '../schema/tables.ts'
import { sql } from '../sql.ts'
import { readEvents, readWhere } from './list.ts'
import { combineConditions } from './where.ts'

/** Ledger rows per read. */
const BATCH_SIZE = 500
const MIN_RETRY_MS = 100
const MAX_RETRY_MS = 5_000

/** Notifications of new events. All followers of a store share one listener. */
export interface Notifications {
  /** Calls `onNotify` when events of the tenant are stored, and whenever a notification may have been missed. */
  subscribe(tenantId: string, onNotify: () => void): Promise<() => void>
  close(): Promise<void>
}

export function createNotifications(db: Db): Notifications {
  const subscribers = new Map<() => void, string>()
  let listening: Promise<() => Promise<void>> | null = null
  const notify = (payload: string | null) => {
    for (const [onNotify, tenantId] of subscribers) if (!payload || payload === tenantId) onNotify()
  }
  return {
    async subscribe(tenantId, onNotify) {
      subscribers.set(onNotify, tenantId)
      listening ??= db.listen(EVENTS_CHANNEL, notify)
      try {
        await listening
      } catch (error) {
        listening = null
        subscribers.delete(onNotify)
        throw error
      }
      return () => subscribers.delete(onNotify)
    },
    async close() {
      for (const onNotify of subscribers.keys()) onNotify()
      subscribers.clear()
      const stop = await listening?.catch(() => null)
      await stop?.()
    },
  }
}

/**
 * Yields the events after a seq in order, then each new event once it is committed. A notification only triggers a read of the
 * ledger after the last seq, so lost, duplicate or early notifications do no harm. Events that the filter excludes are skipped.
 * It subscribes when called, so no event is missed before the first read.
 */
export function followEvents(
  db: Db,
  notifications: Notifications,
  scope: ReadScope,
  filter: Filter,
  after: number | 'now',
  signal: AbortSignal,
): AsyncIterable<StoredEvent> {
  let isNotified = true
  let wake: (() => void) | null = null
  const onNotify = () => {
    isNotified = true
    wake?.()
  }
  const started = start(db, notifications, scope, after, onNotify)
  started.catch(() => {})
  const stop = () => {
    onNotify()
    started.then(({ unsubscribe }) => unsubscribe()).catch(() => {})
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })

  return {
    async *[Symbol.asyncIterator]() {
      try {
        let { seq } = await started.catch((error: unknown) => {
          if (signal.aborted) return { seq: 0 }
          throw error
        })
        let retryMs = MIN_RETRY_MS
        while (!signal.aborted) {
          if (!isNotified) {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
            continue
          }
          isNotified = false
          try {
            for (let isLast = false; !isLast; ) {
              const from = seq
              const batch = await db.read(scope.tenantId, (queries) => readBatch(queries, scope, filter, from))
              for (const event of batch.events) {
                if (signal.aborted) return
                yield event
              }
              seq = batch.lastSeq
              isLast = batch.isLast
              if (signal.aborted) return
            }
            retryMs = MIN_RETRY_MS
          } catch (error) {
            if (signal.aborted) return
            if (!isUnavailable(error)) throw error
            await sleep(retryMs, signal)
            retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)
            isNotified = true
          }
        }
      } finally {
        signal.removeEventListener('abort', stop)
        stop()
      }
    },
  }
}

async function start(
  db: Db,
  notifications: Notifications,
  scope: ReadScope,
  after: number | 'now',
  onNotify: () => void,
) {
  const unsubscribe = await notifications.subscribe(scope.tenantId, onNotify)
  try {
    if (after !== 'now') return { unsubscribe, seq: after }
    const { tenantId } = scope
    return { unsubscribe, seq: await db.read(tenantId, (queries) => readHead(queries, tenantId)) }
  } catch (error) {
    unsubscribe()
    throw error
  }
}

/** Returns the seq of a tenant's newest event, or 0 without events. */
export async function readHead(queries: Queries, tenantId: string): Promise<number> {
  const [row] = await queries.query<{ seq: number }>(sql`
    select seq from ${tables.ledgerHead} where tenant_id = ${tenantId}`)
  return row?.seq ?? 0
}

/** Reads the matching events of the next ledger rows after `seq`. `isLast` is true if there were no more rows. */
async function readBatch(queries: Queries, scope: ReadScope, filter: Filter, seq: number) {
  const [{ last_seq: lastSeq, rows } = { last_seq: null, rows: 0 }] = await queries.query<{
    last_seq: number | null
    rows: number
  }>(sql`
    select max(seq) as last_seq, count(*) as rows from (
      select seq from ${tables.ledger} where tenant_id = ${scope.tenantId} and seq > ${seq} order by seq limit ${BATCH_SIZE}
    ) batch`)
  if (lastSeq === null) return { events: [], lastSeq: seq, isLast: true }
  const where = combineConditions(await readWhere(queries, scope, filter))
  const events = await readEvents(
    queries,
    scope,
    sql`${where} and e.id in (
      select event_id from ${tables.ledger} where tenant_id = ${scope.tenantId} and seq > ${seq} and seq <= ${lastSeq}
    ) order by e.seq`,
  )
  return { events, lastSeq, isLast: rows < BATCH_SIZE }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
