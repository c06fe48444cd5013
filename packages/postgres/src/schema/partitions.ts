import { timeOfId, WhodidError } from '@whodid/core'
import type { Db } from '../db.ts'
import { codeOf } from '../errors.ts'
import { sql } from '../sql.ts'
import { SCHEMA } from './tables.ts'

/** Older events, which only an import brings, share one partition. */
const FIRST_YEAR = 2020

/** Monthly partitions of the events by the time in their ids, made ahead and on demand. There is no default one. */
export interface Partitions {
  /** Makes what these ids need and does not stand yet. */
  ensureFor(ids: Iterable<string>): Promise<void>
  /** To be called when one is missing after all: somebody dropped it. */
  forget(): void
}

/** The partitions of the events, as `c`. Whoever opens the store may not look into its schema, but anybody into the catalog. */
export const partitionsOfEvents = sql`
  pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
  join pg_namespace n on n.oid = p.relnamespace and n.nspname = ${SCHEMA} and p.relname = 'events'`

function nameOf(date: Date): string {
  return date.getUTCFullYear() < FIRST_YEAR
    ? `events_before_${FIRST_YEAR}`
    : `events_${date.getUTCFullYear()}_${String(date.getUTCMonth() + 1).padStart(2, '0')}`
}

function monthsAhead(now: number, count: number): number[] {
  const date = new Date(now)
  return Array.from({ length: count + 1 }, (_, ahead) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead))
}

/** Opens the partitions: those of this month and the two after it stand when it resolves. */
export async function openPartitions(db: Db): Promise<Partitions> {
  const rows = await db.query<{ name: string }>(sql`select c.relname as name from ${partitionsOfEvents}`)
  const known = new Set(rows.map((row) => row.name))

  const ensure = async (times: Iterable<number>) => {
    const wanted = new Map<string, Date>()
    for (const ms of times) {
      const date = new Date(ms)
      const name = nameOf(date)
      if (!known.has(name)) wanted.set(name, date)
    }
    for (const [name, date] of wanted) {
      await create(db, name, date)
      known.add(name)
    }
  }

  await ensure(monthsAhead(Date.now(), 2))
  return {
    async ensureFor(ids) {
      const times = new Set<number>()
      for (const id of ids) times.add(timeOfId(id))
      for (const ms of monthsAhead(Date.now(), 1)) times.add(ms)
      await ensure(times)
    },
    forget: () => known.clear(),
  }
}

/** By a function of the schema's owner, since those who store events own nothing. */
async function create(db: Db, name: string, date: Date): Promise<void> {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1]
  try {
    await db.tx('ingest', null, (queries) =>
      queries.query(sql`select whodid.ensure_month(${year}::integer, ${month}::integer)`),
    )
  } catch (error) {
    if (codeOf(error) !== '42P07') throw error
    throw new WhodidError(
      'store_unavailable',
      `Events of ${name} cannot be stored, because a table of that name stands detached: attach it to ${SCHEMA}.events, or rename it.`,
      { cause: error },
    )
  }
}
