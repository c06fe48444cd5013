import type { AppendResult, EventStore, PreparedEvent } from '@whodid/core'
import { bytesToHex } from '@whodid/core/event'
import type { Maintenance } from '../admin/maintenance.ts'
import type { Db, Queries, Row } from '../db.ts'
import { getCause, getErrorMessage, isDataError, isMissingPartition, isRetryable } from '../errors.ts'
import type { Partitions } from '../schema/partitions.ts'
import { tables } from '../schema/tables.ts'
import { type Sql, sql } from '../sql.ts'
import { notifyFollowers, prepareInsert } from './insert.ts'

const MAX_ATTEMPTS = 4

/** Events of one tenant with distinct ids, and the statement that inserts all of them. */
interface Batch {
  readonly tenantId: string
  readonly events: readonly PreparedEvent[]
  createInsert(lastSeq: number): Sql
  /** Called when the insert has been sent. */
  onSent(): void
}

function createBatch(tenantId: string, events: readonly PreparedEvent[], onSent: () => void): Batch {
  return {
    tenantId,
    events,
    createInsert: prepareInsert(tenantId, events),
    onSent,
  }
}

/**
 * Creates `EventStore.append`. Each batch is one transaction, unless the database rejects an event of it. Batches of a tenant
 * keep their order: the next one prepares its insert and waits for the lock while the database stores the current one.
 */
export function createAppend(db: Db, partitions: Partitions, maintenance: Maintenance): EventStore['append'] {
  const lastTurns = new Map<string, Promise<void>>()

  /** Runs `work` after earlier work of the tenant has called `next` or has ended. */
  const runInTurn = async <T>(tenantId: string, work: (next: () => void) => Promise<T>): Promise<T> => {
    const previous = lastTurns.get(tenantId)
    let next = () => {}
    const turn = new Promise<void>((resolve) => {
      next = resolve
    })
    lastTurns.set(tenantId, turn)
    try {
      await previous
      return await work(next)
    } finally {
      next()
      if (lastTurns.get(tenantId) === turn) lastTurns.delete(tenantId)
    }
  }

  return async (tenantId, events) => {
    const firstById = new Map<string, PreparedEvent>()
    const isFirst = events.map((event) => {
      if (event.tenantId !== tenantId || firstById.has(event.id)) return false
      firstById.set(event.id, event)
      return true
    })
    const outcomes = await runInTurn(tenantId, (next) =>
      appendBatch(db, partitions, createBatch(tenantId, [...firstById.values()], next)),
    )
    const results = events.map((event, index): AppendResult => {
      const first = firstById.get(event.id)
      const result = outcomes.get(event.id)
      if (event.tenantId !== tenantId || first === undefined || result === undefined) {
        return rejectWrongTenant(event, tenantId)
      }
      if (isFirst[index] || result.outcome === 'rejected') return result
      return areEqual(first.digest, event.digest) ? { ...result, outcome: 'duplicate' } : rejectConflict(event.id)
    })
    maintenance.storedRows += results.filter(({ outcome }) => outcome === 'stored').length
    if (maintenance.storedRows >= maintenance.nextRunAt) maintenance.run()
    return results
  }
}

type Outcomes = ReadonlyMap<string, AppendResult>

/** Stores a batch. If the database rejects it, halves it until the invalid events are isolated. */
async function appendBatch(db: Db, partitions: Partitions, batch: Batch): Promise<Outcomes> {
  const { tenantId, events, onSent } = batch
  if (events.length === 0) return new Map()
  try {
    return await retryInsert(partitions, async () => {
      const { readyFrom, readyTo } = partitions
      const isReady = events.every(({ id }) => id >= readyFrom && id < readyTo)
      if (!isReady) await partitions.ensure(events.map(({ id }) => id))
      return db.tx('ingest', tenantId, (queries) => sealBatch(queries, batch))
    })
  } catch (error) {
    if (!isDataError(getCause(error))) throw error
    const [first] = events
    if (events.length === 1 && first !== undefined) return new Map([[first.id, rejectInvalid(first.id, error)]])
    const middle = Math.ceil(events.length / 2)
    const left = await appendBatch(db, partitions, createBatch(tenantId, events.slice(0, middle), onSent))
    const right = await appendBatch(db, partitions, createBatch(tenantId, events.slice(middle), onSent))
    return new Map([...left, ...right])
  }
}

