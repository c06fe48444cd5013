import { type AppendResult, bytesToHex, type EventStore, type PreparedEvent } from '@whodid/core'
import type { Db, Queries, Row } from '../db.ts'
import { isDataError, isOutsidePartitions, isRetryable } from '../errors.ts'
import type { Partitions } from '../schema/partitions.ts'
import { tables } from '../schema/tables.ts'
import { type Sql, sql } from '../sql.ts'
import { hintAt, insertionOf } from './insert.ts'

const ATTEMPTS = 4

/** Events of one tenant that have different ids, and the statement that stores them all if they are all new. */
interface Batch {
  readonly tenantId: string
  readonly events: readonly PreparedEvent[]
  insert(lastSeq: number): Sql
  /** To be called when it has been sent. */
  sent(): void
}

function batchOf(tenantId: string, events: readonly PreparedEvent[], sent: () => void): Batch {
  return {
    tenantId,
    events,
    insert: insertionOf(tenantId, events),
    sent,
  }
}

/**
 * Makes what stores and seals batches of one tenant, each in one transaction unless an event of it cannot be stored at all.
 * Those of a tenant go in as they came: the next is written out, and waits for the lock, while the database works on one.
 */
export function createAppend(db: Db, partitions: Partitions): EventStore['append'] {
  const turns = new Map<string, Promise<void>>()

  /** Begins once those before have called `next`, or have ended. */
  const inTurn = async <T>(tenantId: string, work: (next: () => void) => Promise<T>): Promise<T> => {
    const before = turns.get(tenantId)
    let next = () => {}
    const turn = new Promise<void>((resolve) => {
      next = resolve
    })
    turns.set(tenantId, turn)
    try {
      await before
      return await work(next)
    } finally {
      next()
      if (turns.get(tenantId) === turn) turns.delete(tenantId)
    }
  }

  return async (tenantId, events) => {
    const first = new Map<string, PreparedEvent>()
    const isFirst = events.map((event) => {
      if (event.tenantId !== tenantId || first.has(event.id)) return false
      first.set(event.id, event)
      return true
    })
    const outcomes = await inTurn(tenantId, (next) =>
      appendBatch(db, partitions, batchOf(tenantId, [...first.values()], next)),
    )
    return events.map((event, index): AppendResult => {
      const earlier = first.get(event.id)
      const outcome = outcomes.get(event.id)
      if (event.tenantId !== tenantId || earlier === undefined || outcome === undefined) return foreign(event, tenantId)
      if (isFirst[index] || outcome.outcome === 'rejected') return outcome
      return sameBytes(earlier.digest, event.digest) ? { ...outcome, outcome: 'duplicate' } : conflict(event.id)
    })
  }
}

type Outcomes = ReadonlyMap<string, AppendResult>

/** An event that the database refuses is found by halving, so that it takes no neighbour with it. */
async function appendBatch(db: Db, partitions: Partitions, batch: Batch): Promise<Outcomes> {
  const { tenantId, events, sent } = batch
  if (events.length === 0) return new Map()
  try {
    return await retried(partitions, async () => {
      await partitions.ensureFor(events.map((event) => event.id))
      return db.tx('ingest', tenantId, (queries) => seal(queries, batch))
    })
  } catch (error) {
    if (!isDataError(error)) throw error
    const [only] = events
    if (events.length === 1 && only !== undefined) return new Map([[only.id, refused(only.id, error)]])
    const middle = Math.ceil(events.length / 2)
    const left = await appendBatch(db, partitions, batchOf(tenantId, events.slice(0, middle), sent))
    const right = await appendBatch(db, partitions, batchOf(tenantId, events.slice(middle), sent))
    return new Map([...left, ...right])
  }
}

async function retried<T>(partitions: Partitions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      // A purge drops the partitions that it leaves empty, and an event may come late.
      const isDropped = isOutsidePartitions(error)
      if (attempt === ATTEMPTS || !(isDropped || isRetryable(error))) throw error
      if (isDropped) partitions.forget()
    }
  }
}

interface KnownRow extends Row {
  readonly id: string
  readonly seq: number
  readonly leaf_hash: Uint8Array
  /** Null when the event has been purged. */
  readonly digest: Uint8Array | null
}

async function seal(queries: Queries, batch: Batch): Promise<Outcomes> {
  const { tenantId, events } = batch
  const { lastSeq, known } = await lockAndLook(queries, batch)
  const fresh = known.size === 0 ? events : events.filter((event) => !known.has(event.id))
  if (fresh.length > 0) {
    const insert = fresh === events ? batch.insert : insertionOf(tenantId, fresh)
    const stored = Promise.all([queries.query(insert(lastSeq)), queries.query(hintAt(tenantId))])
    batch.sent()
    await stored
  }

  const outcomes = new Map<string, AppendResult>()
  fresh.forEach(({ id, leafHash }, index) => {
    outcomes.set(id, { id, outcome: 'stored', seq: lastSeq + index + 1, leafHash: bytesToHex(leafHash) })
  })
  for (const { id, digest } of events) {
    const row = known.get(id)
    if (row === undefined) continue
    const same = row.digest === null || sameBytes(row.digest, digest)
    outcomes.set(
      id,
      same ? { id, outcome: 'duplicate', seq: row.seq, leafHash: bytesToHex(row.leaf_hash) } : conflict(id),
    )
  }
  return outcomes
}

/**
 * Locks the tenant's row until the transaction ends, which makes seq gapless, and its order that of the commits; then looks
 * for the events that are stored already. Sent together, and done in this order.
 */
async function lockAndLook(
  queries: Queries,
  { tenantId, events }: Batch,
): Promise<{ readonly lastSeq: number; readonly known: ReadonlyMap<string, KnownRow> }> {
  const lock = sql`select seq from ${tables.ledgerHead} where tenant_id = ${tenantId} for update`
  const look = sql`
    select l.event_id as id, l.seq, l.leaf_hash, e.digest
    from ${tables.ledger} l left join ${tables.events} e on e.tenant_id = l.tenant_id and e.id = l.event_id
    where l.tenant_id = ${tenantId} and l.event_id = any(${events.map((event) => event.id)}::uuid[])`
  for (let isMade = false; ; isMade = true) {
    const [[head], rows] = await Promise.all([queries.query<{ seq: number }>(lock), queries.query<KnownRow>(look)])
    if (head !== undefined) return { lastSeq: head.seq, known: new Map(rows.map((row) => [row.id, row])) }
    if (isMade) throw new Error(`The ledger head of the tenant ${tenantId} is not visible.`)
    await queries.query(sql`
      insert into ${tables.ledgerHead} (tenant_id, seq) values (${tenantId}, 0) on conflict (tenant_id) do nothing`)
  }
}

function foreign({ id, tenantId }: PreparedEvent, wanted: string): AppendResult {
  return {
    id,
    outcome: 'rejected',
    code: 'wrong_tenant',
    reason: `The event belongs to the tenant ${tenantId}, not to ${wanted}: send it to its own.`,
  }
}

function conflict(id: string): AppendResult {
  return {
    id,
    outcome: 'rejected',
    code: 'id_conflict',
    reason: `Another event has the id ${id}: give each event an id of its own.`,
  }
}

function refused(id: string, error: unknown): AppendResult {
  return {
    id,
    outcome: 'rejected',
    code: 'invalid_event',
    reason: `The database cannot hold the event: ${error instanceof Error ? error.message : String(error)}.`,
  }
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}
