import type { Filter, ReadScope, StoredEvent } from '@whodid/core'
import type { Db, Queries } from '../db.ts'
import { isUnavailable, named } from '../errors.ts'
import { CHANNEL, tables } from '../schema/tables.ts'
import { sql } from '../sql.ts'
import { readEvents, readWhere } from './list.ts'
import { wholeCondition } from './where.ts'

/** So many places of the ledger are read at once. */
const STRETCH = 500
const FIRST_PAUSE = 100
const LAST_PAUSE = 5_000

/** Wakes readers when the database hints at new events. One connection serves every reader of a store. */
export interface Hints {
  /** Calls `wake` at every hint for the tenant, and whenever one may have been missed. */
  subscribe(tenantId: string, wake: () => void): Promise<() => void>
  close(): Promise<void>
}

export function createHints(db: Db): Hints {
  const subscribers = new Map<() => void, string>()
  let listening: Promise<() => Promise<void>> | null = null
  const heard = (tenantId: string | null) => {
    for (const [wake, wanted] of subscribers) if (!tenantId || tenantId === wanted) wake()
  }
  return {
    async subscribe(tenantId, wake) {
      subscribers.set(wake, tenantId)
      listening ??= db.listen(CHANNEL, heard)
      try {
        await listening
      } catch (error) {
        listening = null
        subscribers.delete(wake)
        throw error
      }
      return () => subscribers.delete(wake)
    },
    async close() {
      for (const wake of subscribers.keys()) wake()
      subscribers.clear()
      const stop = await listening?.catch(() => null)
      await stop?.()
    },
  }
}

/**
 * Events after a seq in its order, then each new one as it is committed. A hint only wakes the reader, which then reads the
 * ledger after its own seq: lost, doubled or early hints do no harm, and an event that the filter leaves out is passed, not
 * waited for. Begins to listen when called, so that nothing is missed before the first read.
 */
export function followEvents(
  db: Db,
  hints: Hints,
  scope: ReadScope,
  filter: Filter,
  after: number | 'now',
  signal: AbortSignal,
): AsyncIterable<StoredEvent> {
  let woken = true
  let proceed: (() => void) | null = null
  const wake = () => {
    woken = true
    proceed?.()
  }
  const begun = begin(db, hints, scope, after, wake)
  begun.catch(() => {})
  const end = () => {
    wake()
    begun.then(({ unsubscribe }) => unsubscribe()).catch(() => {})
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })

  return {
    async *[Symbol.asyncIterator]() {
      try {
        let { seq } = await begun.catch((error: unknown) => {
          throw named(error)
        })
        let pause = FIRST_PAUSE
        while (!signal.aborted) {
          if (!woken) {
            await new Promise<void>((resolve) => {
              proceed = resolve
            })
            continue
          }
          woken = false
          try {
            for (;;) {
              const from = seq
              const stretch = await db.read(scope.tenantId, (queries) => readStretch(queries, scope, filter, from))
              for (const event of stretch.events) {
                if (signal.aborted) return
                yield event
              }
              if (stretch.upTo === null) break
              seq = stretch.upTo
              if (signal.aborted) return
            }
            pause = FIRST_PAUSE
          } catch (error) {
            if (signal.aborted) return
            if (!isUnavailable(error)) throw named(error)
            await sleep(pause, signal)
            pause = Math.min(pause * 2, LAST_PAUSE)
            woken = true
          }
        }
      } finally {
        signal.removeEventListener('abort', end)
        end()
      }
    },
  }
}

async function begin(db: Db, hints: Hints, scope: ReadScope, after: number | 'now', wake: () => void) {
  const unsubscribe = await hints.subscribe(scope.tenantId, wake)
  try {
    if (after !== 'now') return { unsubscribe, seq: after }
    const { tenantId } = scope
    return { unsubscribe, seq: await db.read(tenantId, (queries) => headOf(queries, tenantId)) }
  } catch (error) {
    unsubscribe()
    throw error
  }
}

/** The seq of a tenant's newest event; 0 before the first. */
export async function headOf(queries: Queries, tenantId: string): Promise<number> {
  const [row] = await queries.query<{ seq: number }>(sql`
    select seq from ${tables.ledgerHead} where tenant_id = ${tenantId}`)
  return row?.seq ?? 0
}

/** The matching events of the next stretch of the ledger, and where it ends: null when there is nothing after `seq`. */
async function readStretch(queries: Queries, scope: ReadScope, filter: Filter, seq: number) {
  const [{ up_to: upTo } = { up_to: null }] = await queries.query<{ up_to: number | null }>(sql`
    select max(seq) as up_to from (
      select seq from ${tables.ledger} where tenant_id = ${scope.tenantId} and seq > ${seq} order by seq limit ${STRETCH}
    ) stretch`)
  if (upTo === null) return { events: [], upTo }
  const where = wholeCondition(await readWhere(queries, scope, filter))
  const events = await readEvents(
    queries,
    scope,
    sql`${where} and e.id in (
      select event_id from ${tables.ledger} where tenant_id = ${scope.tenantId} and seq > ${seq} and seq <= ${upTo}
    ) order by e.seq`,
  )
  return { events, upTo }
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