async function retryInsert<T>(partitions: Partitions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      // A purge drops empty partitions, and a late event may need one again.
      const isDropped = isMissingPartition(error)
      if (attempt === MAX_ATTEMPTS || !(isDropped || isRetryable(error))) throw error
      if (isDropped) partitions.invalidate()
    }
  }
}

interface ExistingRow extends Row {
  readonly id: string
  readonly seq: number
  readonly leaf_hash: Uint8Array
  /** Null when the event has been purged. */
  readonly digest: Uint8Array | null
}

async function sealBatch(queries: Queries, batch: Batch): Promise<Outcomes> {
  const { tenantId, events } = batch
  const { lastSeq, existing } = await lockHead(queries, batch)
  const newEvents = existing.size === 0 ? events : events.filter((event) => !existing.has(event.id))
  if (newEvents.length > 0) {
    const createInsert = newEvents === events ? batch.createInsert : prepareInsert(tenantId, newEvents)
    const stored = Promise.all([queries.query(createInsert(lastSeq)), queries.query(notifyFollowers(tenantId))])
    batch.onSent()
    await stored
  }

  const outcomes = new Map<string, AppendResult>()
  newEvents.forEach(({ id, leafHash }, index) => {
    outcomes.set(id, { id, outcome: 'stored', seq: lastSeq + index + 1, leafHash: bytesToHex(leafHash) })
  })
  for (const { id, digest } of events) {
    const row = existing.get(id)
    if (row === undefined) continue
    const isSame = row.digest === null || areEqual(row.digest, digest)
    outcomes.set(
      id,
      isSame ? { id, outcome: 'duplicate', seq: row.seq, leafHash: bytesToHex(row.leaf_hash) } : rejectConflict(id),
    )
  }
  return outcomes
}

/**
 * Locks the tenant's ledger head until the transaction ends, then finds the events that are already stored. The lock keeps `seq`
 * gapless and in commit order. Both statements are sent at once and run in this order.
 */
async function lockHead(
  queries: Queries,
  { tenantId, events }: Batch,
): Promise<{ readonly lastSeq: number; readonly existing: ReadonlyMap<string, ExistingRow> }> {
  const lock = sql`select seq from ${tables.ledgerHead} where tenant_id = ${tenantId} for update`
  const find = sql`
    select l.event_id as id, l.seq, l.leaf_hash, e.digest
    from ${tables.ledger} l left join ${tables.events} e on e.tenant_id = l.tenant_id and e.id = l.event_id
    where l.tenant_id = ${tenantId} and l.event_id = any(${events.map((event) => event.id)}::uuid[])`
  for (let isCreated = false; ; isCreated = true) {
    const [[head], rows] = await Promise.all([queries.query<{ seq: number }>(lock), queries.query<ExistingRow>(find)])
    if (head !== undefined) return { lastSeq: head.seq, existing: new Map(rows.map((row) => [row.id, row])) }
    if (isCreated) throw new Error(`The ledger head of tenant ${tenantId} is not visible.`)
    await queries.query(sql`
      insert into ${tables.ledgerHead} (tenant_id, seq) values (${tenantId}, 0) on conflict (tenant_id) do nothing`)
  }
}

function rejectWrongTenant({ id, tenantId }: PreparedEvent, expected: string): AppendResult {
  return {
    id,
    outcome: 'rejected',
    code: 'wrong_tenant',
    reason: `The event belongs to tenant ${tenantId}, but the batch to ${expected}. Send it in a batch of its tenant.`,
  }
}

function rejectConflict(id: string): AppendResult {
  return {
    id,
    outcome: 'rejected',
    code: 'id_conflict',
    reason: `A different event already has the id ${id}. Use a unique id for each event.`,
  }
}

function rejectInvalid(id: string, error: unknown): AppendResult {
  return {
    id,
    outcome: 'rejected',
    code: 'invalid_event',
    reason: `The database rejected the event: ${getErrorMessage(getCause(error))}.`,
  }
}

function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}
