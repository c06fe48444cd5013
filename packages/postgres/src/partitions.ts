import { idFloor, timeOfId, WhodidError } from '@whodid/core'
import type { Db } from './db.ts'
import { codeOf } from './errors.ts'
import { raw, sql } from './sql.ts'
import { SCHEMA, SCHEMA_LOCK } from './tables.ts'

/** Older events, which only an import brings, share one partition. */
const FIRST_YEAR = 2020

interface Partition {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** Monthly partitions of the events by the time in their ids, made ahead and on demand. There is no default one. */
export interface Partitions {
  /** Makes what these ids need and does not stand yet. */
  ensureFor(ids: Iterable<string>): Promise<void>
}

const quoted = (id: string) => `'${id}'`

const partitionOf = (ms: number): Partition => {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  if (year < FIRST_YEAR) {
    return { name: `events_before_${FIRST_YEAR}`, from: 'minvalue', to: quoted(idFloor(Date.UTC(FIRST_YEAR, 0))) }
  }
  return {
    name: `events_${year}_${String(month + 1).padStart(2, '0')}`,
    from: quoted(idFloor(Date.UTC(year, month))),
    to: quoted(idFloor(Date.UTC(year, month + 1))),
  }
}

const monthsAhead = (now: number, count: number): number[] => {
  const date = new Date(now)
  return Array.from({ length: count + 1 }, (_, ahead) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead))
}

/** Opens the partitions: those of this month and the two after it stand when it resolves. */
export const openPartitions = async (db: Db): Promise<Partitions> => {
  const rows = await db.query<{ name: string }>(sql`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = to_regclass(${`${SCHEMA}.events`})`)
  const known = new Set(rows.map((row) => row.name))

  const ensure = async (times: Iterable<number>) => {
    const wanted = new Map<string, Partition>()
    for (const ms of times) {
      const partition = partitionOf(ms)
      if (!known.has(partition.name)) wanted.set(partition.name, partition)
    }
    for (const partition of wanted.values()) {
      await create(db, partition)
      known.add(partition.name)
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
  }
}

const create = (db: Db, { name, from, to }: Partition): Promise<void> =>
  db.tx('owner', null, async (queries) => {
    await queries.query(sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`)
    const attached = await queries.query(sql`
      select 1 from pg_inherits
      where inhrelid = to_regclass(${`${SCHEMA}.${name}`}) and inhparent = to_regclass(${`${SCHEMA}.events`})`)
    if (attached.length > 0) return
    try {
      await queries.query(
        raw(`create table ${SCHEMA}.${name} partition of ${SCHEMA}.events for values from (${from}) to (${to})`),
      )
    } catch (error) {
      if (codeOf(error) !== '42P07') throw error
      throw new WhodidError(
        'store_unavailable',
        `Events of ${name} cannot be stored, because a table of that name stands detached: attach it to ${SCHEMA}.events, or rename it.`,
        { cause: error },
      )
    }
  })
