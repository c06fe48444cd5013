import type { Db } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { raw } from '../sql.ts'

const CHECKPOINT_ROWS = 20_000
const CHECKPOINT_MS = 300_000
const VACUUM_MS = 86_400_000
const FIRST_ANALYZE = 1_000

/**
 * What PostgreSQL does in the background and PGlite, which has no background, does not: checkpoints, without which its log
 * grows for ever, statistics, and vacuum.
 */
export interface Upkeep {
  /** To be told of every batch. */
  stored(rows: number): void
  /** To be told of events that were purged or erased, whose old values stand in the files until they are vacuumed. */
  left(rows: number): void
  stop(): Promise<void>
}

export function createUpkeep(db: Db): Upkeep {
  if (db.engine !== 'pglite') return { stored() {}, left() {}, async stop() {} }

  let sinceCheckpoint = 0
  let sinceAnalyze = 0
  let sinceVacuum = 0
  let total = 0
  let running: Promise<unknown> = Promise.resolve()
  const run = (statement: string) => {
    // A failure is met again by the next statement that matters, which reports it.
    running = running.then(() => db.query(raw(statement))).catch(() => {})
  }
  const vacuum = () => {
    if (sinceVacuum === 0) return
    sinceVacuum = 0
    run(`vacuum ${tables.events.strings[0]}`)
  }
  const checkpoint = () => {
    if (sinceCheckpoint === 0) return
    sinceCheckpoint = 0
    run('checkpoint')
  }
  const timers = [
    setInterval(() => {
      vacuum()
      checkpoint()
    }, CHECKPOINT_MS),
    setInterval(() => {
      for (const table of [tables.ledgerHead, tables.inbox, tables.inboxWatermark, tables.rollupDay, tables.rollupHour])
        run(`vacuum analyze ${table.strings[0]}`)
    }, VACUUM_MS),
  ]
  for (const timer of timers) if (typeof timer === 'object') timer.unref()

  return {
    stored(rows) {
      total += rows
      sinceCheckpoint += rows
      sinceAnalyze += rows
      if (sinceCheckpoint >= CHECKPOINT_ROWS) checkpoint()
      if (sinceAnalyze >= Math.max(FIRST_ANALYZE, total / 2)) {
        sinceAnalyze = 0
        run(`analyze ${tables.events.strings[0]}`)
        run(`analyze ${tables.ledger.strings[0]}`)
      }
    },
    left(rows) {
      sinceVacuum += rows
      sinceCheckpoint += rows
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      vacuum()
      await running
    },
  }
}
