import { type AppendResult, bytesToHex, type PreparedEvent } from '@whodid/core'
import type { Db, Queries, Row } from './db.ts'
import { isDataError, isOutsidePartitions, isRetryable } from './errors.ts'
import { hintAt, insertEvents } from './insert.ts'
import type { Partitions } from './partitions.ts'
import { sql } from './sql.ts'
import { tables } from './tables.ts'

const ATTEMPTS = 4

/** Stores and seals a batch of one tenant, in one transaction unless an event of it cannot be stored at all. */
export const appendTo = async (
  db: Db,
  partitions: Partitions,
  tenantId: string,
  events: readonly PreparedEvent[],
): Promise<readonly AppendResult[]> => {
  const first = new Map<string, PreparedEvent>()
  const isFirst = events.map((event) => {
    if (event.tenantId !== tenantId || first.has(event.id)) return false
    first.set(event.id, event)
    return true
  })
  const outcomes = await appendDistinct(db, partitions, tenantId, [...first.values()])
  return events.map((event, index): AppendResult => {
    const earlier = first.get(event.id)
    const outcome = outcomes.get(event.id)
    if (event.tenantId !== tenantId || earlier === undefined || outcome === undefined) return foreign(event, tenantId)
    if (isFirst[index] || outcome.outcome === 'rejected') return outcome
    return sameBytes(earlier.digest, event.digest) ? { ...outcome, outcome: 'duplicate' } : conflict(event.id)
  })
}

type Outcomes = ReadonlyMap<string, AppendResult>

/** An event that the database refuses is found by halving, so that it takes no neighbour with it. */
const appendDistinct = async (
  db: Db,
  partitions: Partitions,
  tenantId: string,
  events: readonly PreparedEvent[],
): Promise<Outcomes> => {
  if (events.length === 0) return new Map()
  try {
    return await retried(partitions, async () => {
      await partitions.ensureFor(events.map((event) => event.id))
      return db.tx('ingest', tenantId, (queries) => seal(queries, tenantId, events))
    })
  } catch (error) {
    if (!isDataError(error)) throw error
    const [only] = events
    if (events.length === 1 && only !== undefined) return new Map([[only.id, refused(only.id, error)]])
    const middle = Math.ceil(events.length / 2)
    const left = await appendDistinct(db, partitions, tenantId, events.slice(0, middle))
    const right = await appendDistinct(db, partitions, tenantId, events.slice(middle))
    return new Map([...left, ...right])
  }
}

const retried = async <T>(partitions: Partitions, work: () => Promise<T>): Promise<T> => {
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

const seal = async (queries: Queries, tenantId: string, events: readonly PreparedEvent[]): Promise<Outcomes> => {
  const lastSeq = await lockHead(queries, tenantId)
  const rows = await queries.query<KnownRow>(sql`
    select l.event_id as id, l.seq, l.leaf_hash, e.digest
    from ${tables.ledger} l left join ${tables.events} e on e.tenant_id = l.tenant_id and e.id = l.event_id
    where l.tenant_id = ${tenantId} and l.event_id = any(${events.map((event) => event.id)}::uuid[])`)
  const known = new Map(rows.map((row) => [row.id, row]))
  const fresh = events.filter((event) => !known.has(event.id))
  if (fresh.length > 0) {
    await queries.query(insertEvents(tenantId, fresh, lastSeq))
    await queries.query(hintAt(tenantId))
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

/** Locks the tenant's row until the transaction ends: that makes seq gapless, and its order that of the commits. */
const lockHead = async (queries: Queries, tenantId: string): Promise<number> => {
  const locked = sql`select seq from ${tables.ledgerHead} where tenant_id = ${tenantId} for update`
  const [head] = await queries.query<{ seq: number }>(locked)
  if (head !== undefined) return head.seq
  await queries.query(sql`
    insert into ${tables.ledgerHead} (tenant_id, seq) values (${tenantId}, 0) on conflict (tenant_id) do nothing`)
  const [made] = await queries.query<{ seq: number }>(locked)
  if (made === undefined) throw new Error(`The ledger head of the tenant ${tenantId} is not visible.`)
  return made.seq
}

const foreign = ({ id, tenantId }: PreparedEvent, wanted: string): AppendResult => ({
  id,
  outcome: 'rejected',
  code: 'wrong_tenant',
  reason: `The event belongs to the tenant ${tenantId}, not to ${wanted}: send it to its own.`,
})

const conflict = (id: string): AppendResult => ({
  id,
  outcome: 'rejected',
  code: 'id_conflict',
  reason: `Another event has the id ${id}: give each event an id of its own.`,
})

const refused = (id: string, error: unknown): AppendResult => ({
  id,
  outcome: 'rejected',
  code: 'invalid_event',
  reason: `The database cannot hold the event: ${error instanceof Error ? error.message : String(error)}.`,
})

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index])
