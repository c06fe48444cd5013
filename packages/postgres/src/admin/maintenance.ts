import type { Db } from '../db.ts'
import { tables } from '../schema/tables.ts'
import { raw } from '../sql.ts'

const CHECKPOINT_ROWS = 20_000
const CHECKPOINT_INTERVAL_MS = 300_000
const VACUUM_INTERVAL_MS = 86_400_000
const MIN_ANALYZE_ROWS = 1_000

/**
 * Checkpoints, statistics and vacuum for PGlite, which has no background processes. Without checkpoints its write-ahead log grows
 * without limit. On PostgreSQL it does nothing.
 */
export interface Maintenance {
  /** Rows stored since the store was opened. The caller adds to it. */
  storedRows: number
  /** The number of stored rows at which the caller must call `run`. */
  readonly nextRunAt: number
  run(): void
  /** Counts purged or erased events. Their old values stay in the files until a vacuum. */
  countRemoved(rows: number): void
  stop(): Promise<void>
}

export function startMaintenance(db: Db): Maintenance {
  if (db.engine !== 'pglite') {
    return { storedRows: 0, nextRunAt: Number.POSITIVE_INFINITY, run() {}, countRemoved() {}, async stop() {} }
  }

  let checkpointedRows = 0
  let analyzedRows = 0
  let removedSinceCheckpoint = 0
  let removedSinceVacuum = 0
  let running: Promise<unknown> = Promise.resolve()
  const execute = (statement: string) => {
    // Ignore failures: if the database is broken, the next append or read reports it.
    running = running.then(() => db.query(raw(statement))).catch(() => {})
  }
  const vacuum = () => {
    if (removedSinceVacuum === 0) return
    removedSinceVacuum = 0
    execute(`vacuum ${tables.events.strings[0]}`)
  }
  const checkpoint = () => {
    if (maintenance.storedRows === checkpointedRows && removedSinceCheckpoint === 0) return
    checkpointedRows = maintenance.storedRows
    removedSinceCheckpoint = 0
    execute('checkpoint')
    schedule()
  }
  const analyze = () => {
    analyzedRows = maintenance.storedRows
    execute(`analyze ${tables.events.strings[0]}`)
    execute(`analyze ${tables.ledger.strings[0]}`)
  }
  const getCheckpointRows = () => checkpointedRows + CHECKPOINT_ROWS - removedSinceCheckpoint
  const getAnalyzeRows = () => Math.max(analyzedRows + MIN_ANALYZE_ROWS, analyzedRows * 2)
  const schedule = () => {
    maintenance.nextRunAt = Math.min(getCheckpointRows(), getAnalyzeRows())
  }
  const timers = [
    setInterval(() => {
      vacuum()
      checkpoint()
    }, CHECKPOINT_INTERVAL_MS),
    setInterval(() => {
      for (const table of [tables.ledgerHead, tables.inbox, tables.inboxWatermark, tables.rollupDay, tables.rollupHour])
        execute(`vacuum analyze ${table.strings[0]}`)
    }, VACUUM_INTERVAL_MS),
  ]
  for (const timer of timers) if (typeof timer === 'object') timer.unref()

  const maintenance = {
    storedRows: 0,
    nextRunAt: MIN_ANALYZE_ROWS,
    run() {
      if (maintenance.storedRows >= getCheckpointRows()) checkpoint()
      if (maintenance.storedRows >= getAnalyzeRows()) analyze()
      schedule()
    },
    countRemoved(rows: number) {
      removedSinceVacuum += rows
      removedSinceCheckpoint += rows
      schedule()
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      vacuum()
      await running
    },
  }
  return maintenance
}
