import { getIdTime, WhodidError } from '@whodid/core'
import { getMinId } from '@whodid/core/event'
import type { Db } from '../db.ts'
import { getErrorCode } from '../errors.ts'
import { sql } from '../sql.ts'
import { SCHEMA } from './tables.ts'

/** Events before this year share one partition. Only imports write there. */
const FIRST_YEAR = 2020
const MONTHS_AHEAD = 1

/** The monthly partitions of the events, by the time in their ids. There is no default partition. */
export interface Partitions {
  /** Ids from `readyFrom` (inclusive) to `readyTo` (exclusive) need no call of `ensure`. */
  readonly readyFrom: string
  readonly readyTo: string
  /** Creates the missing partitions for these ids, and next month's. */
  ensure(ids: Iterable<string>): Promise<void>
  /** Forgets which partitions exist. Call it when an insert finds one missing. */
  invalidate(): void
}

/** SQL that joins the partitions of the events as `c`. It reads the catalog only, which every database user may read. */
export const eventPartitions = sql`
  pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
  join pg_namespace n on n.oid = p.relnamespace and n.nspname = ${SCHEMA} and p.relname = 'events'`

function getPartitionName(date: Date): string {
  return date.getUTCFullYear() < FIRST_YEAR
    ? `events_before_${FIRST_YEAR}`
    : `events_${date.getUTCFullYear()}_${String(date.getUTCMonth() + 1).padStart(2, '0')}`
}

function getMonthStart(time: number, monthsLater: number): number {
  const date = new Date(time)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater)
}

/** Reads which partitions exist, and creates those of this month and the next two. */
export async function openPartitions(db: Db): Promise<Partitions> {
  const rows = await db.query<{ name: string }>(sql`select c.relname as name from ${eventPartitions}`)
  const existing = new Set(rows.map((row) => row.name))
  const partitions = {
    readyFrom: '',
    readyTo: '',
    ensure: (ids: Iterable<string>) => ensureTimes(new Set(Array.from(ids, getIdTime)), MONTHS_AHEAD),
    invalidate() {
      existing.clear()
      partitions.readyFrom = partitions.readyTo = ''
    },
  }

  const ensureTimes = async (times: Iterable<number>, monthsAhead: number) => {
    const now = Date.now()
    const ahead = Array.from({ length: monthsAhead + 1 }, (_, month) => getMonthStart(now, month))
    for (const time of [...times, ...ahead]) {
      const date = new Date(time)
      const name = getPartitionName(date)
      if (existing.has(name)) continue
      await createPartition(db, name, date)
      existing.add(name)
    }
    // Ends before the last existing month, so that the first event of that month creates the next one.
    partitions.readyFrom = getMinId(getMonthStart(now, 0))
    partitions.readyTo = getMinId(getMonthStart(now, monthsAhead))
  }

  await ensureTimes([], MONTHS_AHEAD + 1)
  return partitions
}

/** Calls a function of the schema's owner, because the ingest role owns no table. */
async function createPartition(db: Db, name: string, date: Date): Promise<void> {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1]
  try {
    await db.tx('ingest', null, (queries) =>
      queries.query(sql`select whodid.ensure_partition(${year}::integer, ${month}::integer)`),
    )
  } catch (error) {
    if (getErrorCode(error) !== '42P07') throw error
    throw new WhodidError(
      'store_unavailable',
      `Cannot store events in ${name}: a detached table has that name. Attach it to ${SCHEMA}.events or rename it.`,
      { cause: error },
    )
  }
}
